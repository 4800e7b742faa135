"""The kernel distance (Binkowski et al. 2018): it has no bias, so that few pictures do."""

from dataclasses import dataclass

import numpy as np

from zeuxis.errors import ZeuxisError

BLOCKS, SIZE = 100, 1000  # as most report it


@dataclass(frozen=True)
class KernelDistance:
    """What `kid` finds.

    Attributes:
        mean: over the blocks; about 0 for pictures of one kind, and sometimes below.
        std: over the blocks; None where these are no samples: if there is only one, or if all of them have
            the same pictures on a side, for want of others.
        size: pictures of a block, on either side.
        blocks: how many there were.
    """

    mean: float
    std: float | None
    size: int
    blocks: int


def kid(
    made: np.ndarray, real: np.ndarray, *, blocks: int = BLOCKS, size: int = SIZE, seed: int = 0
) -> KernelDistance:
    """Squared maximum mean discrepancy with the kernel (x.y / D + 1)^3, unbiased, over random blocks.

    In float64. A block is drawn without replacement; where a side has no more pictures than a block, all of
    these are in each block, and where both have as many, there is one block, of all of them.

    Args:
        made: features, N x D.
        real: features, M x D.
        blocks: how many blocks to take the mean of.
        size: pictures of a block; at most N and M.
        seed: of the draws.

    Raises:
        ZeuxisError: there are fewer than two on a side.
    """
    size = min(size, len(made), len(real))
    if size < 2:
        raise ZeuxisError(f"a kernel distance is of two pictures at least, not of {size}")
    if len(made) == len(real) == size:
        return KernelDistance(mmd(made, real), None, size, 1)
    draws = np.random.default_rng(seed)
    found = [
        mmd(*(rows[draws.choice(len(rows), size, replace=False)] for rows in (made, real)))
        for _ in range(blocks)
    ]
    sampled = size < min(len(made), len(real)) and blocks > 1
    return KernelDistance(
        float(np.mean(found)), float(np.std(found)) if sampled else None, size, blocks
    )


def mmd(made: np.ndarray, real: np.ndarray) -> float:
    """Binkowski et al. 2018, equation 4, with the kernel of section 4: unbiased.

    E k(x, x') + E k(y, y') - 2 E k(x, y), no picture paired with itself.

    Args:
        made: features, N x D, N > 1.
        real: features, M x D, M > 1.
    """
    x, y = np.asarray(made, np.float64), np.asarray(real, np.float64)
    return _within(x) + _within(y) - 2 * float(kernel(x, y).mean())


def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(x.y / D + 1)^3 for each pair: N x M."""
    cubes: np.ndarray = (x @ y.T / x.shape[1] + 1) ** 3
    return cubes


def _within(x: np.ndarray) -> float:
    """Mean of the kernel over pairs of different rows."""
    cubes = kernel(x, x)
    count = len(x)
    return float((cubes.sum() - np.trace(cubes)) / (count * (count - 1)))
