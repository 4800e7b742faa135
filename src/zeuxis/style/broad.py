"""Broad strokes on large pictures.

A network's strokes are some pixels wide, so on a photo of many pixels they are small, and from afar nothing
is painted. So a large photo is painted twice: as it is, and on a smaller layout, whose strokes are as broad
as those of a photo of that size. What is coarser than the layout can show comes from the layout, what is
finer from the photo's own size (as Gatys et al. 2017, section 6, lay broad strokes first; here both are one
sum, the bands of a pyramid).
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
        progress: is told of the picture itself only: its layout takes little of the time.

    Returns:
        The painting, of the shape and type of `pixels`.
    """
    height, width = pixels.shape[:2]
    if max(height, width) <= layout_size:
        return paint(pixels, progress=progress)
    layout = Size(longest=layout_size).resolve(height, width)
    broad = paint(_shrunk(pixels, layout), progress=None)
    fine = paint(pixels, progress=progress)
    _add(fine, broad - _shrunk(fine, layout))
    return fine


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> Floats:
    """In [0, 1]; channel by channel, as all of a large picture in floats may be too much."""
    whole = 255.0 if pixels.dtype == np.uint8 else 1.0
    planes = [resize(pixels[..., channel] / np.float32(whole), size) for channel in range(3)]
    return np.stack(planes, axis=2)


def _add(pixels: Pixels, change: Floats) -> None:
    """Add a change, enlarged to the size of the picture, to it."""
    height, width = pixels.shape[:2]
    planes = [Image.fromarray(np.ascontiguousarray(change[..., channel])) for channel in range(3)]
    for top in range(0, height, ROWS):
        rows = pixels[top : top + ROWS]
        size = width, len(rows)
        factor = change.shape[0] / height
        box = (0, top * factor, change.shape[1], (top + len(rows)) * factor)
        for channel, plane in enumerate(planes):
            here = np.asarray(plane.resize(size, Image.Resampling.BICUBIC, box))
            if pixels.dtype == np.uint8:
                rows[..., channel] = quantized(
                    rows[..., channel] / np.float32(255) + here, np.uint8
                )
            else:
                rows[..., channel] = np.clip(rows[..., channel] + here, 0, 1)
