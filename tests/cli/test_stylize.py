"""`zeuxis stylize`: what it writes, what it says, what it refuses."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis.cli import display
from zeuxis.cli.display import share_done
from zeuxis.cli.main import main
from zeuxis.style import stylize_file

ARTIST = 0x013B  # the EXIF tag


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["stylize", *arguments], input=stdin, standalone_mode=True)


def painted(*arguments: str, **options: Any) -> Result:
    """Run it; it must end well."""
    result = run(*arguments, **options)
    assert result.exit_code == 0, result.output
    return result


def made(folder: Path) -> set[str]:
    """What is in a folder, hidden files too."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


# One picture.


def test_as_the_readme_has_it(folder: Path) -> None:
    result = painted("photo.jpg", "--style", "starry-night", "-o", "painted.jpg")
    assert result.stdout == ""
    assert result.stderr.startswith("painted painted.jpg (144x96) in 0.")
    with Image.open("painted.jpg") as image:
        assert image.size == (144, 96)


def test_the_command_does_what_the_function_does(folder: Path) -> None:
    Image.new("L", (9, 9), 99).save("mask.png")
    options = ["--strength", "0.8", "--colors", "keep", "--stroke-size", "0.2", "--size", "64"]
    styles = ["--style", "starry-night:0.7", "--style", "great-wave:0.3"]
    painted("photo.jpg", "-o", "a.jpg", *styles, *options, "--quality", "80")
    blend = [("starry-night", 0.7), ("great-wave", 0.3)]
    knobs: dict[str, Any] = {"strength": 0.8, "colors": "keep", "stroke_size": 0.2, "size": "64"}
    stylize_file("photo.jpg", blend, "b.jpg", quality=80, **knobs)
    assert Path("a.jpg").read_bytes() == Path("b.jpg").read_bytes()
    painted("photo.jpg", "-o", "c.png", "--style", "scream", "--mask", "mask.png")
    stylize_file("photo.jpg", "scream", "d.png", mask="mask.png")
    assert Path("c.png").read_bytes() == Path("d.png").read_bytes()


@pytest.mark.parametrize(
    ("styles", "name"),
    [
        (["starry_night"], "photo-starry-night.jpg"),
        (["scream:2", "great-wave"], "photo-scream+great-wave.jpg"),
    ],
)
def test_without_an_output_it_goes_beside_the_photo(
    folder: Path, styles: list[str], name: str
) -> None:
    before = made(folder)
    painted("photo.jpg", *(part for style in styles for part in ("--style", style)))
    assert made(folder) - before == {name}


def test_a_model_file(folder: Path, styles_file: Path) -> None:
    Path("mine.safetensors").write_bytes(styles_file.read_bytes())
    painted("photo.jpg", "--style", "mine.safetensors#scream:0.5", "-o", "a.png")
    painted("photo.jpg", "--style", "scream", "-o", "b.png")
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    asked = run("photo.jpg", "--style", "mine.safetensors", "-o", "c.png")
    assert asked.exit_code == 2 and "say which, as mine.safetensors#starry-night" in asked.stderr


def test_what_the_photo_carries(folder: Path, photo: np.ndarray) -> None:
    exif = Image.Exif()
    exif[ARTIST] = "a person"
    cut_out = np.dstack([photo, np.linspace(0, 1, photo.size // 3).reshape(photo.shape[:2])])
    Image.fromarray(np.round(cut_out * 255).astype(np.uint8)).save("cut.png", exif=exif)
    painted("cut.png", "--style", "scream", "-o", "kept.png", "--bits", "16")
    painted("cut.png", "--style", "scream", "-o", "stripped.png", "--strip-metadata")
    assert Path("kept.png").read_bytes()[24:26] == bytes([16, 6])  # bits a channel; RGB with alpha
    with Image.open("kept.png") as kept, Image.open("stripped.png") as stripped:
        assert kept.getexif()[ARTIST] == "a person" and ARTIST not in stripped.getexif()
        assert stripped.mode == "RGBA"


# Streams, and what it says.


def test_from_stdin_to_stdout(folder: Path) -> None:
    result = painted("-", "--style", "scream", stdin=Path("photo.jpg").read_bytes())
    with Image.open(io.BytesIO(result.stdout_bytes)) as image:
        assert (image.format, image.size) == ("PNG", (144, 96))
    assert "painted the picture on stdout (144x96)" in result.stderr


def test_json_and_quiet(folder: Path) -> None:
    result = painted("photo.jpg", "--style", "scream", "-o", "o.png", "--json", "--quiet")
    line = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1 and result.stderr == ""
    assert (line["source"], line["output"]) == ("photo.jpg", "o.png")
    assert (line["width"], line["height"], line["styles"]) == (144, 96, {"scream": 1.0})
    failed = run("photo.jpg", "--style", "scream", "-o", "o.png", "--json", "--quiet")
    line = json.loads(failed.stdout)
    assert failed.exit_code == 2 and "exists already" in line["error"]
    assert failed.stderr == f"zeuxis: {line['error']}\n"


def test_progress(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "SECONDS_BETWEEN_LINES", 0.0)
    lines = run("in", "--style", "scream", "-o", "out").stderr
    assert "a.png (1 of 3)  0:00 left  100% painted\n" in lines
    assert "c.jpg (3 of 3)  " in lines
    assert share_done(0.25, 30.0, "painted") == "1:30 left  25% painted"
    assert share_done(0.01, 30.0, "painted") == "1% painted"  # too early to tell


# What it refuses.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--style", "scraem"], "neither a style nor a file scraem: did you mean scream,"),
        (["--style", "none.png:0.5"], "neither a style nor a file none.png:"),
        (["--style", "scream:0"], "the weight 0.0 of scream is not a positive number"),
        (["--style", "scream", "-o", "photo.jpg"], "photo.jpg exists already; use --force"),
        (["--style", "scream", "-o", "-", "--json"], "stdout takes one picture"),
        (["--style", "scream", "--mask", "none.png"], "no file none.png"),
        (["--style", "scream", "--strength", "2"], "2 is not between 0 and 1"),
        (["--style", "scream", "--size", "big"], "'big' is not a size"),
        (["--style", "scream", "--max-megapixels", "0.001"], "over the limit of 0.001 megapixels"),
        ([], "missing option '--style'; see main stylize --help"),
    ],
    ids=str,
)
def test_refused(folder: Path, options: list[str], message: str) -> None:
    before = made(folder)
    result = run("photo.jpg", *options)
    assert result.exit_code == 2 and message in result.stderr.replace("\n", " ")
    assert made(folder) == before


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff cut", b"no picture, but a long text"])
def test_photos_that_are_none(folder: Path, content: bytes) -> None:
    Path("bad.jpg").write_bytes(content)
    result = run("bad.jpg", "--style", "scream")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert "bad.jpg" in result.stderr


# Folders.


def test_a_folder(folder: Path) -> None:
    result = run("in", "--style", "scream", "--json")
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert ["error" in line for line in lines] == [False, True, False]
    assert f"zeuxis: {os.path.join('in', 'b.jpg')} is damaged" in result.stderr
    assert made(folder / "in-scream") == {"a.png", "deep/c.jpg"}
    Path("in/b.jpg").unlink()
    again = painted("in", "--style", "scream", "--json")
    assert [json.loads(line)["skipped"] for line in again.stdout.splitlines()] == [True, True]
    assert "a.png is done already" in again.stderr


@pytest.mark.parametrize(
    ("output", "message"), [("in", "would replace the photos"), ("-", "stdout takes one picture")]
)
def test_where_a_folder_cannot_go(folder: Path, output: str, message: str) -> None:
    result = run("in", "--style", "scream", "-o", output)
    assert result.exit_code == 2 and message in result.stderr


def test_a_real_ctrl_c_keeps_what_is_done(folder: Path, styles_file: Path) -> None:
    for number in range(2000):
        Path(f"in/d{number:04}.png").write_bytes(Path("in/a.png").read_bytes())
    code = (
        "import signal\nimport sys\nfrom pathlib import Path\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell may have it ignored
        "from zeuxis.style import gallery\n"
        "gallery.SHIPPED = Path(sys.argv.pop())\nfrom zeuxis.cli.main import main\nmain()"
    )
    arguments = ["stylize", "in", "--style", "scream", "-o", "out", str(styles_file)]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, text=True
    ) as process:
        until = time.monotonic() + 60
        while not Path("out/a.png").exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said.endswith("zeuxis: interrupted\n") and "Traceback" not in said
    found = made(folder / "out")
    assert "a.png" in found and len(found) < 2000 and not any(".tmp" in name for name in found)
