"""Masks: colours of the photo's and the paintings' masks that mean the same."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from zeuxis import ZeuxisError
from zeuxis.images import Picture
from zeuxis.painting.regions import read_regions

BLACK, WHITE, GREY = (0, 0, 0), (255, 255, 255), (128, 128, 128)
RED, BLUE, GREEN = (255, 0, 0), (0, 0, 255), (0, 255, 0)


def stripes(*colors: tuple[int, int, int], width: int = 20) -> Picture:
    """Upright stripes of these colours, 30 pixels high."""
    row = np.repeat(np.array(colors, np.uint8), width, axis=0)
    return Picture.from_array(np.repeat(row[None], 30, axis=0))


def test_dark_is_the_first_paintings() -> None:
    regions = read_regions(stripes(WHITE, BLACK), [], 2)
    assert regions.paintings == [{0: None}, {1: None}]
    assert not regions.photo[0][:, :20].any() and regions.photo[0][:, 20:].all()
    assert np.array_equal(regions.photo[1], 1 - regions.photo[0])


def test_three_shades() -> None:
    regions = read_regions(stripes(GREY, WHITE, BLACK), [], 3)
    middles = [int(np.flatnonzero(region[0]).mean()) for region in regions.photo]
    assert middles == [49, 9, 29]  # black, grey, white


def test_colours_of_the_paintings_masks() -> None:
    regions = read_regions(stripes(RED, BLUE), [stripes(BLUE, RED), stripes(RED)], 2)
    red = next(k for k in (0, 1) if regions.photo[k][0, 0])
    first, second = regions.paintings
    assert set(first) == {0, 1} and set(second) == {red}
    part = first[red]
    assert part is not None and not part[:, :20].any() and part[:, 20:].all()


def test_a_jpeg_has_only_the_colours_that_were_painted() -> None:
    file = io.BytesIO()
    stripes(RED, WHITE, BLUE, width=40).to_pil().save(file, "JPEG", quality=60)
    with Image.open(file) as image:
        mask = Picture.from_pil(image)
    regions = read_regions(mask, [], 3)
    assert sum(regions.photo).min() == 1  # type: ignore[union-attr]
    assert [region.mean() for region in regions.photo] == pytest.approx([1 / 3] * 3, abs=0.02)


@pytest.mark.parametrize(
    ("mask", "style_masks", "paintings", "message"),
    [
        (stripes(RED), [], 1, "one colour only"),
        (stripes(RED, BLUE), [], 3, "2 colours and there are 3 paintings"),
        (stripes(RED, BLUE), [stripes(RED, BLUE)], 2, "1 style masks and 2 paintings"),
        (stripes(RED, GREEN), [stripes(RED, BLUE)], 1, "no style mask has the colour #00ff00"),
    ],
)
def test_what_does_not_match(
    mask: Picture, style_masks: list[Picture], paintings: int, message: str
) -> None:
    with pytest.raises(ZeuxisError, match=message):
        read_regions(mask, style_masks, paintings)
