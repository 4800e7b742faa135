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
            ZeuxisError: if there are fewer than two.
        """
        if len(features) < 2:
            raise ZeuxisError(
                f"a distance needs two pictures at least on either side, but got {len(features)}"
            )
        features = np.asarray(features, np.float64)
        return cls(features.mean(0), np.atleast_2d(np.cov(features, rowvar=False)))

    @property
    def spread(self) -> float:
        """How far two features drawn at random lie apart: the root of the mean of the squared distance."""
        return float(np.sqrt(2 * np.trace(self.covariance)))


def frechet_distance(
    mu1: np.ndarray, sigma1: np.ndarray, mu2: np.ndarray, sigma2: np.ndarray
) -> float:
    """|mu1 - mu2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), in float64 (Dowson & Landau 1982, equation 7).

    The trace of the root is the sum of the roots of the eigenvalues of S1^(1/2) S2 S1^(1/2), which is
    symmetric: no root of a general matrix, with imaginary parts to be cut off, is needed.

    Args:
        mu1: mean, D.
        sigma1: covariance, D x D, symmetric, without negative eigenvalues.
        mu2: mean of the other, D.
        sigma2: covariance of the other.
    """
    first, second = np.asarray(sigma1, np.float64), np.asarray(sigma2, np.float64)
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    between = np.linalg.eigvalsh(root @ second @ root).clip(0)
    apart = np.asarray(mu1, np.float64) - np.asarray(mu2, np.float64)
    total = apart @ apart + np.trace(first) + np.trace(second) - 2 * np.sqrt(between).sum()
    return max(0.0, float(total))
