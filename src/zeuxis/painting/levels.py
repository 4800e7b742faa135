"""Coarse to fine: at which sizes a picture is painted, and how it goes from one to the next."""

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import resize

COARSEST = 128  # pixels on the longest side: below, relu5_1 sees only a few positions
SMALLEST = 32  # pixels on the shortest side that every layer of the network can work on


def level_sizes(height: int, width: int, levels: int | None) -> list[tuple[int, int]]:
    """Sizes, coarsest first, each half of the next; the last is the picture's.

    Args:
        height: of the picture, in pixels.
        width: of the picture.
        levels: how many; None for as many as leave the longest side at least COARSEST pixels, and the
            shortest SMALLEST.

    Raises:
        ZeuxisError: if so many levels leave nothing to paint on.
    """
    longest, shortest = max(height, width), min(height, width)
    if levels is None:
        levels = 1
        while longest >= COARSEST * 2**levels and shortest >= SMALLEST * 2**levels:
            levels += 1
    if levels > 1 and shortest < SMALLEST * 2 ** (levels - 1):
        raise ZeuxisError(
            f"{levels} levels are too many for {width}x{height} pixels: the coarsest would have a "
            f"side below {SMALLEST} pixels; ask for fewer"
        )
    return [_shrunk(height, width, 2**k) for k in reversed(range(levels))]


def _shrunk(height: int, width: int, factor: int) -> tuple[int, int]:
    return max(round(height / factor), 1), max(round(width / factor), 1)


def enlarge(painting: np.ndarray, photo: np.ndarray, keep_detail: bool) -> np.ndarray:
    """A painting at the size of a larger photo, where the next level begins.

    What the smaller size could not hold is taken from the photo: with its detail the next level begins
    nearer to its end than with the blur of an enlargement.

    Args:
        painting: 1 x 3 x h x w, values in [0, 1].
        photo: 1 x 3 x H x W, the photo at the next level.
        keep_detail: whether to add the photo's detail; not wanted if the start was not the photo.
    """
    size = (photo.shape[2], photo.shape[3])
    larger = resize(painting, size)
    if keep_detail:
        blurred = resize(resize(photo, (painting.shape[2], painting.shape[3])), size)
        larger = np.clip(larger + photo - blurred, 0.0, 1.0)
    return larger
