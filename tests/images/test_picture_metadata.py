"""EXIF, XMP, resolution, and the turn."""

from __future__ import annotations

import io
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, features

from zeuxis.images import Picture, read, write

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><d tiff:Orientation="6">grapes</d></x:xmpmeta>'
HOLDS_EXIF = ["png", "jpg", "tif", "webp"] + (["avif"] if features.check("avif") else [])


def told(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[270] = "grapes"
    exif[315] = "Zeuxis"
    exif[0x8769] = {36867: "2026:11:23 10:00:00", 33434: 0.02, 40962: 4000, 40963: 3000}
    exif[0x8825] = {1: "N", 2: (37.0, 58.0, 12.5)}
    return exif


def has_told(exif: bytes) -> None:
    back = Image.Exif()
    back.load(exif)
    assert back[270] == "grapes" and back[315] == "Zeuxis" and 0x0112 not in back
    assert back.get_ifd(0x8769)[36867] == "2026:11:23 10:00:00"
    assert float(back.get_ifd(0x8769)[33434]) == pytest.approx(0.02)
    assert [float(part) for part in back.get_ifd(0x8825)[2]] == [37.0, 58.0, 12.5]
    assert 40962 not in back.get_ifd(0x8769)
    assert 256 not in back and 273 not in back


@pytest.fixture
def corner() -> np.ndarray:
    """Four colours in the corners of a picture that is wider than high, 16x32."""
    values = np.zeros((16, 32, 3), np.uint8)
    values[:8, :16], values[:8, 16:], values[8:, :16] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    return values


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", HOLDS_EXIF)
def test_the_turn_is_applied(saved, corner, extension, orientation):
    options = {"lossless": True} if extension == "webp" else {"quality": 95}
    path = saved(
        Image.fromarray(corner), f"a.{extension}", exif=told(orientation).tobytes(), **options
    )
    reference = Image.fromarray(corner)
    reference.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(reference))
    picture = read(path)
    assert picture.pixels.shape == expected.shape
    assert np.abs(picture.pixels * 255 - expected).mean() < 12
    has_told(picture.exif)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", ["png", "tif"])
def test_the_turn_is_applied_to_deep_pictures_and_alpha(tmp_path, corner, extension, orientation):
    values = np.concatenate([corner, corner[..., :1]], axis=2).astype(np.uint16) * 257
    path = tmp_path / f"a.{extension}"
    exif = b"Exif\0\0" + told(orientation).tobytes().removeprefix(b"Exif\0\0")
    write(replace(Picture.from_array(values), exif=exif), path)
    reference = Image.fromarray(corner)
    reference.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(reference))
    picture = read(path)
    assert picture.bits == 16
    np.testing.assert_allclose(picture.pixels * 255, expected, atol=1e-3)
    np.testing.assert_allclose(picture.alpha * 255, expected[..., 0], atol=1e-3)


@pytest.mark.parametrize(
    ("extension", "bits"), [(extension, 8) for extension in HOLDS_EXIF] + [("png", 16), ("tif", 16)]
)
@pytest.mark.parametrize("source", ["jpg", "tif", "png"])
def test_metadata_is_kept(saved, tmp_path, corner, source, extension, bits):
    picture = read(
        saved(Image.fromarray(corner), f"a.{source}", exif=told().tobytes(), dpi=(300, 150))
    )
    assert picture.dpi == pytest.approx((300, 150), abs=0.02)
    path = tmp_path / f"b.{extension}"
    write(replace(picture, xmp=XMP.replace(b"6", b"1")), path, bits=bits)
    back = read(path)
    has_told(back.exif)
    assert back.xmp == XMP.replace(b"6", b"1")
    if extension not in ("webp", "avif"):
        assert back.dpi == pytest.approx((300, 150), abs=0.02)
    with Image.open(path) as image:
        assert image.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("extension", HOLDS_EXIF)
def test_metadata_is_left_out_when_told_so(saved, tmp_path, corner, extension):
    picture = read(
        saved(Image.fromarray(corner), "a.jpg", exif=told().tobytes(), dpi=(300, 300), xmp=XMP)
    )
    path = tmp_path / f"b.{extension}"
    write(picture, path, keep_metadata=False)
    back = read(path)
    assert back.exif is None and back.xmp is None and back.dpi is None


@pytest.mark.parametrize("extension", ["jpg", "webp", "png"])
def test_xmp_is_read_and_its_turn_reset(saved, tmp_path, corner, extension):
    picture = Picture.from_pil(Image.fromarray(corner))
    path = tmp_path / f"a.{extension}"
    write(replace(picture, xmp=XMP, exif=told(6).tobytes()), path)
    back = read(path)
    assert back.pixels.shape == (32, 16, 3)
    assert back.xmp == XMP.replace(b'"6"', b'"1"')


def test_the_thumbnail_of_the_photo_is_not_kept(saved, corner):
    exif = told()
    thumbnail = io.BytesIO()
    Image.fromarray(corner).save(thumbnail, "JPEG")
    exif._ifds[1] = {513: thumbnail.getvalue(), 259: 6}
    picture = read(saved(Image.fromarray(corner), "a.jpg", exif=exif))
    assert b"\xff\xd8\xff" not in picture.exif


def test_exif_too_long_for_a_jpeg_is_left_out(tmp_path, corner):
    exif = Image.Exif()
    exif[270] = "x" * 70_000
    picture = replace(Picture.from_array(corner), exif=exif.tobytes(), xmp=b"y" * 70_000)
    write(picture, tmp_path / "a.jpg")
    back = read(tmp_path / "a.jpg")
    assert back.exif is None and back.xmp is None
    write(picture, tmp_path / "a.png")
    assert read(tmp_path / "a.png").exif == picture.exif


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.data())
def test_broken_exif_stops_neither_reading_nor_writing(noise, data):
    whole = told().tobytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    exif = whole[:place] + noise + whole[place + len(noise) :]
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "JPEG", exif=exif)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = read(io.BytesIO(file.getvalue()))
        for format in ("jpg", "tif", "png"):
            write(picture, io.BytesIO(), format=format)


@pytest.mark.parametrize("dpi", [(0, 0), (float("inf"), 1), "many", None])
def test_nonsense_resolution_is_dropped(dpi):
    image = Image.new("RGB", (2, 2))
    image.info["dpi"] = dpi
    assert Picture.from_pil(image).dpi is None


def test_resolution_in_centimetres(tmp_path, saved):
    deep = np.zeros((4, 4, 3), np.uint16)
    tifffile = pytest.importorskip("tifffile")
    path = Path(tmp_path, "a.tif")
    tifffile.imwrite(path, deep, photometric="rgb", resolution=(100, 100), resolutionunit=3)
    assert read(path).dpi == pytest.approx((254, 254))
