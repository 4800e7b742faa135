"""Broad strokes on large pictures.

A network's strokes are some pixels wide, so on a photo of many pixels they are small, and from afar nothing
is painted. So a large photo is painted twice: as it is, and on a smaller layout. What is coarser than the
layout can show is taken from there, what is finer from the painting of the photo's own size (the
coarse-to-fine of Gatys et al. 2017, section 6, as the sum of two bands, Burt & Adelson 1983).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.images import Size, resize
from zeuxis.images.picture import quantized

Pixels = NDArray[Any]
Floats = NDArray[np.float32]
ROWS = 256  # of the photo that are corrected at a time


def with_broad_strokes(
    pixels: Pixels,
    layout_size: int,
    paint: Callable[..., Pixels],
    progress: Callable[[float], None] | None = None,
) -> Pixels:
    """Paint a picture, with strokes as broad as on one whose longest side has `layout_size` pixels.

    Args:
        pixels: H x W x 3, uint8, or float32 in [0, 1].
        layout_size: longest side, in pixels; a picture that is no larger is painted as it is.
        paint: from such a picture, and `progress`, to its painting.
        progress: is told of the picture itself only: the layout takes little of the time.

    Returns:
        The painting, of the shape and type of `pixels`.
    """
    height, width = pixels.shape[:2]
    if max(height, width) <= layout_size:
        return paint(pixels, progress=progress)
    layout = Size(longest=layout_size).resolve(height, width)
    broad = paint(_shrunk(pixels, layout), progress=None)
    fine = paint(pixels, progress=progress)
    _add(fine, broad, _shrunk(fine, layout))
    return fine


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The same type, smaller; channel by channel, as all of a large picture in floats may be too much."""
    small = np.empty((*size, 3), pixels.dtype)
    for channel in range(3):
        small[..., channel] = _as(resize(_floats(pixels[..., channel]), size), pixels.dtype)
    return small


def _add(pixels: Pixels, wanted: Pixels, present: Pixels) -> None:
    """Add to a picture, in place, what it lacks of another at a smaller size: `wanted` less `present`."""
    height, width = pixels.shape[:2]
    factor = len(wanted) / height
    for channel in range(3):
        change = _floats(wanted[..., channel]) - _floats(present[..., channel])
        plane = Image.fromarray(change)
        for top in range(0, height, ROWS):
            rows = pixels[top : top + ROWS, :, channel]
            box = (0, top * factor, wanted.shape[1], (top + len(rows)) * factor)
            enlarged = plane.resize((width, len(rows)), Image.Resampling.BICUBIC, box)
            rows[:] = _as(np.clip(_floats(rows) + np.asarray(enlarged), 0, 1), pixels.dtype)


def _floats(values: Pixels) -> Floats:
    """Bytes or floats as floats in [0, 1]."""
    whole = np.float32(255 if values.dtype == np.uint8 else 1)
    return np.asarray(values / whole, np.float32)


def _as(values: Floats, dtype: Any) -> Pixels:
    """Floats in [0, 1] as bytes, or as they are."""
    return quantized(values, np.uint8) if dtype == np.uint8 else values
