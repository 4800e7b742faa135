"""The Fréchet distance against what can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis import ZeuxisError
from zeuxis.metrics.frechet import Moments, frechet_distance


def test_one_dimension() -> None:
    """Two normal distributions on a line: (m1 - m2)^2 + (s1 - s2)^2."""
    found = frechet_distance(
        np.array([1.0]), np.array([[4.0]]), np.array([-2.0]), np.array([[9.0]])
    )
    assert found == pytest.approx(9 + 1, rel=1e-12)


def test_covariances_that_commute() -> None:
    """With common axes the distance is that of the roots of the eigenvalues."""
    axes, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))
    a, b = np.array([4.0, 1, 9, 0, 2]), np.array([1.0, 1, 4, 3, 0])
    found = frechet_distance(np.zeros(5), axes * a @ axes.T, np.ones(5), axes * b @ axes.T)
    assert found == pytest.approx(5 + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum(), rel=1e-7)


def test_two_dimensions_in_closed_form() -> None:
    """tr (AB)^(1/2) of 2 x 2 matrices is sqrt(tr AB + 2 sqrt(det AB))."""
    a, b = np.array([[2.0, 0.8], [0.8, 1.0]]), np.array([[1.0, -0.5], [-0.5, 3.0]])
    trace = np.sqrt(np.trace(a @ b) + 2 * np.sqrt(np.linalg.det(a @ b)))
    found = frechet_distance(np.zeros(2), a, np.array([3.0, 4.0]), b)
    assert found == pytest.approx(25 + np.trace(a) + np.trace(b) - 2 * trace, rel=1e-12)


def test_nothing_is_zero_away_from_itself_and_order_does_not_matter() -> None:
    features = np.random.default_rng(1).normal(
        size=(10, 30)
    )  # singular: fewer pictures than numbers
    one, other = Moments.of(features), Moments.of(2 * features + 1)
    assert frechet_distance(one.mean, one.covariance, one.mean, one.covariance) < 1e-6
    there = frechet_distance(one.mean, one.covariance, other.mean, other.covariance)
    back = frechet_distance(other.mean, other.covariance, one.mean, one.covariance)
    assert there == pytest.approx(back, rel=1e-6) and there > 1


def test_spread_is_the_distance_of_pairs() -> None:
    features = np.random.default_rng(2).normal(size=(40, 3))
    pairs = [((a - b) ** 2).sum() for i, a in enumerate(features) for b in features[:i]]
    assert Moments.of(features).spread == pytest.approx(np.sqrt(np.mean(pairs)), rel=1e-12)


def test_one_picture_is_not_enough() -> None:
    with pytest.raises(ZeuxisError, match="two pictures at least"):
        Moments.of(np.zeros((1, 4)))


@pytest.mark.parametrize("place", range(4))
def test_what_is_not_finite_has_no_distance(place: int) -> None:
    given = [np.zeros(2), np.eye(2), np.ones(2), 2 * np.eye(2)]
    given[place] = given[place] * np.nan
    with pytest.raises(ZeuxisError, match="not finite"):
        frechet_distance(*given)
    with pytest.raises(ZeuxisError, match="not finite"):
        Moments.of(np.array([[1.0, np.inf], [2.0, 3.0], [4.0, 5.0]]))


def test_moments_of_other_shapes_are_refused() -> None:
    with pytest.raises(ZeuxisError, match="of 2 and of 3 features cannot be compared"):
        frechet_distance(np.zeros(2), np.eye(2), np.zeros(3), np.eye(3))
    with pytest.raises(ZeuxisError, match=r"shapes are \(2,\) and \(3, 3\)"):
        frechet_distance(np.zeros(2), np.eye(3), np.zeros(2), np.eye(2))
