"""How far a number would move with other pictures of the same kind (Efron 1979)."""

from collections.abc import Iterator

import numpy as np

from zeuxis.metrics.frechet import Moments, MomentsAccumulator, fid
from zeuxis.metrics.gathering import AT_ONCE, SetFeatures
from zeuxis.metrics.kid import kernel

LEVEL = 0.95  # share of draws inside an interval
FEWEST = 10  # pictures of a side to draw from: of fewer a draw may be one picture again and again
MOST = 2000  # pictures of a side whose kernel is kept, for intervals of the kernel distance

Interval = tuple[float, float]


def interval(value: float, draws: np.ndarray) -> Interval:
    """Where 95% of the draws are, moved so that their mean is the value.

    What is moved away is the bias that drawing twice brings. The bias of the number itself, as that of a
    Fréchet distance of few pictures, is not seen by it.

    Args:
        value: of all pictures.
        draws: the number for each draw.
    """
    low, high = np.quantile(draws - draws.mean(), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return value + float(low), value + float(high)


def means(values: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Means of N values that are drawn N times with replacement, `count` times."""
    draws = np.random.default_rng(seed)
    values = np.asarray(values, np.float64)
    return np.array(
        [values[draws.integers(0, len(values), len(values))].mean() for _ in range(count)]
    )


def fids(made: SetFeatures, real: SetFeatures, count: int, seed: int) -> Iterator[float]:
    """Fréchet distances of pictures drawn with replacement, on both sides.

    Drawn are rows that were kept. Where these are not all, moments stray from those of all by as much less
    as there are more pictures than rows: each side has the noise of its own number of pictures.
    """
    draws = np.random.default_rng(seed)
    for _ in range(count):
        yield fid(*(_strayed(side, draws) for side in (made, real)))


def kids(made: np.ndarray, real: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Kernel distances of rows drawn with replacement, no picture paired with itself.

    Drawn are at most 2,000 rows a side. Where these are not all, weights stray from 1 by as much less as
    there are more: each side has the noise of its own number of rows.
    """
    draws = np.random.default_rng(seed)
    x, y = (
        np.asarray(rows[draws.permutation(len(rows))[:MOST]], np.float64) for rows in (made, real)
    )
    scales = [(len(some) / len(rows)) ** 0.5 for some, rows in ((x, made), (y, real))]
    within = [kernel(rows, rows) for rows in (x, y)]
    for each in within:
        np.fill_diagonal(each, 0)
    between = kernel(x, y)
    found = []
    for _ in range(count):
        a, b = (
            1 + scale * (_times(len(rows), draws) - 1.0)
            for rows, scale in zip((x, y), scales, strict=True)
        )
        own = [w @ k @ w / (w.sum() ** 2 - w @ w) for w, k in zip((a, b), within, strict=True)]
        found.append(sum(own) - 2 * (a @ between @ b) / (a.sum() * b.sum()))
    return np.array(found)


def _strayed(side: SetFeatures, draws: np.random.Generator) -> Moments:
    """Moments of as many pictures as there are, as they may be of others."""
    scale = (len(side.rows) / side.count) ** 0.5
    drawn = _drawn(side.rows, draws)
    if scale == 1:
        return drawn
    kept, own = side.rows.mean(0, dtype=np.float64), side.moments
    # about those of all; a covariance between two others has no negative eigenvalues, as a sum might
    return Moments(
        own.mean + scale * (drawn.mean - kept),
        own.covariance + scale * (drawn.covariance - own.covariance),
    )


def _drawn(rows: np.ndarray, draws: np.random.Generator) -> Moments:
    """Moments of N rows drawn with replacement."""
    times = _times(len(rows), draws)
    moments = MomentsAccumulator()
    for first in range(0, len(rows), AT_ONCE):
        here = slice(first, first + AT_ONCE)
        moments.add(np.repeat(rows[here], times[here], axis=0))
    return moments.moments()


def _times(count: int, draws: np.random.Generator) -> np.ndarray:
    """How often each of so many is drawn, if as many are drawn with replacement."""
    return np.bincount(draws.integers(0, count, count), minlength=count)
