"""What stylize, paint and upscale share: where pictures come from and go to, and what is said about it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis.cli import files
from zeuxis.cli.main import main

COMMANDS = {
    "stylize": (["--style", "scream"], "scream"),
    "paint": (["--style", "photo.jpg", "--size", "32", "--iterations", "1"], "painted"),
    "upscale": (["--scale", "2"], "x2"),
}

pytestmark = pytest.mark.usefixtures("folder", "enlargers")


def run(command: str, *arguments: str, stdin: bytes | None = None) -> Result:
    said = [command, *arguments, *COMMANDS[command][0]]
    return CliRunner().invoke(main, said, input=stdin, standalone_mode=True)


def made() -> set[str]:
    return {p.as_posix() for p in Path().rglob("*") if p.is_file()}


def moving(name: str) -> None:
    """A picture of three frames or pages."""
    frames = [Image.new("RGB", (40, 30), color) for color in ("red", "green", "blue")]
    frames[0].save(name, save_all=True, append_images=frames[1:])


# What comes in.


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("none.txt", "there is no file none.txt; check the path"),
        ("~/none.jpg", "there is no file ~/none.jpg; check the path"),
        ("https://a.b/c.jpg", "cannot open https://a.b/c.jpg: addresses are not fetched; save"),
        ("README.txt", "README.txt is not a picture of a kind we read"),
    ],
)
@pytest.mark.parametrize("output", [[], ["-o", "new/"]], ids=str)
def test_the_photo_is_looked_at_first(
    command: str, source: str, message: str, output: list[str]
) -> None:
    Path("README.txt").write_text("A text, as long as what a picture begins with.")
    before = set(Path().rglob("*"))
    result = run(command, source, *output)
    assert result.exit_code == 2 and result.stderr.startswith(f"zeuxis: {message}")
    assert result.stderr.count("\n") == 1
    assert set(Path().rglob("*")) == before


@pytest.mark.parametrize(
    ("source", "name"), [("noext", "noext-scream.jpg"), ("photo.v2", "photo.v2-scream.jpg")]
)
def test_a_photo_whose_name_says_no_format(source: str, name: str) -> None:
    Path(source).write_bytes(Path("photo.jpg").read_bytes())
    assert run("stylize", source).exit_code == 0
    with Image.open(name) as image:
        assert image.format == "JPEG"


@pytest.mark.skipif(sys.platform != "linux", reason="asks for /dev/fd")
def test_a_photo_out_of_a_pipe() -> None:
    read, write = os.pipe()
    os.write(write, Path("photo.jpg").read_bytes())
    os.close(write)
    result = run("stylize", f"/dev/fd/{read}", "-o", "o.jpg")
    os.close(read)
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("name", ["m.gif", "m.webp", "m.png", "m.tif"])
def test_frames_that_are_left_out_are_told(name: str) -> None:
    moving(name)
    what = "pages" if name == "m.tif" else "frames"
    note = f"{name} has 3 {what}, and only the first was taken"
    result = run("upscale", name, "-o", "o.png")
    assert result.exit_code == 0 and f"note: {note}\n" in result.stderr
    again = run("upscale", name, "--force", "--json", "--quiet", "-o", name)
    assert f'"notes": ["{note}"]' in again.stdout and again.stderr == ""


def test_frames_in_a_folder_are_told_and_one_frame_is_nothing_to_tell() -> None:
    moving("in/m.gif")
    Image.new("RGB", (40, 30)).save("in/still.gif")
    said = run("stylize", "in").stderr
    assert f"note: {Path('in', 'm.gif')} has 3 frames" in said and said.count("note") == 1


def test_a_damaged_head_is_no_note() -> None:
    Path("bad.gif").write_bytes(b"GIF89a" + bytes(30))
    result = run("upscale", "bad.gif")
    assert result.exit_code == 2 and "bad.gif is damaged" in result.stderr


# Where it goes.


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("output", ["there", "there/", "new/"])
def test_into_a_folder_it_keeps_its_name(command: str, output: str) -> None:
    Path("there").mkdir()
    before = made()
    result = run(command, "photo.jpg", "-o", output)
    assert result.exit_code == 0, result.output
    assert made() - before == {f"{output.rstrip('/')}/photo-{COMMANDS[command][1]}.jpg"}


@pytest.mark.parametrize("command", COMMANDS)
def test_where_a_folder_of_photos_cannot_go(command: str) -> None:
    before = made()
    for output, message in [
        ("x.jpg", "x.jpg is the name of a picture: the results of a folder need a folder"),
        ("photo.jpg/out", "cannot write into photo.jpg/out: not a directory (photo.jpg); choose"),
    ]:
        result = run(command, "in", "-o", output)
        assert result.exit_code == 2 and result.stderr.startswith(f"zeuxis: {message}")
        assert result.stderr.count("\n") == 1
    assert made() == before


def test_stdin_has_no_name_for_a_folder() -> None:
    result = run("upscale", "-", "-o", "in", stdin=Path("photo.jpg").read_bytes())
    assert result.exit_code == 2 and "stdin has no name to be given in in:" in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("arguments", [["-"], ["photo.jpg", "-o", "-"]], ids=str)
def test_no_picture_goes_to_a_terminal(
    command: str,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    shown = io.BytesIO()
    monkeypatch.setattr(files.sys, "stdout", Terminal(shown))  # type: ignore[attr-defined]
    status = main([command, *arguments, *COMMANDS[command][0]], standalone_mode=False)
    said = "zeuxis: stdout is a terminal, which shows no pictures: give -o FILE, or a pipe\n"
    assert (status, shown.getvalue(), capsys.readouterr().err) == (2, b"", said)


# What is said.


@pytest.mark.parametrize(
    ("command", "word"), [("stylize", "painted"), ("paint", "painted"), ("upscale", "enlarged")]
)
def test_a_folder_is_counted_at_its_end(command: str, word: str) -> None:
    first = run(command, "in", "-o", "out")
    assert first.exit_code == 1 and first.stderr.endswith(f"\n2 {word}, 1 failed\n")
    assert first.stderr.count("b.jpg") == 1  # its error names it once
    Path("out/a.png").unlink()
    again = run(command, "in", "-o", "out").stderr
    assert again.endswith("1 failed\n") and f"1 {word}" in again and "1 done already" in again
    assert not run(command, "in", "-o", "out", "--json").stderr.endswith(" failed\n")
    Path("in/b.jpg").unlink()
    assert run(command, "in", "-o", "out", "--quiet").output == ""


def test_what_is_made_smaller_is_not_called_enlarged() -> None:
    small = CliRunner().invoke(main, ["upscale", "photo.jpg", "--to", "40x30"])
    assert small.stderr.startswith("resized photo-40x30.jpg to 40x30 in ")
    folder = CliRunner().invoke(main, ["upscale", "in", "--to", "40x30"])
    assert folder.stderr.endswith("\n2 resized, 1 failed\n")


@pytest.mark.parametrize("style", ["starry-night", "starry-night:0.5"])
def test_paint_knows_no_names(style: str) -> None:
    result = CliRunner().invoke(main, ["paint", "photo.jpg", "--style", style])
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert result.stderr.endswith("or run zeuxis stylize --style starry-night\n")
    none = CliRunner().invoke(main, ["paint", "photo.jpg", "--style", "scraem"])
    assert none.stderr == "zeuxis: there is no file scraem; check the path\n"
