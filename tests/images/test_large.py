"""Pictures too large to be held as floats come out as others do."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size, bands, read
from zeuxis.images.sources import as_picture

SIZES = [(50, 40), (7, 9), (96, 40), (31, 128), (150, 200), (40, 200), (1, 1)]


@pytest.fixture
def few(monkeypatch) -> None:
    """What is large is small, and so are the bands."""
    monkeypatch.setattr(bands, "LARGE", 2000)
    monkeypatch.setattr(bands, "_BYTES", 20_000)


@pytest.fixture
def plain(monkeypatch):
    """What a call gives where nothing is large."""

    def call(function):
        with monkeypatch.context() as patch:
            patch.setattr(bands, "LARGE", 10**12)
            return function()

    return call


@pytest.fixture(scope="session")
def large_photo() -> np.ndarray:
    """A photograph whose sides no power of two divides, 403x509x3."""
    data = pytest.importorskip("skimage.data")
    return np.ascontiguousarray(data.astronaut()[:403, :509])


def gradient(height: int, width: int) -> np.ndarray:
    """Across, down and against both."""
    y, x = np.mgrid[0.5:height, 0.5:width] / np.array([height, width])[:, None, None]
    return (np.stack([x, y, 1 - (x + y) / 2], axis=2) * 255).round().astype(np.uint8)


def assert_same(one: Picture, other: Picture, most: float) -> None:
    assert (one.height, one.width, one.bits) == (other.height, other.width, other.bits)
    assert (one.icc_profile, one.exif, one.dpi) == (other.icc_profile, other.exif, other.dpi)
    assert np.abs(one.pixels - other.pixels).max() < most
    assert (one.alpha is None) == (other.alpha is None)
    if one.alpha is not None:
        assert np.abs(one.alpha - other.alpha).max() < most


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("what", ["photo", "gradient", "floats", "alpha", "holes"])
def test_bands_have_no_seam(few, plain, photo, size, what):
    values: Any = gradient(96, 128) if what == "gradient" else photo
    if what == "floats":
        values = photo.astype(np.float32) / 300
    if what in ("alpha", "holes"):
        cover = (
            gradient(96, 128)[..., :1] if what == "alpha" else np.uint8(255) * (photo[..., :1] > 99)
        )
        values = np.concatenate([photo, cover], axis=2)
    expected = plain(lambda: Picture.from_array(values).resized(size))
    resized = Picture.from_array(values).resized(size)
    large = what in ("photo", "gradient", "alpha", "holes") and size[0] * size[1] >= bands.LARGE
    assert resized.holds_bytes == large
    assert_same(resized, expected, 0.5001 / 255 if large else 2e-5)


def test_the_same_size_stays_bytes(few, photo):
    same = Picture.from_array(photo).resized((96, 128))
    assert same.holds_bytes and (same.bytes == photo).all()


def test_no_size_is_still_one_sentence(few, photo):
    with pytest.raises(ZeuxisError, match="cannot resize"):
        Picture.from_array(photo).resized((0, 5))


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


LOSSLESS: dict[str, Any] = {
    "rgb.png": lambda image: image,
    "grey.png": lambda image: image.convert("L"),
    "bilevel.png": lambda image: image.convert("1"),
    "palette.png": lambda image: image.quantize(16),
    "cover.png": lambda image: with_cover(image),
    "grey-cover.png": lambda image: with_cover(image).convert("LA"),
    "cover.webp": lambda image: with_cover(image),
    "cover.tif": lambda image: with_cover(image),
    "ink.tif": lambda image: image.convert("CMYK"),
    "a.bmp": lambda image: image,
    "a.gif": lambda image: with_cover(image).quantize(32),
}


def with_cover(image: Image.Image) -> Image.Image:
    image = image.copy()
    image.putalpha(Image.fromarray(gradient(image.height, image.width)[..., 0]))
    return image


@pytest.mark.parametrize("name", LOSSLESS)
def test_files_are_shrunk_as_they_are_read(few, plain, saved, photo, name):
    options = {"lossless": True} if name.endswith("webp") else {}
    path = saved(LOSSLESS[name](Image.fromarray(photo)), name, **options)
    expected = plain(lambda: read(path).resized(Size(longest=37)))
    assert_same(read(path, fit=Size(longest=37).resolve), expected, 2e-5)
    with Image.open(path) as image:
        assert_same(as_picture(image, fit=Size(longest=37).resolve), expected, 2e-5)


def test_one_colour_may_be_transparent(few, plain, saved, photo):
    path = saved(Image.fromarray(photo // 64 * 64), "a.png", transparency=(0, 0, 0))
    expected = plain(lambda: read(path).resized((30, 40)))
    assert expected.alpha is not None and expected.alpha.min() < 0.5 < expected.alpha.max()
    assert_same(read(path, fit=lambda *_: (30, 40)), expected, 2e-5)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_stay_sixteen(few, plain, tmp_path, deep_rgba, p3_profile, name):
    path = tmp_path / name
    if name == "a.png":
        path.write_bytes(imagecodecs.png_encode(deep_rgba))
    else:
        tifffile.imwrite(
            path, deep_rgba, photometric="rgb", extrasamples=["unassalpha"], iccprofile=p3_profile
        )
    expected = plain(lambda: read(path).resized((61, 47)))
    shrunk = read(path, fit=lambda *_: (61, 47))
    assert shrunk.bits == 16 and not shrunk.holds_bytes
    assert_same(shrunk, expected, 2e-5)
    assert len(np.unique(shrunk.pixels)) > 2000


def jpeg(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def read_at(data: bytes, size: tuple[int, int]) -> Picture:
    return read(io.BytesIO(data), fit=lambda *_: size)


@pytest.fixture
def decoded(monkeypatch) -> list[tuple[int, int]]:
    """The sizes at which Pillow decodes."""
    found = []
    from_pil = Picture.from_pil

    def spy(image, *rest):
        found.append(image.size)
        return from_pil(image, *rest)

    monkeypatch.setattr(Picture, "from_pil", spy)
    return found


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((25, 31), (64, 51)),
        ((26, 31), (128, 101)),
        ((50, 63), (128, 101)),
        ((100, 127), (255, 202)),
        ((202, 254), (509, 403)),
        ((9, 127), (255, 202)),
        ((403, 509), (509, 403)),
    ],
)
def test_a_jpeg_is_decoded_at_twice_the_size_at_least(few, decoded, large_photo, size, expected):
    made = read_at(jpeg(Image.fromarray(large_photo)), size)
    assert decoded == [expected] and (made.height, made.width) == size


def test_a_jpeg_that_is_not_large_is_decoded_whole(decoded, large_photo):
    read_at(jpeg(Image.fromarray(large_photo)), (25, 31))
    assert decoded == [(509, 403)]


@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:0"])
@pytest.mark.parametrize("size", [(23, 31), (50, 63), (100, 127), (45, 200)], ids=str)
def test_a_reduced_jpeg_is_not_shifted(few, plain, large_photo, size, sampling):
    """Where half a pixel of the reduced one, or the fraction of one at its end, would show."""
    for values, most, mean in ((gradient(403, 509), 2, 0.5), (large_photo, 24, 1.6)):
        data = jpeg(Image.fromarray(values), subsampling=sampling)
        whole = plain(lambda data=data: read_at(data, size))
        gap = (read_at(data, size).pixels - whole.pixels) * 255
        assert np.abs(gap).max() < most and np.abs(gap).mean() < mean
        assert np.abs(gap.mean(axis=(0, 1))).max() < 0.5
        # As a shift along each side, in pixels of the result, by least squares.
        for axis in (0, 1):
            slope = np.gradient(whole.pixels.astype(float) * 255, axis=axis)
            assert abs((gap * slope).sum() / (slope**2).sum()) < 0.02


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_reduced_jpeg_is_turned(few, plain, decoded, large_photo, orientation):
    data = jpeg(Image.fromarray(large_photo), exif=turned(orientation))
    whole = plain(lambda: read(io.BytesIO(data)))
    asked = []

    def fit(height: int, width: int) -> tuple[int, int]:
        asked.append((height, width))
        return height // 8, width // 8

    shrunk = read(io.BytesIO(data), fit=fit)
    assert asked == [(whole.height, whole.width)] and decoded[-1] == (128, 101)
    expected = plain(lambda: whole.resized(fit(whole.height, whole.width)))
    assert np.abs(shrunk.pixels - expected.pixels).mean() < 1 / 255


@pytest.mark.parametrize("kind", ["p3", "grey", "ink", "ink-profile", "progressive", "several"])
def test_a_reduced_jpeg_keeps_its_colours(
    few, plain, decoded, large_photo, p3_profile, cmyk_profile, kind
):
    image = Image.fromarray(large_photo)
    if kind == "several":  # pictures in one file, as some cameras write
        out = io.BytesIO()
        image.save(out, "MPO", save_all=True, append_images=[image.rotate(180)], quality=95)
        data = out.getvalue()
    elif kind.startswith("ink"):
        profile = {"icc_profile": cmyk_profile} if kind == "ink-profile" else {}
        data = jpeg(image.convert("CMYK"), **profile)
    elif kind == "grey":
        data = jpeg(image.convert("L"))
    else:
        data = jpeg(
            image, **({"icc_profile": p3_profile} if kind == "p3" else {"progressive": True})
        )
    whole = plain(lambda: read_at(data, (50, 63)))
    shrunk = read_at(data, (50, 63))
    assert decoded == [(509, 403), (128, 101)]
    assert np.abs(shrunk.pixels - whole.pixels).mean() < 1 / 255
    assert np.abs((shrunk.pixels - whole.pixels).mean(axis=(0, 1))).max() < 0.5 / 255
    assert shrunk.icc_profile == whole.icc_profile


def test_a_size_that_cannot_be_is_no_fault_of_the_file(saved, photo):
    path = saved(Image.fromarray(photo), "a.jpg")
    with pytest.raises(ZeuxisError, match=r"^the size"):
        read(path, fit=Size(scale=10_000).resolve)


LARGE = """
import re, sys
from zeuxis.images import Size, read
picture = read("large.jpg", fit=Size(longest=int(sys.argv[1])).resolve)
assert max(picture.height, picture.width) == int(sys.argv[1])
# Not ru_maxrss, which goes on from what the process had that this one was forked from.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(int(peak[1]) * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
@pytest.mark.parametrize(("longest", "most"), [(1000, 0.15e9), (4000, 0.55e9)])
def test_54_megapixels_are_never_held_as_floats(
    tmp_path: Path, large_photo, longest: int, most: float
) -> None:
    """That alone would take 0.65 GB."""
    Image.fromarray(large_photo).resize((9000, 6000)).save(tmp_path / "large.jpg")
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(longest)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < most
