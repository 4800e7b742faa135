"""Many pictures as one, to be looked at."""

import numpy as np
from numpy.typing import NDArray

from zeuxis.data import tiled
from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture

Bytes = NDArray[np.uint8]
SIDE = 64  # pixels: what is smaller is enlarged
LARGEST = 200_000_000  # pixels of a sheet, as of the largest picture that is read


def sheet(pictures: Bytes, columns: int | None = None, scale: int | None = None) -> Picture:
    """One picture of many, the small ones enlarged.

    Args:
        pictures: N x H x W x C, C = 1 or 3, N at least 1.
        columns: pictures of a row; None for about as many as rows.
        scale: pixels of the sheet for one of a picture; None for a shorter side of 64 at least.
    """
    return tiled(list(enlarged(pictures, scale)), columns)


def check_sheet(
    count: int, height: int, width: int, instead: str = "", scale: int | None = None
) -> None:
    """Refuse a sheet that is too large, before its pictures are made.

    Args:
        count: of pictures.
        height: of each, before it is enlarged.
        width: of each.
        instead: what else to do than to ask for fewer, as `, or ...`.
        scale: as for `sheet`.

    Raises:
        ZeuxisError: if it would be larger than 200 megapixels.
    """
    scale = scale or scale_for(height, width)
    most = LARGEST // (height * width * scale**2)
    if count > most:
        raise ZeuxisError(
            f"a sheet holds {most:,} pictures of {width}x{height} at most, not {count:,}: ask for "
            f"fewer{instead}"
        )


def enlarged(pictures: Bytes, scale: int | None = None) -> Bytes:
    """Every pixel `scale` times as wide and high, N x H x W x C; None for a shorter side of 64 at least."""
    scale = scale or scale_for(*pictures.shape[1:3])
    return pictures.repeat(scale, 1).repeat(scale, 2)


def scale_for(height: int, width: int, side: int = SIDE) -> int:
    """How many times as large a picture has to be for its shorter side to have so many pixels at least."""
    return -(-side // min(height, width))
