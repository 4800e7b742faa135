"""Rows: strokes, blends and strength are sums of rows."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis import ZeuxisError
from zeuxis.style.rows import mixed, row_of, weakened

PAIRS = np.arange(12, dtype=np.float16).reshape(2, 2, 3)
PLAIN, ROW = np.zeros(3, np.float32), np.full(3, 2.0, np.float32)


@pytest.mark.parametrize(
    ("stroke_size", "row"), [(0, [6, 7, 8]), (1, [9, 10, 11]), (0.5, [7.5, 8.5, 9.5])]
)
def test_strokes_go_from_the_first_row_to_the_second(stroke_size: float, row: list[float]) -> None:
    found = row_of({"rows": PAIRS}, 1, stroke_size)
    assert found is not None and found.dtype == np.float32
    assert found.tolist() == row


def test_a_network_of_one_style_has_no_row() -> None:
    assert row_of({"plain": PLAIN}, 0, 0.5) is None


@pytest.mark.parametrize("rows", [PAIRS[0], PAIRS[:, :1], PAIRS[:1]], ids=str)
def test_rows_that_are_none(rows: np.ndarray) -> None:
    with pytest.raises(ZeuxisError, match=r"its rows are of shape .* style 2 needs a pair"):
        row_of({"rows": rows}, 1, 0.5)


def test_a_blend_is_the_weighted_mean() -> None:
    assert mixed([PLAIN, ROW], [3, 1]).tolist() == [0.5] * 3
    assert mixed([ROW], [7]).tolist() == ROW.tolist()


@pytest.mark.parametrize(
    ("strength", "value", "cover"),
    [(0, 1, 0), (0.25, 1.25, 0.25), (0.5, 1.5, 0.5), (0.75, 1.75, 0.75), (1, 2, 1)],
)
def test_strength(strength: float, value: float, cover: float) -> None:
    row, found = weakened(ROW, PLAIN, strength)
    assert row is not None and row.tolist() == [value] * 3
    assert found == cover


@pytest.mark.parametrize(("row", "plain"), [(None, None), (None, PLAIN), (ROW, None)])
def test_without_a_plain_row_the_painting_is_laid_over_the_photo(
    row: np.ndarray | None, plain: np.ndarray | None
) -> None:
    found, cover = weakened(row, plain, 0.3)
    assert found is row and cover == 0.3
