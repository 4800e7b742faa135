"""The Fréchet distance between two normal distributions (Heusel et al. 2017, equation 6)."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from zeuxis.errors import ZeuxisError


@dataclass(frozen=True)
class Moments:
    """Mean and covariance of features.

    Attributes:
        mean: D numbers, float64.
        covariance: D x D, float64.
    """

    mean: np.ndarray
    covariance: np.ndarray

    @classmethod
    def of(cls, features: np.ndarray) -> Self:
        """Of N x D features.

        Raises:
            ZeuxisError: if there are fewer than two, or they are not finite.
        """
        if len(features) < 2:
            raise too_few(len(features))
        features = np.asarray(features, np.float64)
        if not np.isfinite(features).all():
            raise ZeuxisError("features that are not finite have no distance: look at the pictures")
        return cls(features.mean(0), np.atleast_2d(np.cov(features, rowvar=False)))

    @property
    def spread(self) -> float:
        """How far two features drawn at random lie apart: the root of the mean of the squared distance."""
        return float(np.sqrt(2 * np.trace(self.covariance)))


class MomentsAccumulator:
    """Moments of features that come in parts: D x D numbers however many come, in float64.

    Sums are about the means of the parts (Chan et al. 1983, equation 2.1), so that nothing is lost where the
    mean is large beside the spread.
    """

    def __init__(self) -> None:
        self.count = 0
        self._mean = np.zeros(0)
        self._scatter = np.zeros((0, 0))  # sum of (x - mean) (x - mean)^T

    def add(self, features: np.ndarray) -> None:
        """Take in N x D more."""
        if not len(features):
            return
        rows = np.asarray(features, np.float64)
        mean = rows.mean(0)
        rows = rows - mean
        self._take(len(rows), mean, rows.T @ rows)

    def merge(self, other: "MomentsAccumulator") -> None:
        """Take in all that another one has."""
        if other.count:
            self._take(other.count, other._mean, other._scatter)

    def moments(self) -> Moments:
        """Of all so far.

        Raises:
            ZeuxisError: if there are fewer than two.
        """
        if self.count < 2:
            raise too_few(self.count)
        return Moments(self._mean.copy(), self._scatter / (self.count - 1))

    def _take(self, count: int, mean: np.ndarray, scatter: np.ndarray) -> None:
        if not self.count:
            self.count, self._mean, self._scatter = count, mean.copy(), scatter.copy()
            return
        total = self.count + count
        apart = mean - self._mean
        self._scatter += scatter
        self._scatter += np.outer(apart * (self.count * count / total), apart)
        self._mean += apart * (count / total)
        self.count = total


def too_few(count: int) -> ZeuxisError:
    """What to say of one picture, or none."""
    return ZeuxisError(f"a distance needs two pictures at least on either side, but got {count}")


def fid(made: Moments, real: Moments) -> float:
    """Fréchet distance of two sets of features (Heusel et al. 2017, equation 6): 0 at best."""
    return frechet_distance(made.mean, made.covariance, real.mean, real.covariance)


def frechet_distance(
    mu1: np.ndarray, sigma1: np.ndarray, mu2: np.ndarray, sigma2: np.ndarray
) -> float:
    """|mu1 - mu2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), in float64 (Dowson & Landau 1982, equation 7).

    The trace of the root is the sum of the roots of the eigenvalues of R^T S2 R for any R with R R^T = S1,
    which is symmetric: no root of a general matrix, with imaginary parts to be cut off, is needed.

    Args:
        mu1: mean, D.
        sigma1: covariance, D x D, symmetric, without negative eigenvalues.
        mu2: mean of the other, D.
        sigma2: covariance of the other.

    Raises:
        ZeuxisError: if they are not finite, or their shapes do not go together.
    """
    (m1, first), (m2, second) = (_checked(*each) for each in ((mu1, sigma1), (mu2, sigma2)))
    if m1.shape != m2.shape:
        raise ZeuxisError(
            f"moments of {len(m1)} and of {len(m2)} features cannot be compared: take those of one network"
        )
    root = _root(first)
    between = np.linalg.eigvalsh(root.T @ second @ root).clip(0)
    apart = m1 - m2
    total = apart @ apart + np.trace(first) + np.trace(second) - 2 * np.sqrt(between).sum()
    return max(0.0, float(total))


def _checked(mean: np.ndarray, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both in float64, if they are moments."""
    mean, covariance = np.asarray(mean, np.float64), np.asarray(covariance, np.float64)
    if mean.ndim != 1 or covariance.shape != 2 * mean.shape:
        raise ZeuxisError(
            f"moments are D means and D x D covariances, but the shapes are {mean.shape} and "
            f"{covariance.shape}"
        )
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ZeuxisError("moments that are not finite have no distance: look at the features")
    return mean, covariance


def _root(covariance: np.ndarray) -> np.ndarray:
    """R with R R^T = covariance: a triangle, which costs a tenth, or by axes where there is no full rank."""
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
        return np.asarray(vectors * np.sqrt(values.clip(0)))
