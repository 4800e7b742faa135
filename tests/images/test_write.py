"""Writing: whole or not at all, never over another file unasked, in the format asked for."""

from __future__ import annotations

import errno
import io
import os
import stat
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, features

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read, write

EXTENSIONS = ["png", "jpg", "jpeg", "tif", "tiff", "webp", "avif", "bmp", "gif"]


@pytest.fixture
def picture(photo) -> Picture:
    return Picture.from_array(photo)


def refusal(*args, **options) -> str:
    with pytest.raises(ZeuxisError) as caught:
        write(*args, **options)
    text = str(caught.value)
    assert "\n" not in text and 20 < len(text) < 500
    return text


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_format_comes_back(picture, tmp_path, extension):
    if extension == "avif" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    path = tmp_path / f"a.{extension.upper()}"
    write(picture, path)
    back = read(str(path))
    mean_error = np.abs(back.pixels - picture.pixels).mean() * 255
    assert mean_error < {"png": 1e-4, "tif": 1e-4, "tiff": 1e-4, "bmp": 1e-4, "gif": 9}.get(
        extension, 4
    )


@pytest.mark.parametrize("format", ["png", "JPEG", ".jpg", "tiff"])
def test_streams_take_a_named_format(picture, format):
    out = io.BytesIO()
    write(picture, out, format=format)
    out.seek(0)
    assert read(out).pixels.shape == picture.pixels.shape


def test_a_stream_without_a_format_or_that_is_closed_is_one_sentence(picture):
    assert "say which format" in refusal(picture, io.BytesIO())
    closed = io.BytesIO()
    closed.close()
    assert "closed file" in refusal(picture, closed, format="png")
    refusal(picture, io.StringIO(), format="png")


def test_a_broken_pipe_is_one_sentence(picture):
    readable, writable = os.pipe()
    os.close(readable)
    with os.fdopen(writable, "wb", buffering=0) as sink:
        assert "Broken pipe" in refusal(picture, sink, format="png")


def test_format_goes_before_the_extension(picture, tmp_path):
    write(picture, tmp_path / "a.dat", format="png")
    assert (tmp_path / "a.dat").read_bytes().startswith(b"\x89PNG")


def test_quality_counts(picture, tmp_path):
    sizes = []
    for quality in (1, 50, 100):
        path = tmp_path / f"{quality}.jpg"
        write(picture, path, quality=quality)
        sizes.append(path.stat().st_size)
    assert sizes[0] < sizes[1] / 2 < sizes[2] / 4


def test_never_over_another_file_unasked(picture, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    text = refusal(picture, path)
    assert str(path) in text and "--force" in text
    assert path.read_bytes() == b"precious" and os.listdir(tmp_path) == ["a.png"]
    write(picture, path, overwrite=True)
    assert read(path).width == picture.width and os.listdir(tmp_path) == ["a.png"]


def test_a_file_that_appears_meanwhile_is_kept(picture, tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    real = os.fsync

    def rival(descriptor):
        real(descriptor)
        path.write_bytes(b"precious")

    monkeypatch.setattr(os, "fsync", rival)
    assert "exists already" in refusal(picture, path)
    assert path.read_bytes() == b"precious" and os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize("broken", ["fsync", "replace"], ids=["while writing", "while renaming"])
@pytest.mark.parametrize("existing", [False, True])
def test_a_full_disk_leaves_things_as_they_were(picture, tmp_path, monkeypatch, broken, existing):
    path = tmp_path / "a.png"
    if existing:
        path.write_bytes(b"precious")

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, broken, full)
    text = refusal(picture, path, overwrite=True)
    assert str(path) in text and "No space left" in text
    assert os.listdir(tmp_path) == (["a.png"] if existing else [])
    assert not existing or path.read_bytes() == b"precious"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_stream_is_one_sentence(picture):
    with open("/dev/full", "wb", buffering=0) as sink:
        assert "No space left" in refusal(picture, sink, format="png")


def test_ctrl_c_leaves_nothing(picture, tmp_path, monkeypatch):
    def interrupt(_descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(picture, tmp_path / "a.png")
    assert os.listdir(tmp_path) == []


def test_targets_that_cannot_be(picture, tmp_path, monkeypatch):
    assert "there is no folder" in refusal(picture, tmp_path / "none" / "a.png")
    (tmp_path / "folder.png").mkdir()
    assert "is a folder" in refusal(picture, tmp_path / "folder.png", overwrite=True)
    text = refusal(picture, tmp_path / "a.xyz")
    assert "'.xyz'" in text and ".png" in text
    assert "'xyz'" in refusal(picture, tmp_path / "a.png", format="xyz")
    refusal(picture, tmp_path / "no-extension")
    refusal(picture, tmp_path / ("long" * 64 + ".png"))
    refusal(picture, str(tmp_path / "a\0b.png"))
    refusal(picture, "")


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="needs /dev/null")
def test_a_device_is_not_replaced(picture):
    assert "not an ordinary file" in refusal(picture, "/dev/null", overwrite=True, format="png")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_read_only_folder_is_one_sentence(picture, tmp_path, monkeypatch):
    real = open

    def forbid(path, mode="r", *args, **options):
        if "x" in mode:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, mode, *args, **options)

    monkeypatch.setattr("builtins.open", forbid)
    text = refusal(picture, tmp_path / "a.png")
    assert "a.png" in text and "permissions" in text


def test_permissions_are_the_usual_ones_or_those_of_the_file_replaced(picture, tmp_path):
    path = tmp_path / "a.png"
    before = os.umask(0o027)
    try:
        write(picture, path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    write(picture, path, overwrite=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_link_stays_a_link(picture, tmp_path):
    (tmp_path / "deep").mkdir()
    real = tmp_path / "deep" / "real.png"
    real.write_bytes(b"old")
    link = tmp_path / "link.png"
    link.symlink_to(real)
    write(picture, link, overwrite=True)
    assert link.is_symlink() and read(real).width == picture.width


def test_arguments_out_of_range(picture, tmp_path):
    assert "PNG or TIFF" in refusal(picture, tmp_path / "a.jpg", bits=16)
    assert "8 or 16" in refusal(picture, tmp_path / "a.png", bits=12)
    for quality in (0, 101):
        assert "1 to 100" in refusal(picture, tmp_path / "a.jpg", quality=quality)
    poisoned = replace(picture, pixels=picture.pixels * np.float32("nan"))
    assert "not numbers" in refusal(poisoned, tmp_path / "a.png")
    long = Picture.from_array(np.zeros((2, 30000, 3), np.uint8))
    assert "16383" in refusal(long, tmp_path / "a.webp")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("extension", ["png", "jpg", "tif", "bmp", "gif"])
@pytest.mark.parametrize("shape", [(1, 1), (2, 30000), (30000, 2)])
def test_very_small_and_very_long_pictures(tmp_path, extension, shape):
    path = tmp_path / f"a.{extension}"
    write(Picture.from_array(np.full((*shape, 3), 255, np.uint8)), path)
    assert read(path).pixels.shape[:2] == shape


def translucent() -> Picture:
    values = np.zeros((8, 8, 4), np.uint8)
    values[:, :4] = (255, 0, 0, 255)
    values[:, 4:] = (0, 0, 255, 0)
    return Picture.from_array(values)


@pytest.mark.parametrize("extension", ["png", "tif", "webp", "gif", "avif"])
def test_alpha_is_put_back(tmp_path, extension):
    if extension == "avif" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    path = tmp_path / f"a.{extension}"
    write(translucent(), path)
    back = read(path)
    np.testing.assert_allclose(back.alpha, translucent().alpha, atol=0.02)
    np.testing.assert_allclose(back.pixels[4, 1], [1, 0, 0], atol=0.03)


@pytest.mark.parametrize("extension", ["jpg", "bmp"])
def test_what_is_transparent_turns_white_where_there_is_no_alpha(tmp_path, extension):
    path = tmp_path / f"a.{extension}"
    half = replace(translucent(), alpha=translucent().alpha * np.float32(0.5))
    write(half, path)
    back = read(path)
    assert back.alpha is None
    np.testing.assert_allclose(back.pixels[4, 6], [1, 1, 1], atol=0.03)
    np.testing.assert_allclose(back.pixels[4, 1], [1, 0.5, 0.5], atol=0.03)


def test_values_outside_are_clipped(tmp_path):
    wild = Picture(pixels=np.array([[[-1, 0.5, 2]]], dtype=np.float32))
    for name, bits in (("a.png", 8), ("b.png", 16), ("c.tif", 16)):
        write(wild, tmp_path / name, bits=bits)
        np.testing.assert_allclose(read(tmp_path / name).pixels, [[[0, 0.5, 1]]], atol=0.003)


def test_other_readers_agree_about_our_tiff(picture, tmp_path):
    tifffile = pytest.importorskip("tifffile")
    write(picture, tmp_path / "a.tif")
    np.testing.assert_allclose(tifffile.imread(tmp_path / "a.tif"), picture.pixels * 255, atol=1e-3)
    with Image.open(tmp_path / "a.tif") as image:
        np.testing.assert_allclose(np.asarray(image), picture.pixels * 255, atol=1e-3)


def test_a_pillow_without_the_format_is_one_sentence(picture, tmp_path, monkeypatch):
    monkeypatch.setattr(features, "check", lambda _feature: False)
    assert "built without AVIF" in refusal(picture, tmp_path / "a.avif")
