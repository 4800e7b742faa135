"""The nearest pictures, and whether they are too near."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis.metrics import gathering
from zeuxis.metrics import nearest as module
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.nearest import copies, nearest


def rows(count: int, seed: int, dim: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)


@pytest.mark.parametrize("block", [1, 100, 10**6])
def test_they_are_those_of_all_distances(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    made, real = rows(30, 0), rows(50, 1)
    distances = np.linalg.norm(made[:, None].astype(float) - real, axis=2)
    found = nearest(made, real, 4)
    assert np.array_equal(found.numbers, np.argsort(distances, 1)[:, :4])
    np.testing.assert_allclose(found.distances, np.sort(distances, 1)[:, :4], rtol=1e-5)


def test_a_copy_is_at_zero_however_far_from_the_origin() -> None:
    real = rows(40, 0) + 1000
    found = nearest(real[7:9], real, 1)
    assert found.numbers.ravel().tolist() == [7, 8] and not found.distances.any()


def test_copies_are_told_from_pictures_of_the_same_kind() -> None:
    real, others = rows(600, 0), rows(500, 1)
    alike = copies(others, real, 3)
    assert alike.suspicious < 0.03 and 0.35 < np.median(alike.ranks) < 0.65
    learned = copies(np.concatenate([real[:50], others[:50]]), real, 3)
    assert learned.suspicious == pytest.approx(0.5, abs=0.02)
    assert not learned.ranks[:50].any()


def test_a_picture_is_no_neighbour_of_itself_but_its_double_is() -> None:
    real = np.arange(8, dtype=np.float32)[:, None] ** 2
    assert copies(real, real, 1).usual.tolist() == [1, 1, 3, 5, 7, 9, 11, 13]
    doubled = np.concatenate([real, real])
    assert not copies(real, doubled, 1).usual.any()


@pytest.mark.parametrize("count", [5, 20, 21, 300])
def test_rows_are_known_by_their_numbers(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "ROOM", 20 * 4 * 2)
    monkeypatch.setattr(gathering, "AT_ONCE", 7)
    numbered = np.repeat(np.arange(count, dtype=np.float32)[:, None], 2, axis=1)
    found = SetFeatures.of(numbered, "numbers")
    assert np.array_equal(found.numbers, found.rows[:, 0])
