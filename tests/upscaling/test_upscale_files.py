"""From files to files: what is checked first, what is kept, what a folder's photos become, large pictures."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from zeuxis import Upscaler, ZeuxisError
from zeuxis.images import Picture, bands, read, write
from zeuxis.upscaling import upscale_file, upscale_folder

pytestmark = pytest.mark.usefixtures("enlargers")

ARTIST = 0x013B  # the EXIF tag


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enlarging is a failure."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("it began to enlarge")

    monkeypatch.setattr(Upscaler, "_enlarged", fail)


def test_a_file(folder: Path) -> None:
    result = upscale_file("photo.jpg", "out.png", scale=2, sharpness=0.8)
    assert np.array_equal(read("out.png").bytes, result.picture.bytes)
    assert result.settings.sharpness == 0.8 and result.image.size == (288, 192)


def test_what_a_file_says_besides_is_kept(folder: Path, photo: np.ndarray) -> None:
    exif = Image.Exif()
    exif[ARTIST] = "a person"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels = np.round(photo * 65535).astype(np.uint16)
    write(
        Picture.from_array(pixels).but(icc_profile=profile, exif=exif.tobytes(), dpi=(300, 300)),
        "deep.png",
    )
    upscale_file("deep.png", "kept.png", scale=2)
    upscale_file("deep.png", "stripped.png", scale=2, keep_metadata=False, bits=8)
    kept, stripped = read("kept.png"), read("stripped.png")
    assert (kept.bits, kept.icc_profile) == (16, profile)
    assert kept.dpi == pytest.approx((300, 300), abs=0.1) and b"a person" in (kept.exif or b"")
    assert (stripped.bits, stripped.exif, stripped.dpi) == (8, None, None)


def test_turned_and_palette_and_moving_pictures(folder: Path, photo: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    image = Image.fromarray(np.round(photo * 255).astype(np.uint8))
    image.save("turned.jpg", exif=exif)
    image.convert("P").save(
        "moving.gif", save_all=True, append_images=[image.rotate(180).convert("P")]
    )
    image.convert("LA").save("grey.png")
    assert upscale_file("turned.jpg", "t.png", scale=2).image.size == (192, 288)
    first = upscale_file("moving.gif", "m.png", scale=2)
    assert first.image.size == (288, 192)  # of its first frame, as everywhere
    grey = upscale_file("grey.png", "g.png", scale=2).picture
    assert grey.alpha is not None and np.ptp(grey.pixels, axis=2).max() == 0


def test_a_stream_gets_a_png(folder: Path) -> None:
    out = io.BytesIO()
    with open("photo.jpg", "rb") as file:
        upscale_file(file, out, scale=1.5)
    with Image.open(out) as image:
        assert (image.format, image.size) == ("PNG", (216, 144))


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
        ("out.jpg", {"scale": 11}, "scale is 11"),
        ("out.jpg", {"to": "4000"}, "is over 8 times the photo's 144x96"),
        ("out.jpg", {"max_megapixels": 0.01}, "over the limit of 0.01 megapixels"),
    ],
)
def test_refused_before_it_begins(
    folder: Path, output: str, options: dict[str, Any], message: str
) -> None:
    (folder / "in.png").mkdir()
    with pytest.raises(ZeuxisError, match=message):
        upscale_file("photo.jpg", output, **options)


@pytest.mark.usefixtures("never")
def test_what_a_format_cannot_hold_is_refused_before_it_begins(folder: Path) -> None:
    wide = np.zeros((2, 5000, 3), np.uint8)
    with pytest.raises(ZeuxisError, match="WEBP holds sides up to 16383 .* would be 20000x8"):
        upscale_file(wide, "out.webp", scale=4)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize("large", [1000, 10**9])
def test_a_share_of_a_photo_is_taken_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    """A photo that will be smaller is read at that size."""
    expected = read("photo.jpg").resized((24, 36)).pixels
    monkeypatch.setattr(bands, "LARGE", large)
    made = upscale_file("photo.jpg", "out.png", to="25%").picture
    assert made.pixels.shape == expected.shape and np.abs(made.pixels - expected).mean() < 1 / 255
    with Image.open("out.png") as image:
        assert image.size == (36, 24)


def test_force_replaces(folder: Path) -> None:
    before = Path("photo.jpg").read_bytes()
    upscale_file("photo.jpg", "photo.jpg", scale=2, force=True)
    assert Path("photo.jpg").read_bytes() != before


def test_a_folder(folder: Path) -> None:
    begun: list[tuple[str, int, int]] = []
    outcomes = list(
        upscale_folder("in", "out", scale=2, begin=lambda p, n, c: begun.append((p.name, n, c)))
    )
    assert begun == [("a.png", 1, 3), ("b.jpg", 2, 3), ("c.jpg", 3, 3)]
    assert "damaged" in (outcomes[1].error or "") and outcomes[1].painting is None
    assert outcomes[2].report()["width"] == 288
    assert {p.relative_to("out").as_posix() for p in Path("out").rglob("*.*")} == {
        "a.png",
        "deep/c.jpg",
    }
    again = list(upscale_folder("in", "out", upscaler=Upscaler(scale=3), quality=80))
    assert [outcome.skipped for outcome in again] == [True, False, True]
    forced = list(upscale_folder("in", "out", scale=3, force=True))
    assert not any(outcome.skipped for outcome in forced)
    assert read("out/a.png").width == 432


@pytest.mark.parametrize(
    ("source", "output", "options", "message"),
    [
        ("in", "in", {}, "would replace the photos"),
        ("in", "photo.jpg", {}, "photo.jpg is a file"),
        ("in/deep/none", "out", {}, "does not exist"),
        ("in", "out", {"model": "none.pth"}, "cannot read none.pth"),
        ("in", "out", {"sharpness": -1}, "sharpness is -1"),
    ],
)
def test_folders_refused(
    folder: Path, source: str, output: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ZeuxisError, match=message):
        list(upscale_folder(source, output, **options))
    assert not Path("out").exists()


# Large pictures.

LARGE = """
import re, sys
from pathlib import Path
from zeuxis.upscaling import upscale_file
upscale_file("large.png", "out.jpg", model="wide.safetensors", threads=1, **eval(sys.argv[1]))
# Not ru_maxrss, which goes on from what the process had that this one was forked from.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(int(peak[1]) * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
@pytest.mark.parametrize(
    ("side", "knobs", "made"),
    [(512, {}, 4096), (512, {"to": "4000"}, 4000), (800, {"scale": 5}, 4000)],
    ids=str,
)
def test_512_pixels_to_4096_take_less_than_a_gigabyte_and_a_half(
    folder: Path, stand_in: Any, side: int, knobs: dict[str, Any], made: int
) -> None:
    """With a network as wide as those that are shipped."""
    stand_in.save_stand_in(Path("wide.safetensors"), 8, 64)
    with Image.open("photo.jpg") as image:
        image.resize((side, side)).save("large.png")
    done = subprocess.run(
        [sys.executable, "-c", LARGE, repr(knobs)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 1.5e9
    with Image.open("out.jpg") as image:
        assert image.size == (made, made)
