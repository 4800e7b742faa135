"""The middle of the right shape, resized, over a background; every kind of picture."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zeuxis.data.fitting import Fit, color
from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read, resize


def ramp(height: int, width: int) -> np.ndarray:
    """Red grows to the right, green downwards, blue is 60."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows, np.full_like(rows, 60)], 2).astype(np.uint8)


def test_a_picture_of_the_size_stays_as_it_is() -> None:
    fitted, enlarged = Fit(7, 9, 3)(Picture.from_array(ramp(7, 9)))
    assert np.array_equal(fitted, ramp(7, 9)) and fitted.dtype == np.uint8 and not enlarged


@pytest.mark.parametrize(("size", "left", "top"), [((40, 100), 30, 0), ((100, 40), 0, 30)])
def test_the_middle_is_taken(size: tuple[int, int], left: int, top: int) -> None:
    fitted, enlarged = Fit(40, 40, 3)(Picture.from_array(ramp(*size)))
    assert np.array_equal(fitted, ramp(100, 100)[top : top + 40, left : left + 40])
    assert not enlarged


def test_sizes_that_are_not_square() -> None:
    fitted, _ = Fit(10, 20, 3)(Picture.from_array(ramp(100, 120)))
    assert fitted.shape == (10, 20, 3)
    expected = resize(ramp(100, 120)[20:80] / 255, (10, 20)) * 255
    assert np.abs(fitted - expected).max() <= 1


def test_nothing_aliases(photo: np.ndarray) -> None:
    """A fine grid comes out as an even grey, however much smaller it is made."""
    grid = np.indices((600, 600)).sum(0) % 2 * 255
    for side in (300, 100, 31, 16):
        fitted, _ = Fit(side, side, 1)(Picture.from_array(grid.astype(np.uint8)))
        assert np.abs(fitted[1:-1, 1:-1].astype(int) - 127).max() <= 3


def test_blocks_first_is_nearly_as_good_as_every_pixel(photo: np.ndarray) -> None:
    large = resize(photo[:, :96], (768, 768))
    fitted, _ = Fit(32, 32, 3)(Picture.from_array(large))
    assert np.abs(fitted / 255 - resize(large, (32, 32))).max() < 0.02


def test_smaller_pictures_are_enlarged_and_counted() -> None:
    assert Fit(16, 16, 3)(Picture.from_array(ramp(15, 40)))[1]
    assert not Fit(16, 16, 3)(Picture.from_array(ramp(16, 40)))[1]
    fitted, enlarged = Fit(2, 64, 3)(Picture.from_array(ramp(1, 1)))
    assert fitted.shape == (2, 64, 3) and enlarged


def test_grey_is_the_luma() -> None:
    for rgb, level in (((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29), ((9, 9, 9), 9)):
        picture = Picture.from_array(np.full((4, 4, 3), rgb, np.uint8))
        fitted, _ = Fit(4, 4, 1)(picture)
        assert fitted.shape == (4, 4, 1) and (fitted == level).all()


def test_transparency_shows_the_background() -> None:
    pixels = np.full((4, 4, 4), (200, 100, 0, 255), np.uint8)
    pixels[:2, :, 3], pixels[2, :, 3] = 0, 51
    fitted, _ = Fit(4, 4, 3, (0, 0, 255))(Picture.from_array(pixels))
    assert (fitted[:2] == (0, 0, 255)).all()
    assert (fitted[2] == (40, 20, 204)).all()
    assert (fitted[3] == (200, 100, 0)).all()


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA", "RGBA", "I;16", "RGB"])
def test_every_kind_of_file(mode: str) -> None:
    format = "TIFF" if mode == "CMYK" else "PNG"
    image = Image.fromarray(np.full((8, 8), 40000, np.uint16)) if mode == "I;16" else None
    image = image or Image.new("L", (8, 8), 255).convert(mode)
    out = io.BytesIO()
    image.save(out, format)
    fitted, _ = Fit(8, 8, 3)(read(io.BytesIO(out.getvalue())))
    assert (fitted == (156 if mode == "I;16" else 255)).all()


def test_turned_photographs_are_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(ramp(20, 40)).save(tmp_path / "a.png", exif=exif)
    fitted, _ = Fit(40, 20, 3)(read(tmp_path / "a.png"))
    assert np.array_equal(fitted, ramp(20, 40).swapaxes(0, 1)[:, ::-1])


@pytest.mark.parametrize("shape", [(0, 8, 3), (8, 4096, 3), (8, 8, 2), (8, 8, 4)])
def test_shapes_that_cannot_be(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ZeuxisError, match="out of range|channels"):
        Fit(*shape)


def test_colors() -> None:
    assert color("white") == (255, 255, 255) and color("#102030") == (16, 32, 48)
    assert color("#10203040") == (16, 32, 48)
    for text in ("", "#12345", "nocolor", "white "):
        with pytest.raises(ZeuxisError, match="is no colour: give a name, as white, or #rrggbb"):
            color(text)
