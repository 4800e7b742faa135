"""Coarse to fine: which sizes, and what is carried from one to the next."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeuxis import ZeuxisError
from zeuxis.images import resize
from zeuxis.painting.levels import SMALLEST, enlarge, level_sizes


@pytest.mark.parametrize(
    ("height", "width", "levels", "sizes"),
    [
        (512, 512, None, [(128, 128), (256, 256), (512, 512)]),
        (341, 512, None, [(85, 128), (170, 256), (341, 512)]),
        (64, 64, None, [(64, 64)]),
        (255, 200, None, [(255, 200)]),
        (32, 4096, None, [(32, 4096)]),  # halved, its height would be too little for the network
        (96, 1024, None, [(48, 512), (96, 1024)]),
        (64, 64, 2, [(32, 32), (64, 64)]),
        (512, 512, 1, [(512, 512)]),
        (1, 1, 1, [(1, 1)]),
    ],
)
def test_sizes(height: int, width: int, levels: int | None, sizes: list[tuple[int, int]]) -> None:
    assert level_sizes(height, width, levels) == sizes


@given(st.integers(SMALLEST, 9000), st.integers(SMALLEST, 9000))
def test_sizes_double_and_end_at_the_picture(height: int, width: int) -> None:
    sizes = level_sizes(height, width, None)
    assert sizes[-1] == (height, width)
    assert min(min(size) for size in sizes) >= SMALLEST
    for (low, narrow), (high, wide) in itertools.pairwise(sizes):
        assert abs(high - 2 * low) <= 2 and abs(wide - 2 * narrow) <= 2


@pytest.mark.parametrize(("height", "width", "levels"), [(64, 64, 3), (40, 900, 2), (512, 512, 6)])
def test_too_many_levels(height: int, width: int, levels: int) -> None:
    with pytest.raises(ZeuxisError, match=f"{levels} levels are too many for {width}x{height}"):
        level_sizes(height, width, levels)


def test_an_unpainted_photo_is_enlarged_to_itself(photo: np.ndarray) -> None:
    large = np.ascontiguousarray(photo.transpose(2, 0, 1)[None])
    small = resize(large, (48, 72))
    assert np.abs(enlarge(small, large, keep_detail=True) - large).max() < 1e-6
    assert np.abs(enlarge(small, large, keep_detail=False) - large).max() > 0.05


def test_enlarged_values_stay_in_range(photo: np.ndarray) -> None:
    large = np.ascontiguousarray(photo.transpose(2, 0, 1)[None])
    small = 1 - resize(large, (48, 72))
    enlarged = enlarge(small, large, keep_detail=True)
    assert enlarged.shape == large.shape
    assert enlarged.min() >= 0 and enlarged.max() <= 1
