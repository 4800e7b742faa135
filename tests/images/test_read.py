"""Reading what people have: formats, modes, and files that are not as they should be."""

from __future__ import annotations

import builtins
import io
import os
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, features

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, picture_files, read, write

LOSSLESS = {"png": {}, "tif": {}, "bmp": {}, "webp": {"lossless": True}}
LOSSY = {"jpg": {"quality": 95}, "webp": {"quality": 95}, "avif": {"quality": 95}}


def encoded(image: Image.Image, format: str, **options) -> bytes:
    """An image as the bytes of a file, by Pillow."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def sentence(call) -> str:
    """The one sentence that a call fails with."""
    with pytest.raises(ZeuxisError) as caught:
        call()
    text = str(caught.value)
    assert "\n" not in text and "Traceback" not in text and 20 < len(text) < 300
    return text


@pytest.mark.parametrize("extension", LOSSLESS)
def test_lossless_formats_are_read_exactly(saved, photo, extension):
    path = saved(Image.fromarray(photo), f"a.{extension}", **LOSSLESS[extension])
    picture = read(path)
    np.testing.assert_allclose(picture.pixels * 255, photo, atol=1e-4)
    assert picture.pixels.dtype == np.float32 and picture.bits == 8 and picture.alpha is None


@pytest.mark.parametrize("extension", LOSSY)
def test_lossy_formats_are_read_closely(saved, photo, extension):
    if extension == "avif" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    picture = read(str(saved(Image.fromarray(photo), f"a.{extension}", **LOSSY[extension])))
    assert np.abs(picture.pixels * 255 - photo).mean() < 4


def test_the_content_counts_and_not_the_name(saved, photo):
    path = saved(Image.fromarray(photo), "a.png")
    renamed = path.rename(path.with_suffix(".jpg"))
    np.testing.assert_allclose(read(renamed).pixels * 255, photo, atol=1e-4)


def test_gif_gives_its_first_frame(saved):
    frames = [Image.new("RGB", (5, 4), color) for color in ("red", "blue")]
    path = saved(frames[0], "a.gif", save_all=True, append_images=frames[1:])
    assert read(path).pixels[0, 0].tolist() == [1, 0, 0]


def test_grey_and_bilevel_become_rgb(saved):
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for mode in ("L", "1"):
        image = Image.fromarray(ramp).convert(mode)
        expected = np.asarray(image.convert("L"), dtype=np.float32)
        for name in ("a.png", "a.tif"):
            pixels = read(saved(image, name)).pixels
            np.testing.assert_allclose(pixels * 255, expected[..., None].repeat(3, 2), atol=1e-4)


def test_grey_with_alpha_and_rgba_keep_their_parts_apart(saved):
    values = np.arange(4 * 4 * 4, dtype=np.uint8).reshape(4, 4, 4) * 3
    rgba = read(saved(Image.fromarray(values), "a.png"))
    np.testing.assert_allclose(rgba.pixels * 255, values[..., :3], atol=1e-4)
    np.testing.assert_allclose(rgba.alpha * 255, values[..., 3], atol=1e-4)
    la = read(saved(Image.fromarray(values[..., :2]), "b.png"))
    np.testing.assert_allclose(la.pixels * 255, values[..., :1].repeat(3, 2), atol=1e-4)
    np.testing.assert_allclose(la.alpha * 255, values[..., 1], atol=1e-4)


@pytest.mark.parametrize("transparency", [1, bytes([255, 0, 128])])
def test_palettes_with_transparency(saved, transparency):
    image = Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    picture = read(saved(image, "a.png", transparency=transparency))
    assert picture.pixels.tolist() == [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
    expected = [255, 0, 255] if transparency == 1 else [255, 0, 128]
    np.testing.assert_allclose(picture.alpha * 255, [expected], atol=1e-4)


def test_a_transparent_colour_without_a_palette(saved):
    image = Image.fromarray(np.array([[0, 7]], dtype=np.uint8))
    assert read(saved(image, "a.png", transparency=7)).alpha.tolist() == [[1, 0]]


@pytest.mark.parametrize("name", ["a.tif", "a.jpg"])
def test_cmyk_without_a_profile(saved, name):
    inks = Image.new("CMYK", (8, 8), (0, 255, 255, 0))  # red
    pixels = read(saved(inks, name)).pixels
    np.testing.assert_allclose(pixels[4, 4], [1, 0, 0], atol=0.02)


def test_deep_grey_modes_of_pillow():
    values = np.array([[0, 1000, 65535]])
    expected = (values / 65535)[..., None].repeat(3, 2)
    for dtype in (np.uint16, np.int32):
        picture = Picture.from_pil(Image.fromarray(values.astype(dtype)))
        np.testing.assert_allclose(picture.pixels, expected, atol=1e-7)
        assert picture.bits == 16
    floats = Picture.from_pil(Image.fromarray((values / 65535).astype(np.float32)))
    np.testing.assert_allclose(floats.pixels, expected, atol=1e-7)


def test_a_mode_we_do_not_know_is_one_sentence(saved):
    lab = Image.new("LAB", (4, 4))
    assert "a.tif: it holds colours of the kind LAB" in sentence(lambda: read(saved(lab, "a.tif")))


@pytest.mark.parametrize("size", [(1, 1), (30000, 2), (2, 30000)])
@pytest.mark.parametrize("extension", ["png", "jpg", "tif", "bmp"])
def test_very_small_and_very_long_pictures(saved, size, extension):
    path = saved(Image.new("RGB", size, "white"), f"a.{extension}")
    picture = read(path)
    assert (picture.width, picture.height) == size and picture.pixels.min() > 0.98


class Pipe(io.RawIOBase):
    """Bytes that come in small pieces and cannot be sought, as from a pipe."""

    def __init__(self, data: bytes) -> None:
        self.left = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        piece, self.left = self.left[: min(7, len(buffer))], self.left[min(7, len(buffer)) :]
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize("wrap", [io.BytesIO, Pipe, lambda data: io.BufferedReader(Pipe(data))])
def test_streams(photo, wrap):
    data = encoded(Image.fromarray(photo), "PNG")
    np.testing.assert_allclose(read(wrap(data)).pixels * 255, photo, atol=1e-4)


def test_standard_input(photo):
    readable, writable = os.pipe()
    with os.fdopen(writable, "wb") as sink:
        sink.write(encoded(Image.fromarray(photo[:8, :8]), "PNG"))
    with os.fdopen(readable, "rb") as source:
        assert read(source).pixels.shape == (8, 8, 3)


def test_a_text_stream_is_one_sentence():
    sentence(lambda: read(io.StringIO("hello")))


def test_missing_folder_and_forbidden_files(tmp_path, monkeypatch):
    assert "there is no file" in sentence(lambda: read(tmp_path / "none.png"))
    assert "is a folder" in sentence(lambda: read(tmp_path))
    sentence(lambda: read("a\0b.png"))
    sentence(lambda: read(""))

    def forbid(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(builtins, "open", forbid)
    assert "may not be read" in sentence(lambda: read("/secret.png"))


def test_empty_and_foreign_files(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"")
    assert f"{path} is empty" in sentence(lambda: read(path))
    for content in (b"x", b"<html>not a picture</html>" * 9, bytes(1000)):
        path.write_bytes(content)
        assert f"{path} is not a picture" in sentence(lambda: read(path))


def test_a_foreign_stream_is_not_read_to_its_end():
    with open("/dev/zero", "rb") as endless:
        assert "/dev/zero is not a picture" in sentence(lambda: read(endless))


FORMATS = ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "AVIF"]


@pytest.mark.parametrize("format", FORMATS)
def test_truncated_files(photo, tmp_path, format):
    if format == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    whole = encoded(Image.fromarray(photo), format)
    path = tmp_path / "cut.png"
    for part in (0.1, 0.5, 0.8):
        path.write_bytes(whole[: int(len(whole) * part)])
        text = sentence(lambda: read(path))
        assert str(path) in text and "damaged or cut short" in text


def deep_copy(format: str, values: np.ndarray) -> bytes:
    out = io.BytesIO()
    write(Picture.from_array(values.astype(np.uint16) * 257), out, format=format)
    return out.getvalue()


def whole_copies() -> list[bytes]:
    noise = np.random.default_rng(0).integers(0, 256, (9, 11, 3), dtype=np.uint8)
    formats = [name for name in FORMATS if name != "AVIF" or features.check("avif")]
    exif = Image.Exif()
    exif[0x0112], exif[270] = 6, "words"
    return [
        encoded(Image.fromarray(noise), name, **({} if name in ("BMP", "GIF") else {"exif": exif}))
        for name in formats
    ] + [deep_copy(name, noise) for name in ("png", "tif")]


WHOLE = whole_copies()


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_no_damage_gets_past_us(whole, damage):
    """Whatever bytes are changed, there is a picture or one sentence."""
    data = bytearray(whole)
    for place, value in damage:
        data[int(place * len(data))] = value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = read(io.BytesIO(bytes(data)), max_megapixels=1)
        except ZeuxisError:
            return
    assert np.isfinite(picture.pixels).all() and 0 <= picture.pixels.min() <= 1


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_bomb_is_refused_from_its_header(tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(100_000, 100_000))
    text = sentence(lambda: read(path))
    assert "100000x100000" in text and "200 megapixels" in text
    assert "raise --max-megapixels (max_megapixels)" in text


@pytest.mark.parametrize("format", FORMATS)
def test_the_limit_counts_pixels_in_every_format(photo, format):
    if format == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    data = encoded(Image.fromarray(photo), format)
    exactly = photo.shape[0] * photo.shape[1] / 1e6
    assert read(io.BytesIO(data), max_megapixels=exactly).width == photo.shape[1]
    assert "over the limit" in sentence(
        lambda: read(io.BytesIO(data), max_megapixels=exactly * 0.99)
    )


@pytest.mark.parametrize("format", FORMATS)
def test_pillows_own_limit_neither_speaks_nor_changes(photo, format, monkeypatch):
    if format == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    data = encoded(Image.fromarray(photo), format)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(io.BytesIO(data)).width == photo.shape[1]
        assert "over the limit" in sentence(lambda: read(io.BytesIO(data), max_megapixels=0.001))
    assert Image.MAX_IMAGE_PIXELS == 10


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_files_without_pixels(tmp_path, size):
    path = tmp_path / "a.png"
    path.write_bytes(png_header(*size))
    assert str(path) in sentence(lambda: read(path))
    path.write_bytes(b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, *size, 1, 24, *[0] * 6))
    assert str(path) in sentence(lambda: read(path))


def test_no_memory_is_one_sentence(photo, monkeypatch):
    def full(*_args):
        raise MemoryError

    monkeypatch.setattr(Picture, "from_pil", full)
    stream = io.BytesIO(encoded(Image.fromarray(photo), "PNG"))
    assert "memory" in sentence(lambda: read(stream))


def test_picture_files_are_sorted_recursive_and_visible(tmp_path):
    for name in ("b.PNG", "a/c.jpeg", "a/notes.txt", ".hidden/d.png", "a/._e.png", "a/b/f.webp"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = [str(path.relative_to(tmp_path)) for path in picture_files(tmp_path)]
    assert found == [str(Path("a/b/f.webp")), str(Path("a/c.jpeg")), "b.PNG"]


def test_picture_files_wants_a_folder(tmp_path):
    (tmp_path / "a.png").touch()
    assert "does not exist" in sentence(lambda: picture_files(tmp_path / "none"))
    assert "not a folder" in sentence(lambda: picture_files(tmp_path / "a.png"))
