"""From files to files: what is checked first, what a folder's photos become, the sheet."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from zeuxis import Stylizer, ZeuxisError
from zeuxis.images import Picture, read, write
from zeuxis.style import gallery, sheet, stylize_file, stylize_folder


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Painting is a failure."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("it began to paint")

    monkeypatch.setattr(Stylizer, "stylize", fail)


def test_a_file(folder: Path) -> None:
    result = stylize_file("photo.jpg", "starry-night", "out.png", strength=0.8)
    assert np.array_equal(read("out.png").bytes, result.picture.bytes)
    assert result.settings.strength == 0.8


def test_sixteen_bits_of_a_photo_of_eight(folder: Path) -> None:
    stylize_file("photo.jpg", "scream", "out.png", bits=16)
    deep = read("out.png")
    assert deep.bits == 16
    steps = deep.pixels * 255
    assert np.abs(steps - steps.round()).max() > 0.1  # finer than 8 bits


def test_a_stream_gets_a_png(folder: Path) -> None:
    out = io.BytesIO()
    with open("photo.jpg", "rb") as file:
        stylize_file(file, "scream", out)
    with Image.open(out) as image:
        assert (image.format, image.size) == ("PNG", (144, 96))


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("output", "options", "message"),
    [
        ("photo.jpg", {}, "photo.jpg exists already; use --force"),
        ("out.xyz", {}, "'.xyz' names no picture format"),
        ("none/out.png", {}, "there is no folder none"),
        ("in.png", {}, "in.png: it is a folder"),
        ("out.jpg", {"bits": 16}, "no 16 bits"),
        ("out.jpg", {"quality": 0}, "quality 0 is out of range"),
        ("out.jpg", {"strength": 7}, "strength is 7"),
    ],
)
def test_refused_before_it_begins(
    folder: Path, output: str, options: dict[str, Any], message: str
) -> None:
    (folder / "in.png").mkdir()
    with pytest.raises(ZeuxisError, match=message):
        stylize_file("photo.jpg", "scream", output, **options)


def test_force_replaces(folder: Path) -> None:
    before = Path("photo.jpg").read_bytes()
    stylize_file("photo.jpg", "scream", "photo.jpg", force=True)
    assert Path("photo.jpg").read_bytes() != before


def test_what_cannot_be_written_is_saved_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zeuxis.images import framed

    def full(picture: Picture, target: Any, **options: Any) -> None:
        if Path(target).name == "out.png":
            raise ZeuxisError("no space left on device")
        write(picture, target, **options)

    monkeypatch.setattr(framed, "write", full)
    with pytest.raises(ZeuxisError, match="no space left .*; the result was saved as") as caught:
        stylize_file("photo.jpg", "scream", "out.png")
    rescued = Path(str(caught.value).rpartition(" as ")[2])
    assert read(rescued).width == 144
    rescued.unlink()
    rescued.parent.rmdir()


def test_a_folder(folder: Path) -> None:
    begun: list[tuple[str, int, int]] = []
    outcomes = list(
        stylize_folder("in", "scream", "out", begin=lambda p, n, c: begun.append((p.name, n, c)))
    )
    names = [outcome.source for outcome in outcomes]
    assert names == [str(Path("in", *name)) for name in (["a.png"], ["b.jpg"], ["deep", "c.jpg"])]
    assert begun == [("a.png", 1, 3), ("b.jpg", 2, 3), ("c.jpg", 3, 3)]
    assert "damaged" in (outcomes[1].error or "") and outcomes[1].painting is None
    assert outcomes[2].report()["width"] == 144
    assert {str(p.relative_to("out")) for p in Path("out").rglob("*.*")} == {
        "a.png",
        str(Path("deep", "c.jpg")),
    }
    again = list(stylize_folder("in", "scream", "out"))
    assert [outcome.skipped for outcome in again] == [True, False, True]
    forced = list(stylize_folder("in", "scream", "out", force=True))
    assert not any(outcome.skipped for outcome in forced)


def test_what_all_photos_share_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("L", (8, 8), 0).save("black.png")
    stylizer = Stylizer("starry-night")
    for outcome in stylize_folder("in", stylizer, "out", mask="black.png"):
        if outcome.error is None:
            Path("black.png").unlink(missing_ok=True)
            assert outcome.painting is not None
    assert np.array_equal(
        read("out/a.png").bytes, read("in/a.png").bytes
    )  # black: nothing is painted


@pytest.mark.parametrize(
    ("source", "style", "output", "options", "message"),
    [
        ("in", "scream", "in", {}, "would replace the photos"),
        ("in", "scream", "photo.jpg", {}, "photo.jpg is a file"),
        ("in/deep/none", "scream", "out", {}, "does not exist"),
        ("in", "scraem", "out", {}, "neither a style nor a file scraem"),
        ("in", "scream", "out", {"mask": "none.png"}, "no file none.png"),
        ("in", "scream", "out", {"strength": -1}, "strength is -1"),
    ],
)
def test_a_folder_is_refused_as_a_whole(
    folder: Path, source: str, style: str, output: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ZeuxisError, match=message):
        list(stylize_folder(source, style, output, **options))
    assert not Path("out").exists()


# The sheet.


def test_the_sheet(folder: Path) -> None:
    done: list[int] = []
    styles = gallery.shipped()
    picture = sheet.sheet_of("photo.jpg", styles, done.append)
    assert done == [1, 2, 3]
    columns = (picture.width - 2 * sheet.MARGIN + sheet.GAP) // (sheet.CELL + sheet.GAP)
    assert columns == 2 and picture.width < sheet.SHAPE * 1.5 * picture.height
    first = picture.pixels[sheet.MARGIN : sheet.MARGIN + 320, sheet.MARGIN : sheet.MARGIN + 480]
    shown = read("photo.jpg").resized((320, 480)).pixels
    assert np.abs(first - shown).max() < 0.01


def test_a_photo_with_alpha_and_long_titles(folder: Path, photo: np.ndarray) -> None:
    alpha = np.zeros(photo.shape[:2], np.float32)
    long = gallery.Style("scream", gallery.SHIPPED, 2, title="The Scream of Nature " * 9)
    picture = sheet.sheet_of(Picture(photo, alpha), [long])
    paper = np.array(sheet.PAPER) / 255
    assert picture.alpha is None
    assert np.abs(picture.pixels[sheet.MARGIN + 9, sheet.MARGIN + 9] - paper).max() < 0.01
    assert np.abs(picture.pixels[:, -sheet.MARGIN :] - paper).max() < 0.01  # nothing in the margin


# Large pictures.

LARGE = """
import sys, resource
from pathlib import Path
from zeuxis.style import gallery, stylize_file
gallery.SHIPPED = Path(sys.argv[1])
stylize_file("large.jpg", "starry-night", "out.jpg")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak * (1 if sys.platform == "darwin" else 1024))
"""


@pytest.mark.slow
def test_8192_pixels_from_file_to_file_take_less_than_2_gb(folder: Path) -> None:
    with Image.open("photo.jpg") as image:
        image.resize((8192, 8192)).save("large.jpg")
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(gallery.SHIPPED)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 2e9
    with Image.open("out.jpg") as image:
        assert image.size == (8192, 8192)
