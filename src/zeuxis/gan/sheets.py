"""Many pictures as one, to be looked at."""

import numpy as np
from numpy.typing import NDArray

from zeuxis.data import tiled
from zeuxis.images import Picture

Bytes = NDArray[np.uint8]
SIDE = 64  # pixels: what is smaller is enlarged


def sheet(pictures: Bytes, columns: int | None = None, scale: int | None = None) -> Picture:
    """One picture of many, the small ones enlarged.

    Args:
        pictures: N x H x W x C, C = 1 or 3, N at least 1.
        columns: pictures of a row; None for about as many as rows.
        scale: pixels of the sheet for one of a picture; None for a shorter side of 64 at least.
    """
    return tiled(list(enlarged(pictures, scale)), columns)


def enlarged(pictures: Bytes, scale: int | None = None) -> Bytes:
    """Every pixel `scale` times as wide and high, N x H x W x C; None for a shorter side of 64 at least."""
    scale = scale or -(-SIDE // min(pictures.shape[1:3]))
    return pictures.repeat(scale, 1).repeat(scale, 2)
