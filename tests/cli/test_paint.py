"""`zeuxis paint`: what it writes, what it says, and what it refuses before it begins."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageCms

import zeuxis
from zeuxis.cli import display
from zeuxis.cli import files as cli_files
from zeuxis.cli.main import main
from zeuxis.painting import Progress, batch, paint_file

ARTIST = 0x013B  # the EXIF tag
SMALL = ["--size", "48", "--iterations", "2"]


def eight_bits(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.round(pixels * 255).astype(np.uint8))


@pytest.fixture
def folder(
    tmp_path: Path, photo: np.ndarray, texture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder to work in, with photo.jpg and style.png."""
    eight_bits(photo).save(tmp_path / "photo.jpg", quality=95)
    eight_bits(texture).save(tmp_path / "style.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["paint", *arguments], input=stdin, standalone_mode=True)


def painted(*arguments: str, **options: Any) -> Result:
    """Run it small; it must end well."""
    result = run(*arguments, "--style", "style.png", *SMALL, **options)
    assert result.exit_code == 0, result.output
    return result


def files(folder: Path) -> set[str]:
    """What is in a folder, hidden files too, but not what every test begins with."""
    names = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    return names - {"photo.jpg", "style.png"}


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Ctrl-C is pressed after a step of this number."""

    def stop(iteration: int) -> None:
        def press(self: display.Display, progress: Progress) -> None:
            if progress.iteration == iteration:
                os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr(display.Display, "__call__", press)

    return stop


# One picture.


def test_as_the_readme_has_it(folder: Path) -> None:
    result = run(
        "photo.jpg", "--style", "style.png", "--size", "48", "--minutes", "0.02", "-o", "o.png"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "painted o.png (48x32) in " in result.stderr
    with Image.open("o.png") as image:
        assert image.size == (48, 32)
    assert files(folder) == {"o.png"}


def test_without_an_output_it_goes_beside_the_photo(folder: Path) -> None:
    painted("photo.jpg")
    assert files(folder) == {"photo-painted.jpg"}


def test_the_command_does_what_the_function_does(folder: Path) -> None:
    options = ["--style-weight", "2", "--colors", "histogram", "--seed", "3", "--quality", "80"]
    painted("photo.jpg", "-o", "a.jpg", *options)
    chosen = {"size": "48", "iterations": 2, "style_weight": 2.0, "colors": "histogram", "seed": 3}
    paint_file("photo.jpg", "style.png", "b.jpg", quality=80, **chosen)
    assert Path("a.jpg").read_bytes() == Path("b.jpg").read_bytes()


def test_several_styles_with_weights(folder: Path) -> None:
    Image.new("RGB", (64, 64), "red").save("red.png")
    result = painted("photo.jpg", "--style", "red.png:0.25", "--json", "-o", "o.png")
    losses = json.loads(result.stdout)["losses"]
    assert {name.rpartition(" ")[2] for name in losses if "painting" in name} == {"1", "2"}


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("wave.jpg", ("wave.jpg", 1.0)),
        ("wave.jpg:0.3", ("wave.jpg", 0.3)),
        ("a:b/wave.jpg:2", ("a:b/wave.jpg", 2.0)),
        ("wave.jpg:big", ("wave.jpg:big", 1.0)),
        ("wave:0.5.png", ("wave:0.5.png", 1.0)),
        ("there.png:7", ("there.png:7", 1.0)),  # a file of this name
        (":0.5", ("", 0.5)),
    ],
)
def test_weights_behind_names(
    text: str, style: tuple[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.png:7").touch()
    assert cli_files.weighted(text) == style


def test_masks(folder: Path) -> None:
    mask = np.zeros((30, 40, 3), np.uint8)
    mask[:, 20:, 0] = 255
    Image.fromarray(mask).save("mask.png")
    result = painted(
        "photo.jpg", "--mask", "mask.png", "--style-mask", "mask.png", "-o", "o.png", "--json"
    )
    assert "style relu1_1 region 2" in json.loads(result.stdout)["losses"]
    bad = run("photo.jpg", "--style", "style.png", "--mask", "mask.png", "-o", "p.png")
    assert bad.exit_code == 2 and "2 colours and there are 1 paintings" in bad.stderr


def test_what_the_photo_carries_is_carried_over(folder: Path, photo: np.ndarray) -> None:
    exif = Image.Exif()
    exif[ARTIST] = "a person"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    eight_bits(photo).save("own.jpg", exif=exif, icc_profile=profile, dpi=(300, 300))
    painted("own.jpg", "-o", "kept.jpg")
    painted("own.jpg", "-o", "stripped.jpg", "--strip-metadata")
    with Image.open("kept.jpg") as kept, Image.open("stripped.jpg") as stripped:
        assert kept.getexif()[ARTIST] == "a person"
        assert kept.info["icc_profile"] == stripped.info["icc_profile"] == profile
        assert kept.info["dpi"] == (300, 300)
        assert ARTIST not in stripped.getexif() and "dpi" not in stripped.info


def test_alpha_and_sixteen_bits(folder: Path, photo: np.ndarray) -> None:
    cut_out = np.dstack([photo, np.linspace(0, 1, photo.size // 3).reshape(photo.shape[:2])])
    eight_bits(cut_out).save("cut.png")
    painted("cut.png", "-o", "cut16.png", "--bits", "16")
    painted("cut.png", "-o", "cut8.png")
    header = Path("cut16.png").read_bytes()[24:26]
    assert header == bytes([16, 6])  # bits a channel; RGB with alpha
    with Image.open("cut8.png") as image:
        assert image.mode == "RGBA"
        low, high = image.getchannel("A").getextrema()
        assert low < 8 and high > 247


def test_strength_zero_gives_the_photo_back(folder: Path, texture: np.ndarray) -> None:
    eight_bits(texture).save("photo.png")
    result = run("photo.png", "--style", "style.png", "--size", "100%", "--levels", "1", "-o", "o.png",
                 "--iterations", "1", "--strength", "0")  # fmt: skip
    assert result.exit_code == 0, result.output
    with Image.open("o.png") as out, Image.open("photo.png") as photo:
        assert np.array_equal(np.asarray(out), np.asarray(photo))


# Streams.


def test_from_stdin_to_stdout(folder: Path) -> None:
    result = painted("-", stdin=Path("photo.jpg").read_bytes())
    with Image.open(io.BytesIO(result.stdout_bytes)) as image:
        assert (image.format, image.size) == ("PNG", (48, 32))
    assert "painted the picture on stdout (48x32)" in result.stderr
    assert files(folder) == set()


def test_stdin_that_is_no_picture(folder: Path) -> None:
    result = run("-", "--style", "style.png", stdin=b"no picture at all, but more than a few bytes")
    assert result.exit_code == 2 and "is not a picture" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "extra",
    [["--json"], ["--resume"], ["--preview-every", "2"], ["--bits", "8", "--json"]],
    ids=str,
)
def test_what_a_stream_cannot_do(folder: Path, extra: list[str]) -> None:
    result = run("photo.jpg", "--style", "style.png", "-o", "-", *extra)
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert result.stdout == ""


# What it says.


def test_json(folder: Path) -> None:
    result = painted("photo.jpg", "-o", "o.png", "--json")
    line = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert (line["source"], line["output"]) == ("photo.jpg", "o.png")
    assert (line["width"], line["height"], line["interrupted"]) == (48, 32, False)
    assert line["loss"] == pytest.approx(sum(line["losses"].values()), rel=1e-4)
    assert line["settings"]["iterations"] == 2


def test_json_of_an_error(folder: Path) -> None:
    result = run("none.jpg", "--style", "style.png", "-o", "o.png", "--json")
    assert result.exit_code == 2
    line = json.loads(result.stdout)
    assert line == {"source": "none.jpg", "output": "o.png", "error": line["error"]}
    assert result.stderr == f"zeuxis: {line['error']}\n"


def test_quiet(folder: Path) -> None:
    assert painted("photo.jpg", "-o", "o.png", "--quiet").output == ""
    again = run("photo.jpg", "--style", "style.png", "-o", "o.png", "--quiet")
    assert again.exit_code == 2 and "exists already" in again.stderr


def test_lines_now_and_then(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "SECONDS_BETWEEN_LINES", 0.0)
    lines = painted("photo.jpg", "-o", "o.png").stderr.splitlines()
    assert len(lines) == 3
    for step, line in enumerate(lines[:2], start=1):
        assert f"left  level 1/1 (48x32)  step {step}/2  loss " in line
        assert all(f" {kind} " in line for kind in ("content", "style", "tv"))


def test_on_a_terminal_the_line_is_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(display, "FRAMES_PER_SECOND", 1e9)
    with display.Display() as shown:
        shown.begin(Path("in/cat.jpg"), 2, 7)
        for iteration in (1, 2):
            shown(progress(iteration))
        shown.say("note: [bold] is no markup")
    text = terminal.getvalue()
    assert "cat.jpg (2 of 7)  1:05 left  level 2/3 (64x48)  step 2/9  loss 6.5 = " in text
    assert "content 1 + style 5 + tv 0.5" in text
    assert "\r" in text and "\x1b[2K" in text  # back to the start, and wiped
    assert "note: [bold] is no markup" in text


def progress(iteration: int) -> Progress:
    parts = {"content relu4_2": 1.0, "style relu1_1": 2.0, "style relu2_1": 3.0, "tv": 0.5}
    size = {"level": 1, "levels": 3, "width": 64, "height": 48, "iterations": 9}
    return Progress(
        iteration=iteration,
        loss=6.5,
        parts=parts,
        evaluations=3,
        recoveries=0,
        seconds=2.0,
        seconds_left=65.0,
        painting=lambda: None,  # type: ignore[arg-type, return-value]
        **size,
    )


def test_trace_and_preview(folder: Path) -> None:
    painted("photo.jpg", "-o", "o.png", "--trace", "trace.jsonl", "--preview-every", "1")
    lines = [json.loads(line) for line in Path("trace.jsonl").read_text().splitlines()]
    assert [line["iteration"] for line in lines] == [1, 2]
    with Image.open("o.preview.jpg") as preview:
        assert preview.size == (48, 32)


def test_too_short_a_time_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zeuxis.painting import schedule

    monkeypatch.setattr(schedule, "LEAST_EVALUATIONS", 10**6)
    options = ["--size", "64x64", "--levels", "2", "--minutes", "0.01", "-o", "o.png"]
    result = run("photo.jpg", "--style", "style.png", *options)
    assert result.exit_code == 0
    assert "note: the time was too short for 64x64 pixels: painted at 32x32" in result.stderr
    with Image.open("o.png") as image:
        assert image.size == (64, 64)


# What it refuses, before it begins.


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Painting is a failure."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("it began to paint")

    monkeypatch.setattr(batch, "paint", fail)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "photo.jpg"], "photo.jpg exists already; use --force"),
        (["-o", "o.xyz"], "'.xyz' names no picture format"),
        (["-o", "o"], "'' names no picture format"),
        (["-o", "nowhere/o.png"], "there is no folder nowhere"),
        (["-o", "o.jpg", "--bits", "16"], "no 16 bits"),
        (["-o", "o.png", "--strength", "2"], "2 is not between 0 and 1"),
        (["-o", "o.png", "--optimizer", "sgd"], "'sgd' is not one of"),
    ],
    ids=str,
)
def test_refused(folder: Path, options: list[str], message: str) -> None:
    result = run("photo.jpg", "--style", "style.png", *options)
    assert result.exit_code == 2
    assert message in result.stderr.replace("\n", " ")


@pytest.mark.usefixtures("never")
def test_a_folder_is_no_file(folder: Path) -> None:
    Path("o.png").mkdir()
    with pytest.raises(zeuxis.ZeuxisError, match=r"o\.png: it is a folder"):
        paint_file("photo.jpg", "style.png", "o.png")


@pytest.mark.parametrize(
    ("source", "style", "message"),
    [
        ("none.jpg", "style.png", "there is no file none.jpg"),
        ("photo.jpg", "none.png:0.5", "there is no file none.png;"),
        ("photo.jpg", "style.png:0", "the weight 0.0 of style.png is not a positive number"),
        ("photo.jpg", "style.png:nan", "the weight nan of style.png"),
        ("text.png", "style.png", "text.png is not a picture"),
    ],
)
def test_pictures_that_are_none(folder: Path, source: str, style: str, message: str) -> None:
    Path("text.png").write_text("a text that is called a picture, long enough to look into\n")
    result = run(source, "--style", style, "-o", "o.png")
    assert result.exit_code == 2
    assert message in result.stderr and result.stderr.count("\n") == 1
    assert files(folder) == {"text.png"}


def test_no_style(folder: Path) -> None:
    result = run("photo.jpg", "-o", "o.png")
    assert result.exit_code == 2 and "--style" in result.stderr


def test_force_replaces(folder: Path) -> None:
    Path("o.png").write_text("old")
    painted("photo.jpg", "-o", "o.png", "--force")
    with Image.open("o.png") as image:
        assert image.size == (48, 32)


# Ctrl-C and --resume.


def test_ctrl_c_writes_what_there_is_and_resume_goes_on(
    folder: Path, stopping: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ["--style", "style.png", "--size", "48", "--iterations", "5"]
    assert run("photo.jpg", *steps, "-o", "whole.png").exit_code == 0

    stopping(2)
    result = run("photo.jpg", *steps, "-o", "o.png")
    assert result.exit_code == 130
    assert "stopped: o.png is the painting as far as it got" in result.stderr
    assert "--resume" in result.stderr
    assert files(folder) == {"whole.png", "o.png", ".o.png.zeuxis-checkpoint"}
    assert Path("o.png").read_bytes() != Path("whole.png").read_bytes()

    monkeypatch.undo()
    monkeypatch.chdir(folder)
    again = run("photo.jpg", *steps, "-o", "o.png")
    assert again.exit_code == 2 and "o.png is unfinished: add --resume" in again.stderr
    resumed = run("photo.jpg", *steps, "-o", "o.png", "--resume")
    assert resumed.exit_code == 0, resumed.stderr
    assert Path("o.png").read_bytes() == Path("whole.png").read_bytes()
    assert files(folder) == {"whole.png", "o.png"}


def test_resume_with_other_settings(folder: Path, stopping: Callable[[int], None]) -> None:
    stopping(1)
    assert run("photo.jpg", "--style", "style.png", *SMALL, "-o", "o.png").exit_code == 130
    other = run("photo.jpg", "--style", "style.png:2", *SMALL, "-o", "o.png", "--resume")
    assert other.exit_code == 2 and "belongs to another painting" in other.stderr
    assert ".o.png.zeuxis-checkpoint" in files(folder)


def test_nothing_to_resume(folder: Path) -> None:
    result = run("photo.jpg", "--style", "style.png", *SMALL, "-o", "o.png", "--resume")
    assert result.exit_code == 2
    assert "nothing to resume" in result.stderr and result.stderr.count("\n") == 1
    Path("o.png").write_text("someone else's")
    result = run("photo.jpg", "--style", "style.png", *SMALL, "-o", "o.png", "--resume")
    assert result.exit_code == 2 and Path("o.png").read_text() == "someone else's"


def test_ctrl_c_when_the_picture_goes_to_stdout(
    folder: Path, stopping: Callable[[int], None]
) -> None:
    stopping(1)
    result = run("photo.jpg", "--style", "style.png", *SMALL, "-o", "-")
    assert result.exit_code == 130
    with Image.open(io.BytesIO(result.stdout_bytes)) as image:
        assert image.size == (48, 32)
    assert "resume" not in result.stderr


def test_a_real_ctrl_c(folder: Path) -> None:
    code = "from zeuxis.cli.main import main; main()"
    arguments = [
        "paint",
        "photo.jpg",
        "--style",
        "style.png",
        "-o",
        "o.png",
        "--iterations",
        "100000",
    ]
    found = {"PYTHONPATH": str(Path(zeuxis.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments, "--size", "64", "--trace", "trace.jsonl"],
        env=os.environ | found,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        trace = Path("trace.jsonl")
        until = time.monotonic() + 60
        while process.poll() is None and not _has_lines(trace) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "go on with" in said and "Traceback" not in said
    with Image.open("o.png") as image:
        assert image.size == (64, 43)


def _has_lines(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


# Folders.


@pytest.fixture
def photos(folder: Path) -> Path:
    """A folder of three photos, one in a folder of its own, one that is none."""
    (folder / "in" / "deep").mkdir(parents=True)
    with Image.open("photo.jpg") as image:
        image.save("in/a.png")
        image.save("in/deep/c.jpg")
    Path("in/b.jpg").write_bytes(b"\xff\xd8\xff broken, as a camera's card leaves it behind")
    Path("in/notes.txt").write_text("no picture")
    return folder


def test_a_folder(photos: Path) -> None:
    result = run("in", "--style", "style.png", *SMALL, "-o", "out", "--json")
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    sources = [line["source"] for line in lines]
    assert sources == [
        os.path.join("in", *name) for name in (["a.png"], ["b.jpg"], ["deep", "c.jpg"])
    ]
    assert "error" in lines[1] and lines[2]["width"] == 48
    assert "zeuxis: in/b.jpg is damaged" in result.stderr and "2 painted" not in result.stderr
    assert files(photos / "out") == {"a.png", "deep/c.jpg"}

    before = Path("out/a.png").stat().st_mtime_ns
    Path("in/b.jpg").unlink()
    again = run("in", "--style", "style.png", *SMALL, "-o", "out", "--json")
    assert again.exit_code == 0
    assert [json.loads(line).get("skipped") for line in again.stdout.splitlines()] == [True, True]
    assert "in/a.png is done already" in again.stderr
    assert Path("out/a.png").stat().st_mtime_ns == before
    forced = run("in", "--style", "style.png", *SMALL, "-o", "out", "--force")
    assert forced.exit_code == 0 and Path("out/a.png").stat().st_mtime_ns > before


def test_a_folder_inside_is_not_painted_again(photos: Path) -> None:
    for count in (2, 2):
        result = run("in", "--style", "style.png", *SMALL, "-o", "in/painted", "--json")
        assert len([x for x in result.stdout.splitlines() if "error" not in json.loads(x)]) == count
    assert files(photos / "in" / "painted") == {"a.png", "deep/c.jpg"}


def test_a_folder_without_an_output(photos: Path) -> None:
    result = run("in", "--style", "style.png", *SMALL)
    assert files(photos / "in-painted") == {"a.png", "deep/c.jpg"}
    assert result.stderr.endswith("\n2 painted, 1 failed\n")


def test_ctrl_c_ends_a_folder_and_resume_goes_on(
    photos: Path, stopping: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("in/b.jpg").unlink()
    options = ["--style", "style.png", *SMALL, "-o", "out", "--trace", "trace.jsonl"]
    stopping(1)
    result = run("in", *options)
    assert result.exit_code == 130
    assert files(photos / "out") == {"a.png", ".a.png.zeuxis-checkpoint"}
    monkeypatch.undo()
    monkeypatch.chdir(photos)
    without = run("in", *options)
    assert without.exit_code == 1 and "a.png is unfinished" in without.stderr
    Path("out/deep/c.jpg").unlink()
    assert run("in", *options, "--resume").exit_code == 0
    assert files(photos / "out") == {"a.png", "deep/c.jpg"}
    sources = [json.loads(line)["source"] for line in Path("trace.jsonl").read_text().splitlines()]
    assert sources[-3:] == ["in/a.png", "in/deep/c.jpg", "in/deep/c.jpg"]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("in", "would replace the photos"),
        ("style.png", "is a file"),
        ("-", "stdout takes one picture"),
    ],
)
def test_where_a_folder_cannot_go(photos: Path, output: str, message: str) -> None:
    result = run("in", "--style", "style.png", "-o", output)
    assert result.exit_code == 2 and message in result.stderr


def test_an_empty_folder(folder: Path) -> None:
    Path("empty").mkdir()
    result = run("empty", "--style", "style.png", "-o", "out")
    assert result.exit_code == 2 and "no pictures in empty" in result.stderr


def test_a_style_that_is_none_is_told_once(photos: Path) -> None:
    result = run("in", "--style", "none.png", "-o", "out")
    assert result.exit_code == 2 and result.stderr.count("no file none.png") == 1


def test_help_comes_without_torch() -> None:
    code = (
        "import sys\nfrom zeuxis.cli.main import main\n"
        "try: main(['paint', '--help'])\nexcept SystemExit: pass\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
