"""Do made pictures lie where real ones do, and the other way round? By nearest neighbours among features."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zeuxis.errors import ZeuxisError

NEAREST = 3  # neighbours that a ball of precision and recall reaches to (Kynkaanniemi et al. 2019)
DENSE = 5  # of density and coverage (Naeem et al. 2020)
BLOCK = 16_000_000  # distances at a time: 64 MB
OTHERS = 4096  # rows at a time that others are measured from


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """Balls around pictures, and who is in them; the metrics are means, kept apart for each picture.

    Attributes:
        in_real: for each made picture, whether any real one's ball to its 3rd neighbour holds it.
        in_made: for each real picture, whether any made one's ball to its 3rd neighbour holds it.
        crowds: for each made picture, how many real ones' balls to their 5th neighbour hold it, over 5.
        covered: for each real picture, whether its ball to its 5th neighbour holds a made one.
    """

    in_real: np.ndarray
    in_made: np.ndarray
    crowds: np.ndarray
    covered: np.ndarray

    @property
    def precision(self) -> float:
        """How many made pictures look real, 0 to 1 (Kynkaanniemi et al. 2019, equation 2)."""
        return float(self.in_real.mean())

    @property
    def recall(self) -> float:
        """How many real pictures could have been made, 0 to 1 (the same, with the sides swapped)."""
        return float(self.in_made.mean())

    @property
    def density(self) -> float:
        """How crowded with real ones the places of made pictures are (Naeem et al. 2020, equation 3).

        1 for pictures of one kind; above where the made ones keep to where real ones are many.
        """
        return float(self.crowds.mean())

    @property
    def coverage(self) -> float:
        """How many real pictures have a made one nearby, 0 to 1 (Naeem et al. 2020, equation 4)."""
        return float(self.covered.mean())


def neighbourhoods(
    made: np.ndarray, real: np.ndarray, *, nearest: int = NEAREST, dense: int = DENSE
) -> Neighbourhoods:
    """Precision, recall, density and coverage of made pictures, in blocks of bounded memory.

    Args:
        made: features, N x D.
        real: features, M x D.
        nearest: how many neighbours a ball of precision and recall reaches to.
        dense: the same, of density and coverage.

    Raises:
        ZeuxisError: a side has no more pictures than neighbours are asked for.
    """
    least = min(len(made), len(real))
    if least <= max(nearest, dense):
        raise ZeuxisError(
            f"a ball to the {max(nearest, dense)}th neighbour needs {max(nearest, dense) + 1} pictures on "
            f"either side, but there are {least}"
        )
    centre = real.mean(0, dtype=np.float64).astype(np.float32)
    near, far = _radii(real, centre, nearest, dense)
    (own,) = _radii(made, centre, nearest)
    in_made, covered = np.zeros(len(real), bool), np.zeros(len(real), bool)
    in_real, crowds = np.zeros(len(made), bool), np.zeros(len(made))
    for here, squares in _squares(made, real, centre):
        in_real[here] = (squares <= near).any(1)
        crowds[here] = (squares <= far).sum(1) / dense
        in_made |= (squares <= own[here, None]).any(0)
        covered |= (squares <= far).any(0)
    return Neighbourhoods(in_real, in_made, crowds, covered)


def _radii(rows: np.ndarray, centre: np.ndarray, *neighbours: int) -> list[np.ndarray]:
    """Squared distances of each row from its k-th neighbour, for each k; it is no neighbour of itself."""
    found = np.empty((len(neighbours), len(rows)), np.float32)
    for here, squares in _squares(rows, rows, centre):
        squares[np.arange(len(squares)), np.arange(here.start, here.stop)] = -1  # first in order
        squares.partition(neighbours, axis=1)
        found[:, here] = squares[:, neighbours].T
    return list(found)


def _squares(
    first: np.ndarray, second: np.ndarray, centre: np.ndarray
) -> Iterator[tuple[slice, np.ndarray]]:
    """Squared distances of some rows from all the others, and which rows they are.

    They are measured from a place in their middle: small numbers leave small errors.
    """
    for here in _parts(len(first), max(1, BLOCK // len(second))):
        rows = first[here] - centre
        squares = np.empty((len(rows), len(second)), np.float32)
        for there in _parts(len(second), OTHERS):
            others = second[there] - centre
            np.matmul(rows, -2 * others.T, out=squares[:, there])
            squares[:, there] += np.einsum("nd,nd->n", others, others)
        squares += np.einsum("nd,nd->n", rows, rows)[:, None]
        yield here, squares


def _parts(count: int, size: int) -> Iterator[slice]:
    for first in range(0, count, size):
        yield slice(first, min(first + size, count))
