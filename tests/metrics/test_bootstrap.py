"""Intervals hold what they should as often as they should."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis.metrics.bootstrap import fids, interval, kids, means
from zeuxis.metrics.frechet import Moments, fid
from zeuxis.metrics.kid import kid


def test_the_middle_is_the_value() -> None:
    draws = np.random.default_rng(0).normal(7, 2, 100_000)
    assert interval(1.0, draws) == pytest.approx((1 - 1.96 * 2, 1 + 1.96 * 2), abs=0.05)
    assert interval(1.0, draws, scale=0.5) == pytest.approx((1 - 1.96, 1 + 1.96), abs=0.03)


def test_means_cover_the_truth() -> None:
    hits = 0
    for seed in range(100):
        values = np.random.default_rng(seed).random(60) < 0.3
        low, high = interval(values.mean(), means(values, 200, seed))
        hits += low <= 0.3 <= high
    assert 88 <= hits <= 99


@pytest.mark.parametrize("name", ["fid", "kid"])
def test_as_wide_as_other_pictures_would_spread(name: str) -> None:
    """The spread over sets drawn anew is what the interval of one set says it is."""
    worlds = np.random.default_rng(0)

    def drawn(shift: float) -> np.ndarray:
        return worlds.normal(shift, 1, (150, 2)).astype(np.float32)

    found, widths = [], []
    for _ in range(40):
        made, real = drawn(0.8), drawn(0)
        if name == "fid":
            found.append(fid(Moments.of(made), Moments.of(real)))
            draws, scale = np.array(list(fids(made, real, 40, 0))), 1.0
        else:
            found.append(kid(made, real).mean)
            draws, scale = kids(made, real, 40, 0)
        low, high = interval(found[-1], draws, scale=scale)
        assert low <= found[-1] <= high
        widths.append(high - low)
    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.std(found), rel=0.35)


def test_draws_are_the_seeds() -> None:
    rows = np.random.default_rng(0).normal(size=(2, 30, 3))
    assert list(fids(*rows, 3, 5)) == list(fids(*rows, 3, 5)) != list(fids(*rows, 3, 6))
