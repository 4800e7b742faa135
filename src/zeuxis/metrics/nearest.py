"""Which pictures are the nearest, and how near: has a generator learned pictures by heart?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK, MOST = 16_000_000, 1024  # squared distances at a time, 64 MB, and rows
PROBES = 2000  # real pictures whose own neighbours are looked for


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest of other pictures, for each of N.

    Attributes:
        numbers: rows of the others, N x K, the nearest first.
        distances: N x K, Euclidean, between features; 0 for a copy.
    """

    numbers: NDArray[np.int64]
    distances: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Copies:
    """How near made pictures are to real ones, beside how near these are to one another.

    Attributes:
        nearest: real pictures for each made one.
        usual: distances of some real pictures from the nearest other one, sorted.
    """

    nearest: Nearest
    usual: NDArray[np.float32]

    @property
    def ranks(self) -> NDArray[np.float64]:
        """For each made picture, the share of real ones that have a nearer neighbour than it has, 0 to 1.

        Of pictures as the real ones the ranks are spread evenly; those of copies are 0.
        """
        distances = self.nearest.distances[:, 0]
        found: NDArray[np.float64] = np.searchsorted(self.usual, distances) / len(self.usual)
        return found

    @property
    def suspicious(self) -> float:
        """The share of made pictures nearer to a real one than 99% of real ones are; 0.01 if by chance."""
        return float((self.ranks < 0.01).mean())


def copies(made: np.ndarray, real: np.ndarray, count: int) -> Copies:
    """The nearest real pictures of each made one, and how near real ones are to one another.

    Args:
        made: features, N x D.
        real: features, M x D, M > count.
        count: neighbours of each made picture.
    """
    probes = np.linspace(0, len(real) - 1, min(PROBES, len(real))).round().astype(np.int64)
    two = nearest(real[probes], real, 2)
    # of exact copies either may come first
    others = np.where(two.numbers[:, 0] == probes, two.distances[:, 1], two.distances[:, 0])
    return Copies(nearest(made, real, count), np.sort(others))


def nearest(rows: np.ndarray, others: np.ndarray, count: int) -> Nearest:
    """The nearest among others for each row, in blocks of bounded memory.

    They are found by products, which is fast; the distances of those found are of differences, in float64,
    so that a copy is at 0 and not at what rounding leaves.

    Args:
        rows: N x D.
        others: M x D.
        count: K, at most M.
    """
    centre = others.mean(0, dtype=np.float64).astype(np.float32)
    others = others - centre
    lengths = np.einsum("nd,nd->n", others, others)
    numbers = np.empty((len(rows), count), np.int64)
    distances = np.empty((len(rows), count), np.float32)
    size = min(MOST, max(1, BLOCK // len(others)))
    for first in range(0, len(rows), size):
        here = slice(first, first + size)
        part = rows[here] - centre
        order = lengths - 2 * (part @ others.T)
        found = np.argpartition(order, count - 1, axis=1)[:, :count]
        gaps = others[found].astype(np.float64) - part[:, None]
        exact = np.sqrt(np.einsum("nkd,nkd->nk", gaps, gaps))
        sorting = np.argsort(exact, axis=1)
        numbers[here] = np.take_along_axis(found, sorting, 1)
        distances[here] = np.take_along_axis(exact, sorting, 1)
    return Nearest(numbers, distances)
