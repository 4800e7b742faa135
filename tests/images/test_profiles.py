"""Colour profiles: to sRGB when read, back when written."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageCms, features

from zeuxis.images import Picture, profiles, read, write


def srgb_from_p3(values: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1 and the P3 primaries, by the book; gamma 2.2, as in `p3_profile`."""

    def to_xyz(primaries):
        x, y = np.array(primaries).T
        columns = np.stack([x / y, np.ones(3), (1 - x - y) / y])
        white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
        return columns * np.linalg.solve(columns, white)

    p3 = to_xyz([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)])
    rec709 = to_xyz([(0.640, 0.330), (0.300, 0.600), (0.150, 0.060)])
    linear = np.clip(values**2.2 @ (np.linalg.inv(rec709) @ p3).T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.fixture
def dull(photo) -> np.ndarray:
    """Colours that both spaces hold, float, 96x128x3."""
    return 0.25 + 0.4 * photo / 255


HOLDS_PROFILE = ["png", "jpg", "tif", "webp"] + (["avif"] if features.check("avif") else [])


@pytest.mark.parametrize("extension", HOLDS_PROFILE)
def test_a_profile_is_applied_and_kept(saved, dull, p3_profile, extension):
    values = np.rint(dull * 255).astype(np.uint8)
    options = {"webp": {"lossless": True}}.get(extension, {"quality": 95})
    path = saved(Image.fromarray(values), f"a.{extension}", icc_profile=p3_profile, **options)
    picture = read(path)
    assert picture.icc_profile == p3_profile
    error = np.abs(picture.pixels - srgb_from_p3(values / 255))
    assert error.mean() * 255 < (0.6 if extension in ("png", "tif", "webp") else 3)


@pytest.mark.parametrize("extension", HOLDS_PROFILE)
def test_writing_converts_back_and_embeds(tmp_path, saved, dull, p3_profile, extension):
    values = np.rint(dull * 255).astype(np.uint8)
    picture = read(saved(Image.fromarray(values), "a.png", icc_profile=p3_profile))
    path = tmp_path / f"b.{extension}"
    write(picture, path)
    with Image.open(path) as image:
        assert image.info["icc_profile"] == p3_profile
        error = np.abs(np.asarray(image.convert("RGB"), dtype=float) - values)
    assert error.mean() < (1 if extension in ("png", "tif") else 4)


@pytest.mark.parametrize("extension", ["bmp", "gif"])
def test_formats_without_profiles_get_srgb(tmp_path, saved, dull, p3_profile, extension):
    values = np.rint(dull * 255).astype(np.uint8)
    picture = read(saved(Image.fromarray(values), "a.png", icc_profile=p3_profile))
    write(picture, tmp_path / f"b.{extension}")
    back = read(tmp_path / f"b.{extension}")
    assert back.icc_profile is None
    assert np.abs(back.pixels - picture.pixels).mean() * 255 < (9 if extension == "gif" else 0.01)


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_deep_pictures_are_converted_in_depth(tmp_path, dull, p3_profile, extension):
    """Well below one 8-bit step, which is 3.9e-3, there and back."""
    values = np.rint(dull * 65535).astype(np.uint16)
    stored = replace(Picture.from_array(srgb_from_p3(values / 65535)), icc_profile=p3_profile)
    path = tmp_path / f"a.{extension}"
    write(stored, path, bits=16)
    picture = read(path)
    assert picture.bits == 16 and picture.icc_profile == p3_profile
    np.testing.assert_allclose(picture.pixels, srgb_from_p3(values / 65535), atol=2e-4)
    raw = Picture.from_array(values)
    untagged = tmp_path / f"b.{extension}"
    write(replace(raw, icc_profile=None), untagged)
    np.testing.assert_allclose(read(untagged).pixels, values / 65535, atol=1e-6)
    write(picture, path, overwrite=True)
    np.testing.assert_allclose(read(path).pixels, picture.pixels, atol=2e-4)


def test_srgb_profiles_change_nothing(saved, photo, tmp_path):
    path = saved(Image.fromarray(photo), "a.png", icc_profile=profiles.srgb())
    picture = read(path)
    np.testing.assert_allclose(picture.pixels * 255, photo, atol=1e-4)
    write(picture, tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as image:
        assert image.info["icc_profile"] == profiles.srgb()
        assert (np.asarray(image) == photo).all()


def test_alpha_stays_out_of_the_profile(saved, dull, p3_profile, tmp_path):
    values = np.rint(np.concatenate([dull, dull[..., :1]], axis=2) * 255).astype(np.uint8)
    picture = read(saved(Image.fromarray(values), "a.png", icc_profile=p3_profile))
    np.testing.assert_allclose(picture.alpha * 255, values[..., 3], atol=1e-4)
    assert np.abs(picture.pixels - srgb_from_p3(values[..., :3] / 255)).mean() * 255 < 0.6
    write(picture, tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as image:
        assert (np.asarray(image)[..., 3] == values[..., 3]).all()


def test_grey_with_a_grey_profile(saved, tmp_path, grey_profile):
    """Linear grey of 0.2140 is sRGB 0.5."""
    values = np.full((4, 4), round(0.2140 * 255), np.uint8)
    picture = read(saved(Image.fromarray(values), "a.png", icc_profile=grey_profile))
    np.testing.assert_allclose(picture.pixels, 0.5, atol=0.01)
    write(picture, tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as image:
        assert "icc_profile" not in image.info  # the picture has colours now
    np.testing.assert_allclose(read(tmp_path / "b.png").pixels, picture.pixels, atol=1e-3)


def test_deep_grey_with_a_grey_profile(saved, grey_profile):
    values = np.full((4, 4), round(0.2140 * 65535), np.uint16)
    for name in ("a.png", "a.tif"):
        picture = read(saved(Image.fromarray(values), name, icc_profile=grey_profile))
        np.testing.assert_allclose(picture.pixels, 0.5, atol=1e-3)


def test_grey_with_an_rgb_profile(saved, p3_profile):
    values = np.full((4, 4), 100, np.uint8)
    pixels = read(saved(Image.fromarray(values), "a.png", icc_profile=p3_profile)).pixels
    np.testing.assert_allclose(pixels, srgb_from_p3(np.full((4, 4, 3), 100 / 255)), atol=0.004)


@pytest.fixture
def cyan_in_srgb(ink_lab) -> np.ndarray:
    """What LittleCMS makes of `ink_lab` by itself."""
    lightness, a, b = ink_lab
    ink = Image.new("LAB", (1, 1), (round(lightness * 2.55), a + 128, b + 128))
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    return np.asarray(ImageCms.applyTransform(ink, transform))[0, 0] / 255


def test_cmyk_goes_through_its_profile(saved, tmp_path, cmyk_profile, cyan_in_srgb):
    inks = Image.new("CMYK", (8, 8), (255, 0, 0, 0))
    picture = read(saved(inks, "a.tif", icc_profile=cmyk_profile))
    np.testing.assert_allclose(picture.pixels[0, 0], cyan_in_srgb, atol=0.02)
    assert np.abs(picture.pixels[0, 0] - [0, 1, 1]).max() > 0.2  # what it is without the profile
    write(picture, tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as image:
        assert image.mode == "RGB" and "icc_profile" not in image.info


def test_deep_cmyk_goes_through_its_profile(tmp_path, cmyk_profile, cyan_in_srgb):
    tifffile = pytest.importorskip("tifffile")
    inks = np.zeros((4, 4, 4), np.uint16)
    inks[..., 0] = 65535
    for profile, expected in ((cmyk_profile, cyan_in_srgb), (None, [0, 1, 1])):
        path = tmp_path / "a.tif"
        tifffile.imwrite(path, inks, photometric="separated", iccprofile=profile)
        np.testing.assert_allclose(read(path).pixels[0, 0], expected, atol=0.02)


@pytest.mark.parametrize("profile", [b"nonsense", b"", bytes(500)], ids=["short", "empty", "zeros"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_broken_profile_stops_neither_reading_nor_writing(saved, photo, profile, dtype, tmp_path):
    image = Image.fromarray(photo[..., 0].astype(dtype))
    picture = read(saved(image, "a.tif", icc_profile=profile))
    assert picture.icc_profile is None
    top = np.iinfo(dtype).max
    np.testing.assert_allclose(picture.pixels[..., 0] * top, photo[..., 0], atol=0.02)
    write(replace(picture, icc_profile=profile), tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as written:
        assert "icc_profile" not in written.info


def test_a_profile_cut_short_does_not_stop_reading(saved, photo, p3_profile):
    cut = p3_profile[:300]
    np.testing.assert_allclose(
        read(saved(Image.fromarray(photo), "a.png", icc_profile=cut)).pixels * 255, photo, atol=1e-4
    )


def test_a_profile_of_another_space_is_passed_over(saved, photo, cmyk_profile, grey_profile):
    for profile in (cmyk_profile, grey_profile):
        picture = read(saved(Image.fromarray(photo), "a.png", icc_profile=profile))
        np.testing.assert_allclose(picture.pixels * 255, photo, atol=1e-4)


def test_the_room_is_quick_to_import_and_light():
    heavy = ["torch", "scipy", "skimage", "imagecodecs", "tifffile"]
    code = f"import sys, zeuxis.images; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_imagecodecs_deep_files_are_one_sentence(monkeypatch, deep_rgba):
    from zeuxis.errors import ZeuxisError

    out = io.BytesIO()
    write(Picture.from_array(deep_rgba), out, format="png")
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(ZeuxisError, match="pip install imagecodecs"):
        read(io.BytesIO(out.getvalue()))
