"""Precision, recall, density and coverage against the definitions, pair by pair."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis import ZeuxisError
from zeuxis.metrics import neighbours
from zeuxis.metrics.neighbours import neighbourhoods


def brute(made: np.ndarray, real: np.ndarray, nearest: int, dense: int) -> tuple[float, ...]:
    """The four numbers as the papers define them, with loops."""

    def apart(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.sqrt(((a.astype(float) - b) ** 2).sum()))

    def radius(rows: np.ndarray, i: int, k: int) -> float:
        return sorted(apart(rows[i], other) for j, other in enumerate(rows) if j != i)[k - 1]

    def inside(point: np.ndarray, rows: np.ndarray, k: int) -> list[bool]:
        return [apart(point, row) <= radius(rows, i, k) for i, row in enumerate(rows)]

    precision = np.mean([any(inside(point, real, nearest)) for point in made])
    recall = np.mean([any(inside(point, made, nearest)) for point in real])
    density = np.mean([sum(inside(point, real, dense)) / dense for point in made])
    coverage = np.mean(
        [
            min(apart(row, point) for point in made) <= radius(real, i, dense)
            for i, row in enumerate(real)
        ]
    )
    return float(precision), float(recall), float(density), float(coverage)


@pytest.mark.parametrize(("nearest", "dense"), [(3, 5), (1, 1), (4, 2)])
def test_brute_force(nearest: int, dense: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", 200)  # several blocks, the last one smaller
    monkeypatch.setattr(neighbours, "OTHERS", 7)
    draws = np.random.default_rng(0)
    made = draws.normal(0.7, 0.8, (29, 3)).astype(np.float32)
    real = draws.normal(size=(23, 3)).astype(np.float32)
    found = neighbourhoods(made, real, nearest=nearest, dense=dense)
    expected = brute(made, real, nearest, dense)
    numbers = found.precision, found.recall, found.density, found.coverage
    assert numbers == pytest.approx(expected, abs=1e-12)
    assert all(0 < each < 2 for each in numbers)


def test_far_from_the_origin() -> None:
    """Small numbers leave small errors: the place of the cloud does not matter."""
    draws = np.random.default_rng(1)
    made, real = draws.normal(size=(60, 4)), draws.normal(size=(60, 4))
    here, there = neighbourhoods(made, real), neighbourhoods(made + 3000, real + 3000)
    assert abs(here.precision - there.precision) < 0.02 > abs(here.density - there.density)


def test_extremes() -> None:
    draws = np.random.default_rng(2)
    real = draws.normal(size=(50, 4))
    apart = neighbourhoods(real + 100, real)
    assert (apart.precision, apart.recall, apart.density, apart.coverage) == (0, 0, 0, 0)
    same = neighbourhoods(real, real)
    assert (same.precision, same.recall, same.coverage) == (1, 1, 1) and same.density > 1
    collapsed = neighbourhoods(np.repeat(real[:1], 50, 0), real)
    assert collapsed.precision == 1 and collapsed.recall < 0.1 and collapsed.coverage < 0.5


def test_too_few() -> None:
    with pytest.raises(ZeuxisError, match="needs 6 pictures on either side, but there are 5"):
        neighbourhoods(np.zeros((5, 2)), np.zeros((9, 2)))
