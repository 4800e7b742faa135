"""Moments that come in parts are those of the whole, however large the mean is."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis import ZeuxisError
from zeuxis.metrics.frechet import Moments, MomentsAccumulator, fid


def gathered(rows: np.ndarray, *cuts: int) -> MomentsAccumulator:
    found = MomentsAccumulator()
    for part in np.split(rows, cuts):
        found.add(part)
    return found


def rows(count: int = 200, *, offset: float = 0.0) -> np.ndarray:
    draws = np.random.default_rng(3)
    return draws.normal(size=(count, 6)) @ draws.normal(size=(6, 6)) + offset


@pytest.mark.parametrize("cuts", [(), (1,), (64, 128), (0, 50, 50, 199)])
def test_parts_are_the_whole(cuts: tuple[int, ...]) -> None:
    found, whole = gathered(rows(), *cuts).moments(), Moments.of(rows())
    np.testing.assert_allclose(found.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(found.covariance, whole.covariance, rtol=1e-12)


def test_a_large_mean_costs_no_digits() -> None:
    found = gathered(rows(offset=1e6), 10, 100).moments()
    np.testing.assert_allclose(found.covariance, Moments.of(rows()).covariance, rtol=1e-6)


def test_merging() -> None:
    first, second, empty = gathered(rows()[:30]), gathered(rows()[30:]), MomentsAccumulator()
    empty.merge(first)
    empty.merge(second)
    empty.merge(MomentsAccumulator())
    assert empty.count == 200
    np.testing.assert_allclose(empty.moments().covariance, Moments.of(rows()).covariance)
    assert first.count == 30  # what was merged stays as it was
    np.testing.assert_allclose(first.moments().mean, rows()[:30].mean(0))


def test_one_is_too_few() -> None:
    with pytest.raises(ZeuxisError, match="two pictures at least on either side, but got 1"):
        gathered(rows(1)).moments()


def test_drawn_from_normal_distributions() -> None:
    """Of N(0, 1) and N(m, s^2) in D dimensions: D (m^2 + (s - 1)^2)."""
    draws = np.random.default_rng(0)
    one, other = draws.normal(size=(100_000, 3)), draws.normal(0.5, 2.0, (100_000, 3))
    assert fid(Moments.of(one), Moments.of(other)) == pytest.approx(3 * (0.25 + 1), rel=0.02)


def test_covariances_without_full_rank() -> None:
    """The triangle does not exist, or barely: the axes give the same as a hair's breadth beside it."""
    one, other = Moments.of(rows(5)), Moments.of(rows(4) * 2)
    hair = Moments(one.mean, one.covariance + 1e-12 * np.eye(6))
    assert fid(one, other) == pytest.approx(fid(hair, other), rel=1e-4)
    assert fid(Moments(one.mean, 0 * one.covariance), other) == pytest.approx(
        ((one.mean - other.mean) ** 2).sum() + np.trace(other.covariance), rel=1e-12
    )
