"""The kernel distance against its double sum, and its lack of bias."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis import ZeuxisError
from zeuxis.metrics.kid import kid, mmd


def drawn(count: int, seed: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (count, 5)).astype(np.float32)


def test_double_sum() -> None:
    x, y = drawn(7, 0), drawn(9, 1, 0.5)

    def k(a: np.ndarray, b: np.ndarray) -> float:
        return (float(a.astype(float) @ b.astype(float)) / 5 + 1) ** 3

    own = [
        np.mean([k(a, b) for i, a in enumerate(rows) for j, b in enumerate(rows) if i != j])
        for rows in (x, y)
    ]
    between = np.mean([k(a, b) for a in x for b in y])
    assert mmd(x, y) == pytest.approx(sum(own) - 2 * between, rel=1e-12)


def test_no_bias() -> None:
    """Of pairs of small sets of one kind the mean is 0; with pictures paired with themselves it is not."""
    found = [mmd(drawn(10, 2 * i), drawn(10, 2 * i + 1)) for i in range(400)]
    assert abs(np.mean(found)) < 3 * np.std(found) / 20
    assert min(found) < 0


def test_blocks() -> None:
    x, y = drawn(500, 0), drawn(400, 1, 0.5)
    found, again = (kid(x, y, blocks=30, size=100, seed=3) for _ in range(2))
    assert found == again != kid(x, y, blocks=30, size=100, seed=4)
    assert (found.blocks, found.size) == (30, 100)
    assert found.std and found.mean == pytest.approx(mmd(x, y), abs=4 * found.std / 30**0.5)


def test_as_many_as_a_block() -> None:
    x, y = drawn(50, 0), drawn(50, 1)
    found = kid(x, y)
    assert (found.blocks, found.size, found.std) == (1, 50, None)
    assert found.mean == pytest.approx(mmd(x, y), rel=1e-12)


def test_blocks_that_share_a_side_have_no_spread() -> None:
    """They are no samples: the same 50 pictures are in each."""
    found = kid(drawn(50, 0), drawn(80, 1), blocks=10)
    assert (found.blocks, found.size, found.std) == (10, 50, None)
    assert kid(drawn(50, 0), drawn(80, 1), blocks=10, size=49).std is not None
    assert kid(drawn(50, 0), drawn(80, 1), blocks=1, size=20).std is None


def test_too_few() -> None:
    with pytest.raises(ZeuxisError, match="two pictures at least, not of 1"):
        kid(drawn(1, 0), drawn(5, 0))
