"""Masks: where a photo is painted, and where in which style."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

import zeuxis
from zeuxis import ZeuxisError, stylize

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
GREY = np.full((6, 8, 3), 51, np.uint8)  # 0.2


def color(result: zeuxis.Stylized, y: int = 0, x: int = 0) -> list[float]:
    return [round(float(value), 2) for value in result.picture.pixels[y, x]]


def halves(*colors: tuple[int, int, int]) -> Image.Image:
    """Upright stripes of these colours, larger than the photo."""
    row = np.repeat(np.array(colors, np.uint8), 16, axis=0)
    return Image.fromarray(np.repeat(row[None], 24, axis=0))


@pytest.mark.usefixtures("networks")
def test_white_is_painted_and_black_is_not() -> None:
    result = stylize(GREY, "red", mask=halves(BLACK, WHITE))
    assert color(result, 3, 0) == [0.2, 0.2, 0.2] and color(result, 3, 7) == [1, 0, 0]
    grey = stylize(GREY, "red", mask=Image.new("L", (4, 4), 128))
    assert color(grey) == [0.6, 0.1, 0.1]


@pytest.mark.usefixtures("networks")
def test_colours_are_regions_from_dark_to_light() -> None:
    result = stylize(GREY, ["red", ("green", 9)], mask=halves(WHITE, BLACK))
    assert color(result, 3, 0) == [0, 1, 0] and color(result, 3, 7) == [1, 0, 0]
    assert color(stylize(GREY, ["red", "green"], mask=halves(WHITE, BLACK), strength=0.5)) == [
        pytest.approx(value, abs=0.01) for value in (0.125, 0.5, 0.125)
    ]


@pytest.mark.usefixtures("networks")
def test_black_may_be_left_to_the_photo() -> None:
    mask = halves(BLACK, (128, 0, 0), WHITE, (128, 0, 0))
    result = stylize(GREY.repeat(8, axis=1), ["red", "green"], mask=mask)  # as wide as the mask
    assert color(result, 3, 0) == [0.2, 0.2, 0.2]
    assert color(result, 3, 24) == [1, 0, 0] and color(result, 3, 40) == [0, 1, 0]


@pytest.mark.usefixtures("networks")
@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (halves(WHITE), "one colour only"),
        (halves((255, 0, 0), (0, 255, 0), WHITE), "3 colours and there are 2 styles"),
        ("none.png", "there is no file none.png"),
    ],
    ids=["one", "three", "none"],
)
def test_masks_that_do_not_match(mask: Any, message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        stylize(GREY, ["red", "green"], mask=mask)
