"""`zeuxis upscale`: what it writes, what it says, what it refuses."""

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
from zeuxis.cli.main import main
from zeuxis.upscaling import upscale_file

pytestmark = pytest.mark.usefixtures("enlargers")


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["upscale", *arguments], input=stdin, standalone_mode=True)


def enlarged(*arguments: str, **options: Any) -> Result:
    """Run it; it must end well."""
    result = run(*arguments, **options)
    assert result.exit_code == 0, result.output
    return result


def made(folder: Path) -> set[str]:
    """What is in a folder, hidden files too."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


# One picture.


def test_as_the_readme_has_it(folder: Path) -> None:
    result = enlarged("photo.jpg", "--scale", "4", "-o", "larger.jpg")
    assert result.stdout == ""
    assert result.stderr.startswith("enlarged larger.jpg to 576x384 in 0.")
    with Image.open("larger.jpg") as image:
        assert image.size == (576, 384)


def test_the_command_does_what_the_function_does(folder: Path) -> None:
    options = ["--to", "200x150", "--sharpness", "0.8", "--threads", "1", "--max-memory", "1"]
    enlarged("photo.jpg", "-o", "a.jpg", *options, "--quality", "80")
    knobs: dict[str, Any] = {"to": "200x150", "sharpness": 0.8, "threads": 1, "max_memory": 1.0}
    upscale_file("photo.jpg", "b.jpg", quality=80, **knobs)
    assert Path("a.jpg").read_bytes() == Path("b.jpg").read_bytes()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ([], "photo-x4.jpg"),
        (["--scale", "2.5"], "photo-x2.5.jpg"),
        (["--to", "200x150"], "photo-200x150.jpg"),
        (["--to", "300"], "photo-300.jpg"),
        (["--to", "120%"], "photo-x1.2.jpg"),
        (["--model", "mine.safetensors"], "photo-x2.jpg"),
    ],
)
def test_without_an_output_it_goes_beside_the_photo(
    folder: Path, enlargers: Path, options: list[str], name: str
) -> None:
    Path("mine.safetensors").write_bytes((enlargers / "x2.safetensors").read_bytes())
    before = made(folder)
    enlarged("photo.jpg", *options)
    assert made(folder) - before == {name}


def test_sixteen_bits_and_transparency(folder: Path, photo: np.ndarray) -> None:
    cut_out = np.dstack([photo, np.linspace(0, 1, photo.size // 3).reshape(photo.shape[:2])])
    Image.fromarray(np.round(cut_out * 255).astype(np.uint8)).save("cut.png")
    enlarged("cut.png", "--scale", "2", "-o", "kept.png", "--bits", "16")
    assert Path("kept.png").read_bytes()[24:26] == bytes([16, 6])  # bits a channel; RGB with alpha


# Streams, and what it says.


def test_from_stdin_to_stdout(folder: Path) -> None:
    result = enlarged("-", "--scale", "2", stdin=Path("photo.jpg").read_bytes())
    with Image.open(io.BytesIO(result.stdout_bytes)) as image:
        assert (image.format, image.size) == ("PNG", (288, 192))
    assert "enlarged the picture on stdout to 288x192" in result.stderr


def test_json_and_quiet(folder: Path) -> None:
    result = enlarged("photo.jpg", "--scale", "3", "-o", "o.png", "--json", "--quiet")
    line = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1 and result.stderr == ""
    assert (line["source"], line["output"]) == ("photo.jpg", "o.png")
    assert (line["width"], line["height"], line["model"]) == (432, 288, "x4")
    failed = run("photo.jpg", "-o", "o.png", "--json", "--quiet")
    line = json.loads(failed.stdout)
    assert failed.exit_code == 2 and "exists already" in line["error"]
    assert failed.stderr == f"zeuxis: {line['error']}\n"


def test_progress(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "SECONDS_BETWEEN_LINES", 0.0)
    lines = run("in", "-o", "out").stderr
    assert "a.png (1 of 3)  0:00 left  100% enlarged\n" in lines
    assert "c.jpg (3 of 3)  " in lines


# What it refuses.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scale", "9"], "9 is not between 1 and 8"),
        (["--scale", "2", "--to", "300"], "both scale, 2, and to, 300, say how large"),
        (["--to", "big"], "'big' is not a size"),
        (["--to", "5000"], "is over 8 times the photo's 144x96: give at most 1152x768"),
        (["--model", "none.safetensors"], "cannot read none.safetensors: no such file"),
        (["--model", "photo.jpg"], "photo.jpg is no model file"),
        (["-o", "photo.jpg"], "photo.jpg exists already; use --force"),
        (["-o", "-", "--json"], "stdout takes one picture"),
        (["--max-megapixels", "0.001"], "over the limit of 0.001 megapixels"),
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
    result = run("bad.jpg")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert "bad.jpg" in result.stderr


# Folders.


def test_a_folder(folder: Path) -> None:
    result = run("in", "--scale", "2", "--json")
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert ["error" in line for line in lines] == [False, True, False]
    assert f"zeuxis: {os.path.join('in', 'b.jpg')} is damaged" in result.stderr
    assert made(folder / "in-x2") == {"a.png", "deep/c.jpg"}
    Path("in/b.jpg").unlink()
    again = enlarged("in", "--scale", "2", "--json")
    assert [json.loads(line)["skipped"] for line in again.stdout.splitlines()] == [True, True]


@pytest.mark.parametrize(
    ("output", "message"), [("in", "would replace the photos"), ("-", "stdout takes one picture")]
)
def test_where_a_folder_cannot_go(folder: Path, output: str, message: str) -> None:
    result = run("in", "-o", output)
    assert result.exit_code == 2 and message in result.stderr


def test_a_real_ctrl_c_keeps_what_is_done(folder: Path, enlargers: Path) -> None:
    for number in range(2000):
        Path(f"in/d{number:04}.png").write_bytes(Path("in/a.png").read_bytes())
    code = (
        "import signal\nimport sys\nfrom pathlib import Path\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell may have it ignored
        "from zeuxis.upscaling import gallery\n"
        "gallery.MODELS = Path(sys.argv.pop())\nfrom zeuxis.cli.main import main\nmain()"
    )
    arguments = ["upscale", "in", "-o", "out", str(enlargers)]
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
