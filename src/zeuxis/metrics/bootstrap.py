"""How far a number would move with other pictures of the same kind (Efron 1979)."""

from collections.abc import Iterator

import numpy as np

from zeuxis.metrics.frechet import Moments, MomentsAccumulator, fid
from zeuxis.metrics.gathering import AT_ONCE
from zeuxis.metrics.kid import kernel

LEVEL = 0.95  # share of draws inside an interval
MOST = 2000  # pictures of a side whose kernel is kept, for intervals of the kernel distance

Interval = tuple[float, float]


def interval(value: float, draws: np.ndarray, *, scale: float = 1.0) -> Interval:
    """Where 95% of the draws are, moved so that their mean is the value.

    What is moved away is the bias that drawing twice brings. The bias of the number itself, as that of a
    Fréchet distance of few pictures, is not seen by it.

    Args:
        value: of all pictures.
        draws: the number for each draw.
        scale: what the width is multiplied by, where draws were of fewer pictures than the value.
    """
    low, high = np.quantile(draws - draws.mean(), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return value + scale * float(low), value + scale * float(high)


def means(values: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Means of N values that are drawn N times with replacement, `count` times."""
    draws = np.random.default_rng(seed)
    values = np.asarray(values, np.float64)
    return np.array(
        [values[draws.integers(0, len(values), len(values))].mean() for _ in range(count)]
    )


def fids(made: np.ndarray, real: np.ndarray, count: int, seed: int) -> Iterator[float]:
    """Fréchet distances of rows drawn with replacement, on both sides."""
    draws = np.random.default_rng(seed)
    for _ in range(count):
        yield fid(*(_drawn(rows, draws) for rows in (made, real)))


def kids(made: np.ndarray, real: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, float]:
    """Kernel distances of rows drawn with replacement, no picture paired with itself.

    Returns:
        the draws, of at most 2,000 pictures a side, and the scale that makes them draws of all.
    """
    draws = np.random.default_rng(seed)
    x, y = (
        np.asarray(rows[draws.permutation(len(rows))[:MOST]], np.float64) for rows in (made, real)
    )
    scale = np.sqrt(min(len(x), len(y)) / min(len(made), len(real)))
    within = [kernel(rows, rows) for rows in (x, y)]
    for each in within:
        np.fill_diagonal(each, 0)
    between = kernel(x, y)
    found = []
    for _ in range(count):
        a, b = (
            np.bincount(draws.integers(0, len(rows), len(rows)), minlength=len(rows)) * 1.0
            for rows in (x, y)
        )
        own = [w @ k @ w / (w.sum() ** 2 - w @ w) for w, k in zip((a, b), within, strict=True)]
        found.append(sum(own) - 2 * (a @ between @ b) / (a.sum() * b.sum()))
    return np.array(found), float(scale)


def _drawn(rows: np.ndarray, draws: np.random.Generator) -> Moments:
    """Moments of N rows drawn with replacement."""
    times = np.bincount(draws.integers(0, len(rows), len(rows)), minlength=len(rows))
    moments = MomentsAccumulator()
    for first in range(0, len(rows), AT_ONCE):
        here = slice(first, first + AT_ONCE)
        moments.add(np.repeat(rows[here], times[here], axis=0))
    return moments.moments()
