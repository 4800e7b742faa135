"""Pictures too large to be held as floats: resized some rows at a time.

Rows are first made as narrow as the result, as they come, and of those a band at a time is made as low: as
Pillow does it with a whole picture, so that there is no seam.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.images.modes import unit
from zeuxis.images.resizing import Floats, blended, resample

Shape = tuple[int, int]  # height, width
# From the numbers of the first row and of the one behind the last to their colours, HxWx3, bytes or
# floats, and their cover, HxW, if there is one.
Take = Callable[[int, int], tuple[NDArray[Any], Floats | None]]

LARGE = 16_000_000  # pixels; a smaller picture is resized as a whole
_BYTES = 16e6  # what rows take as they come, and a band before it is made low
_LOBES = 3  # of the Lanczos kernel


def is_large(own: Shape, size: Shape) -> bool:
    """Whether a picture, as it is or as it will be, is too large to be resized as a whole."""
    return min(size) > 0 and max(own[0] * own[1], size[0] * size[1]) >= LARGE


def resize_in_bands(
    take: Take, own: Shape, size: Shape, box: tuple[float, float] | None = None
) -> tuple[NDArray[Any], Floats | None]:
    """What `resize` and `resize_with_alpha` make of a whole picture, up to the rounding of floats.

    Args:
        take: gives rows of the picture; is asked from the top to the bottom.
        own: the height and width of what it gives.
        size: the new height and width.
        box: the height and width of that part, from the top left, that is the picture; None for all.

    Returns:
        Colours and cover. The colours are float32; uint8 if they were and the result is large too.
    """
    colors, cover = take(0, 1)
    is_bytes = colors.dtype == np.uint8 and size[0] * size[1] >= LARGE
    made = np.empty((*size, 3), np.uint8 if is_bytes else np.float32)
    alpha = None if cover is None else np.empty(size, np.float32)
    for top, bottom, planes in _bands(take, own, size, box or own, 3 if cover is None else 7):
        band = np.moveaxis(planes[0, :3], 0, -1)
        if alpha is not None:
            weighted, cover = np.moveaxis(planes[0, 3:6], 0, -1), planes[0, 6]
            band = blended(band, weighted, cover)
            alpha[top:bottom] = cover.clip(0.0, 1.0)
        band = band.clip(0.0, 1.0)
        made[top:bottom] = np.rint(band * 255) if is_bytes else band
    return made, alpha


def _bands(
    take: Take, own: Shape, size: Shape, box: tuple[float, float], channels: int
) -> Iterator[tuple[int, int, Floats]]:
    """Bands of the result, from the top: the first row, the one behind the last, and 1xCxHxW."""
    (rows, columns), (height, width) = own, size
    ratio = box[0] / height  # rows of the picture for one of the result
    reach = _LOBES * max(1.0, ratio) + 1
    at_once = max(1, int(_BYTES // (4 * channels * columns)))
    lower = max(1, int(_BYTES // (4 * channels * width * max(1.0, ratio))))
    narrow, first = np.empty((1, channels, 0, width), np.float32), 0
    for top in range(0, height, lower):
        bottom = min(height, top + lower)
        begin = max(0, math.floor(top * ratio - reach))
        end = min(rows, math.ceil(bottom * ratio + reach))
        seen = first + narrow.shape[2]
        parts = [narrow[:, :, begin - first :]]
        for row in range(seen, end, at_once):
            planes = _planes(*take(row, min(end, row + at_once)))
            where = (0.0, 0.0, float(box[1]), float(planes.shape[2]))
            parts.append(resample(planes, (planes.shape[2], width), where))
        narrow, first = np.concatenate(parts, axis=2), begin
        low = min(bottom * ratio - first, float(narrow.shape[2]))
        where = (0.0, top * ratio - first, float(width), low)
        yield top, bottom, resample(narrow, (bottom - top, width), where)


def _planes(colors: NDArray[Any], cover: Floats | None) -> Floats:
    """1xCxHxW: colours; and where there is a cover, the colours weighted with it, and it."""
    height, width = colors.shape[:2]
    planes = np.empty((1, 3 if cover is None else 7, height, width), np.float32)
    planes[0, :3] = unit(colors).transpose(2, 0, 1)
    if cover is not None:
        np.multiply(planes[0, :3], cover, out=planes[0, 3:6])
        planes[0, 6] = cover
    return planes
