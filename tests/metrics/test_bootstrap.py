"""Intervals hold what they should as often as they should."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis import ZeuxisError
from zeuxis.metrics import bootstrap, gathering
from zeuxis.metrics.bootstrap import fids, interval, kids, means
from zeuxis.metrics.frechet import Moments, fid
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.kid import kid
from zeuxis.metrics.measures import Value, mean_of


def test_the_middle_is_the_value() -> None:
    draws = np.random.default_rng(0).normal(7, 2, 100_000)
    assert interval(1.0, draws) == pytest.approx((1 - 1.96 * 2, 1 + 1.96 * 2), abs=0.05)


def test_means_cover_the_truth() -> None:
    hits = 0
    for seed in range(100):
        values = np.random.default_rng(seed).random(60) < 0.3
        low, high = interval(values.mean(), means(values, 200, seed))
        hits += low <= 0.3 <= high
    assert 88 <= hits <= 99


def test_the_mean_of_pairs() -> None:
    values = np.random.default_rng(0).normal(5, 2, 400)
    found = mean_of(values, 200)
    assert found.value == values.mean() and found.low is not None and found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * 2 / 20, rel=0.2)
    assert mean_of(values) == Value(values.mean()) and mean_of(values[:9], 200).low is None
    assert mean_of(np.array([np.inf] * 20), 200) == Value(np.inf)  # PSNR of pairs that are the same
    with pytest.raises(ZeuxisError, match="a mean is of one number at least"):
        mean_of(np.array([]))


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
            sides = (SetFeatures.of(rows, "net") for rows in (made, real))
            draws = np.array(list(fids(*sides, 40, 0)))
        else:
            found.append(kid(made, real).mean)
            draws = kids(made, real, 40, 0)
        low, high = interval(found[-1], draws)
        assert low <= found[-1] <= high
        widths.append(high - low)
    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.std(found), rel=0.35)


@pytest.mark.parametrize("counts", [(100, 5000), (5000, 100), (5000, 5000)])
def test_a_side_that_was_not_kept_whole_has_the_noise_of_all(
    counts: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 5,000 pictures 100 are kept."""
    monkeypatch.setattr(gathering, "ROOM", 4 * 2 * 100)
    worlds = np.random.default_rng(0)
    found, widths = [], []
    for number in range(60):
        made, real = (
            SetFeatures.of(worlds.normal(shift, 1, (count, 2)), "net")
            for shift, count in zip((0.8, 0), counts, strict=True)
        )
        found.append(fid(made.moments, real.moments))
        if number < 20:
            low, high = interval(found[-1], np.array(list(fids(made, real, 40, 0))))
            widths.append(high - low)
    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.std(found), rel=0.35)


@pytest.mark.parametrize("counts", [(50, 1000), (1000, 50)])
def test_kernel_distances_of_sides_drawn_from_in_part(
    counts: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, real = (
        np.random.default_rng(count).normal(shift, 1, (count, 2))
        for shift, count in zip((0.8, 0), counts, strict=True)
    )
    whole = kids(made, real, 200, 0).std()
    monkeypatch.setattr(bootstrap, "MOST", 200)
    assert kids(made, real, 200, 0).std() == pytest.approx(whole, rel=0.2)


def test_draws_are_the_seeds() -> None:
    rows = [
        SetFeatures.of(each, "net") for each in np.random.default_rng(0).normal(size=(2, 30, 3))
    ]
    assert list(fids(*rows, 3, 5)) == list(fids(*rows, 3, 5)) != list(fids(*rows, 3, 6))
