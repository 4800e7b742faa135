"""From what a network makes of a picture to the size that was asked for, in bands of rows.

A network makes two, four or eight times the sides. For a size in between it makes more than that, which is
then made smaller; no more of it is ever held than a band.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.images.modes import unit
from zeuxis.images.picture import quantized
from zeuxis.upscaling.gallery import Enlarges, Progress

Pixels = NDArray[Any]
Floats = NDArray[np.float32]

LOBES = 3  # of the Lanczos kernel
BAND_BYTES = 64e6  # what the enlargement of a band takes at least
ROWS = 256  # that are made grey at a time


@dataclass(frozen=True)
class _Band:
    """Rows of the result, and what they are made of.

    Attributes:
        top, bottom: rows of the result.
        first, last: rows of the photo that the network sees for them.
        box: where the band's own are in the enlargement of those, in its rows.
    """

    top: int
    bottom: int
    first: int
    last: int
    box: tuple[float, float]


def enlarged(
    pixels: Pixels,
    network: Enlarges,
    size: tuple[int, int],
    *,
    threads: int | None,
    max_memory: float,
    progress: Progress | None,
) -> Pixels:
    """A picture enlarged to a size that the network's scale reaches.

    Args:
        pixels: H x W x 3, sRGB: uint8, or float32 in [0, 1].
        network: what enlarges.
        size: height and width.
        threads: how many to compute with.
        max_memory: bytes that the process should not go over.
        progress: called with the share that is done, in (0, 1].

    Returns:
        Pixels of that size, of the type of `pixels`: band by band what the whole would be, up to rounding.
    """
    height, width = pixels.shape[:2]
    if size == (network.scale * height, network.scale * width):
        return network.enlarge(pixels, threads=threads, max_memory=max_memory, progress=progress)
    result = np.empty((*size, 3), pixels.dtype)
    left = max_memory - result.nbytes - pixels.nbytes
    for band in _bands(pixels, network, size[0], max(BAND_BYTES, left / 3)):

        def tell(share: float, band: _Band = band) -> None:
            if progress is not None:
                progress((band.top + share * (band.bottom - band.top)) / size[0])

        made = network.enlarge(
            pixels[band.first : band.last], threads=threads, max_memory=left, progress=tell
        )
        _shrink(made, band.box, result[band.top : band.bottom])
    return result


def is_grey(pixels: Pixels) -> bool:
    """Whether a picture has no colour at all."""
    first = pixels[..., 0]
    return all(np.array_equal(first, pixels[..., channel]) for channel in (1, 2))


def make_grey(pixels: Pixels) -> None:
    """Take the colour out that a network has put into a picture that had none; `pixels` is written to."""
    for top in range(0, len(pixels), ROWS):
        strip = pixels[top : top + ROWS]
        mean = strip.mean(axis=2, dtype=np.float32)
        strip[...] = (np.rint(mean) if strip.dtype == np.uint8 else mean)[..., None]


def filled(colors: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Colours where nothing is seen replaced by seen ones nearby, lest a network mixes them into its edges.

    The nearest are found as Gortler et al. 1996 (The Lumigraph, section 3.4) do: halved until all is seen,
    and back.

    Args:
        colors: H x W x 3.
        seen: H x W.
    """
    height, width = seen.shape
    if seen.all() or not seen.any():
        return colors
    even = ((0, height % 2), (0, width % 2))
    weight = _quarters(np.pad(seen, even).astype(np.float32)[..., None])
    total = _quarters(np.pad(colors * seen[..., None], (*even, (0, 0))))
    total /= np.maximum(weight, 1.0)
    small = filled(total, weight[..., 0] > 0)
    large = small.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    return np.where(seen[..., None], colors, large)


def _quarters(values: Floats) -> Floats:
    """The sums of two by two: H/2 x W/2 x C."""
    height, width, channels = values.shape
    blocks = values.reshape(height // 2, 2, width // 2, 2, channels)
    found: Floats = blocks.sum(axis=(1, 3))
    return found


def _bands(pixels: Pixels, network: Enlarges, height: int, room: float) -> Iterator[_Band]:
    """A result of `height` rows in bands, each of whose enlargement takes so much room."""
    scale, rows = network.scale, pixels.shape[0]
    ratio = scale * rows / height  # rows of the enlargement for one of the result
    reach = math.ceil(LOBES * max(1.0, ratio) / scale) + network.margin  # rows of the photo
    # The enlargement of a row, and one channel of it as floats, twice.
    each = scale**2 * pixels.shape[1] * (3 * pixels.itemsize + 8)
    own = max(network.margin, 1, int(room // each) - 2 * reach)
    count = -(-rows // own)
    for number in range(count):
        top, bottom = height * number // count, height * (number + 1) // count
        if top == bottom:
            continue
        first = max(0, math.floor(top * ratio / scale) - reach)
        last = min(rows, math.ceil(bottom * ratio / scale) + reach)
        box = top * ratio - first * scale, min(bottom * ratio, scale * rows) - first * scale
        yield _Band(top, bottom, first, last, box)


def _shrink(made: Pixels, box: tuple[float, float], result: Pixels) -> None:
    """Bring rows of an enlargement to a part of the result, antialiased as `zeuxis.images.resize` does."""
    height, width = result.shape[:2]
    for channel in range(3):
        plane = Image.fromarray(np.ascontiguousarray(unit(made[..., channel])))
        where = (0.0, box[0], float(made.shape[1]), min(box[1], float(made.shape[0])))
        small = np.asarray(plane.resize((width, height), Image.Resampling.LANCZOS, box=where))
        is_bytes = result.dtype == np.uint8
        result[..., channel] = quantized(small, np.uint8) if is_bytes else small.clip(0.0, 1.0)
