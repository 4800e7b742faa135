"""A picture seen in strips has no seams."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis import paint
from zeuxis.perception import streaming

STRIP = 6  # rows of the first stage's strips when they are as thin as they can be


def painted(photo: np.ndarray, texture: np.ndarray, max_memory: float) -> np.ndarray:
    painting = paint(
        photo,
        texture,
        size="96x66",
        levels=1,
        iterations=5,
        max_memory=max_memory,
        style_weight=2.0,
    )
    return painting.picture.pixels


@pytest.fixture(scope="module")
def pair(photo: np.ndarray, texture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same painting, painted whole and in the thinnest strips."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "STRIP_BYTES", 1)
        return painted(photo, texture, 3.0), painted(photo, texture, 0.5)


def test_it_is_the_painting_that_it_is_whole(pair: tuple[np.ndarray, np.ndarray]) -> None:
    whole, strips = pair
    assert np.abs(strips - whole).max() <= 2 / 255


def test_rows_at_borders_are_no_worse_than_others(pair: tuple[np.ndarray, np.ndarray]) -> None:
    whole, strips = pair
    off = np.abs(strips - whole).mean((1, 2))
    rows = np.arange(len(off))
    at_border = (rows % STRIP == 0) | (rows % STRIP == STRIP - 1)
    assert off[at_border].mean() <= 1.5 * off[~at_border].mean() + 1e-6


def test_no_step_from_strip_to_strip(pair: tuple[np.ndarray, np.ndarray]) -> None:
    """From row to row it changes at borders as much as the whole one does."""
    whole, strips = (np.abs(np.diff(p, axis=0)).mean((1, 2))[STRIP - 1 :: STRIP] for p in pair)
    assert strips == pytest.approx(whole, abs=1 / 255)
