"""Sixteen bits a channel, kept to the last."""

from __future__ import annotations

import io

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read, write

tifffile = pytest.importorskip("tifffile")


def same(picture: Picture, values: np.ndarray) -> None:
    """Every value comes back as it was, to the last of 65,536."""
    assert picture.bits == 16
    assert (np.rint(picture.pixels * 65535) == values[..., :3]).all()
    np.testing.assert_allclose(picture.pixels, values[..., :3] / 65535, atol=1e-7)
    if values.shape[2] == 4:
        assert (np.rint(picture.alpha * 65535) == values[..., 3]).all()
    else:
        assert picture.alpha is None


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_a_gradient_comes_back_exactly(tmp_path, deep_rgba, name, channels):
    values = np.ascontiguousarray(deep_rgba[..., :channels])
    write(Picture.from_array(values), tmp_path / name)
    same(read(tmp_path / name), values)


@pytest.mark.parametrize("channels", [3, 4])
def test_other_readers_agree(tmp_path, deep_rgba, channels):
    values = np.ascontiguousarray(deep_rgba[..., :channels])
    picture = Picture.from_array(values)
    write(picture, tmp_path / "a.tif")
    assert (tifffile.imread(tmp_path / "a.tif") == values).all()
    write(picture, tmp_path / "a.png")
    assert (imagecodecs.png_decode((tmp_path / "a.png").read_bytes()) == values).all()
    for name in ("a.tif", "a.png"):
        with Image.open(tmp_path / name) as image:
            assert np.abs(np.asarray(image).astype(int) - values // 257).max() <= 1


def test_depth_is_a_choice(tmp_path, deep_rgba, photo):
    deep, shallow = Picture.from_array(deep_rgba), Picture.from_array(photo)
    for picture, bits, expected in (
        (deep, None, 16),
        (deep, 8, 8),
        (shallow, None, 8),
        (shallow, 16, 16),
    ):
        for format in ("png", "tif"):
            out = io.BytesIO()
            write(picture, out, bits=bits, format=format)
            out.seek(0)
            assert read(out).bits == expected
    out = io.BytesIO()
    write(deep, out, format="jpg")  # holds 8 and says nothing
    out.seek(0)
    assert read(out).bits == 8


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"planarconfig": "separate"},
        {"compression": "lzw"},
        {"compression": "zlib", "predictor": True},
        {"tile": (64, 64)},
        {"byteorder": ">"},
        {"bigtiff": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("channels", [3, 4])
def test_tiff_layouts(tmp_path, deep_rgba, options, channels):
    values = np.ascontiguousarray(deep_rgba[..., :channels])
    stored = np.moveaxis(values, 2, 0) if "planarconfig" in options else values
    extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", **extra, **options)
    same(read(tmp_path / "a.tif"), values)


def test_grey_tiffs_and_pngs(tmp_path, deep_rgba):
    grey = np.ascontiguousarray(deep_rgba[..., 0])
    rgb = grey[..., None].repeat(3, 2)
    tifffile.imwrite(tmp_path / "a.tif", grey, photometric="minisblack")
    same(read(tmp_path / "a.tif"), rgb)
    tifffile.imwrite(tmp_path / "b.tif", 65535 - grey, photometric="miniswhite")
    same(read(tmp_path / "b.tif"), rgb)
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(grey))
    same(read(tmp_path / "a.png"), rgb)
    two = np.ascontiguousarray(deep_rgba[..., :2])
    expected = np.concatenate([rgb, two[..., 1:]], axis=2)
    (tmp_path / "b.png").write_bytes(imagecodecs.png_encode(two))
    same(read(tmp_path / "b.png"), expected)
    tifffile.imwrite(
        tmp_path / "c.tif", two, photometric="minisblack", planarconfig="contig", extrasamples=[2]
    )
    same(read(tmp_path / "c.tif"), expected)


def test_premultiplied_colours_are_divided_again(tmp_path):
    straight = np.array([[[1.0, 0.5, 0.25, 0.5], [0, 0, 0, 0]]])
    stored = straight.copy()
    stored[..., :3] *= straight[..., 3:]
    values = np.rint(stored * 65535).astype(np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb", extrasamples=["assocalpha"])
    picture = read(tmp_path / "a.tif")
    np.testing.assert_allclose(picture.pixels, straight[..., :3], atol=1e-4)
    np.testing.assert_allclose(picture.alpha, straight[..., 3], atol=1e-4)


def test_a_fourth_channel_that_is_no_alpha_is_passed_over(tmp_path, deep_rgba):
    tifffile.imwrite(tmp_path / "a.tif", deep_rgba, photometric="rgb", extrasamples=["unspecified"])
    same(read(tmp_path / "a.tif"), deep_rgba[..., :3])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.uint32])
def test_other_depths_of_tiff(tmp_path, dtype):
    values = np.linspace(0, 1, 48).reshape(4, 4, 3)
    top = np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 1
    tifffile.imwrite(tmp_path / "a.tif", (values * top).astype(dtype), photometric="rgb")
    np.testing.assert_allclose(read(tmp_path / "a.tif").pixels, values, atol=1e-3)


def test_floats_outside_and_beside_the_numbers(tmp_path):
    values = np.array([[-1, 0.5, 2, np.nan]], dtype=np.float32)
    tifffile.imwrite(tmp_path / "a.tif", values)
    assert read(tmp_path / "a.tif").pixels[0, :, 0].tolist() == [0, 0.5, 1, 0]


@pytest.mark.filterwarnings("ignore:Truncated File Read")
@pytest.mark.parametrize("format", ["png", "tif"])
def test_truncated(deep_rgba, format):
    out = io.BytesIO()
    write(Picture.from_array(deep_rgba), out, format=format)
    for part in (0.02, 0.5, 0.9):
        cut = out.getvalue()[: int(len(out.getvalue()) * part)]
        with pytest.raises(ZeuxisError, match="damaged or cut short"):
            read(io.BytesIO(cut))


@pytest.mark.parametrize("format", ["png", "tif"])
def test_bombs(deep_rgba, format):
    out = io.BytesIO()
    write(Picture.from_array(deep_rgba), out, format=format)
    with pytest.raises(ZeuxisError, match="256x256 pixels, over the limit of 0.06 megapixels"):
        read(io.BytesIO(out.getvalue()), max_megapixels=0.06)


def test_colours_we_do_not_know_are_one_sentence(tmp_path):
    values = np.zeros((4, 4, 3), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="cielab")
    with pytest.raises(ZeuxisError, match="photometric 8"):
        read(tmp_path / "a.tif")


def test_twelve_bits(tmp_path):
    """Two pixels in three bytes: 0 and 4095."""
    tags = ImageFileDirectory_v2()
    for tag, value in {
        256: 2,
        257: 1,
        258: 12,
        259: 1,
        262: 1,
        273: 0,
        277: 1,
        278: 1,
        279: 3,
    }.items():
        tags[tag] = value
    with open(tmp_path / "a.tif", "wb") as file:
        tags.save(file)
        file.write(b"\x00\x0f\xff")
    assert read(tmp_path / "a.tif").pixels[0, :, 0].tolist() == [0, 1]


def test_a_pile_of_channels_is_one_sentence(tmp_path):
    values = np.zeros((4, 4, 20), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", planarconfig="contig")
    with pytest.raises(ZeuxisError, match="20 channels"):
        read(tmp_path / "a.tif")
