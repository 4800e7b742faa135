"""Pictures side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.images import Picture

GAP = 2  # white pixels between pictures


def tiled(pictures: Sequence[NDArray[np.uint8]], columns: int | None = None) -> Picture:
    """One picture of many.

    Args:
        pictures: at least one, all H x W x C of one size, C = 1 or 3.
        columns: pictures of a row; None for about as many as rows.
    """
    columns = min(len(pictures), columns or math.ceil(math.sqrt(len(pictures))))
    rows = math.ceil(len(pictures) / columns)
    height, width = pictures[0].shape[:2]
    sheet = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3), 255, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // columns * (height + GAP), number % columns * (width + GAP)
        sheet[top : top + height, left : left + width] = picture
    return Picture.from_array(sheet)


def stacked(rows: Sequence[NDArray[Any]]) -> Picture:
    """Rows of pictures one below the other; what is left of the shorter ones is white.

    Args:
        rows: at least one, each H x W x 3, floats in [0, 1].
    """
    width = max(row.shape[1] for row in rows)
    wide = [
        np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=1) for row in rows
    ]
    return Picture.from_array(np.concatenate(wide))
