"""Between pictures as they lie in memory, H x W x 3, and what networks take, 1 x 3 x rows x columns.

A picture is continued beyond its borders as it is cut into strips, so that no second copy of all of it
is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError
from zeuxis.runtime.plan import Borders

Pixels = NDArray[Any]
Floats = NDArray[np.float32]


def check(pixels: Pixels) -> None:
    """Refuse what is no picture.

    Raises:
        ZeuxisError: if it is not H x W x 3 with at least one pixel, uint8 or float32.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ZeuxisError(f"a picture needs HxWx3 values, but this one has shape {pixels.shape}")
    if pixels.dtype not in (np.uint8, np.float32):
        raise ZeuxisError(f"a picture needs uint8 or float32 values, but these are {pixels.dtype}")


@dataclass(frozen=True)
class Continued:
    """A picture that goes on beyond its borders.

    Attributes:
        pixels: H x W x 3, uint8 or float32 in [0, 1].
        borders: how it goes on.
    """

    pixels: Pixels
    borders: Borders

    @property
    def height(self) -> int:
        """Rows, those beyond the borders included."""
        return _continued(self.pixels.shape[0], self.borders)

    @property
    def width(self) -> int:
        """Columns, those beyond the borders included."""
        return _continued(self.pixels.shape[1], self.borders)

    def strip(self, first: int, last: int) -> Floats:
        """Its rows from `first` to before `last`: 1 x 3 x rows x columns in [0, 1]."""
        height, width = self.pixels.shape[:2]
        margin = self.borders.margin
        rows = self._source(np.arange(first, last) - margin, height)
        columns = self._source(np.arange(self.width) - margin, width)
        strip = np.empty((1, 3, last - first, self.width), np.float32)
        inner = strip[0, :, :, margin : margin + width]
        inner[...] = self.pixels[rows].transpose(2, 0, 1)
        if self.pixels.dtype == np.uint8:
            inner /= 255
        beyond = np.r_[:margin, margin + width : self.width]
        strip[..., beyond] = strip[..., columns[beyond] + margin]
        return strip

    def _source(self, index: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        """Where in `count` rows or columns of the picture those beyond it come from."""
        limit = self.borders.reflected_above
        if limit is not None and min(self.pixels.shape[:2]) > limit:
            index = np.abs(index)
            index = count - 1 - np.abs(count - 1 - index)
        return np.clip(index, 0, count - 1)


def put(strip: Floats, first: int, result: Pixels, offset: int) -> None:
    """Put what was painted where it belongs; what is beyond the picture is dropped.

    Args:
        strip: 1 x 3 x rows x columns in [0, 1].
        first: its first row in the painting.
        result: H x W x 3, uint8 or float32.
        offset: where in the painting, down and across, `result` begins.
    """
    height, width = result.shape[:2]
    first -= offset
    top, bottom = max(first, 0), min(first + strip.shape[2], height)
    if bottom <= top:
        return
    own = strip[0, :, top - first : bottom - first, offset : offset + width]
    if result.dtype == np.uint8:
        own = own * np.float32(255)
        np.clip(np.rint(own, out=own), 0, 255, out=own)
    for channel, values in enumerate(own):  # one after the other: NumPy is twice as fast so
        result[top:bottom, :, channel] = values


def _continued(side: int, borders: Borders) -> int:
    side = max(side, borders.least)
    return side + -side % borders.multiple + 2 * borders.margin
