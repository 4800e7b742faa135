"""Where pictures start from: numbers drawn by a seed, the same with and without torch."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError

Floats = NDArray[np.float32]


def draw(seed: int, count: int, latent_dim: int) -> Floats:
    """Latents from the standard normal distribution, count x latent_dim; the first are so for any count.

    Raises:
        ZeuxisError: for no latents, or a seed below 0.
    """
    return next(draw_parts(seed, count, latent_dim, count))


def draw_parts(seed: int, count: int, latent_dim: int, size: int) -> Iterator[Floats]:
    """The same latents, so many at a time.

    Raises:
        ZeuxisError: for no latents, or a seed below 0.
    """
    if count < 1:
        raise ZeuxisError(f"there are to be {count} pictures: ask for 1 or more")
    if seed < 0:
        raise ZeuxisError(f"the seed is {seed}: give 0 or more")
    random = np.random.default_rng(seed)
    for first in range(0, count, size):
        yield random.standard_normal((min(size, count - first), latent_dim), np.float32)


def slerp(start: Floats, end: Floats, t: float) -> Floats:
    """The way from one latent to another along a great circle (White 2016, section 2.1).

    In many dimensions nearly all latents are equally far from 0; what is on the straight line between two of
    them is nearer, where no latent is.

    Args:
        start: latent_dim numbers.
        end: latent_dim numbers.
        t: from 0, at the start, to 1.
    """
    lengths = float(np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(np.clip(float(start @ end) / max(lengths, 1e-12), -1.0, 1.0))
    # of one direction, of opposite ones or none: there is no one circle
    if lengths < 1e-12 or np.sin(angle) < 1e-6:
        return (start + (end - start) * np.float32(t)).astype(np.float32)
    weights = np.sin([(1 - t) * angle, t * angle]) / np.sin(angle)
    found: Floats = (weights[0] * start + weights[1] * end).astype(np.float32)
    return found
