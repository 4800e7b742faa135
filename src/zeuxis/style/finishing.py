"""From what the networks painted to the picture: colours, strength, blends and masks, strip by strip.

A picture of 8 bits stays one: what is large is held as bytes, and only a strip of it as floats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, keep_colors, resize
from zeuxis.images.masks import labelled
from zeuxis.images.modes import unit
from zeuxis.images.picture import quantized

ROWS = 256  # of a strip
BLACK = 0.2  # length in RGB up to which the darkest colour of a mask is black
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True, eq=False)
class Layer:
    """A painting over the photo.

    Attributes:
        painted: H x W x 3, uint8 or float32 in [0, 1].
        cover: from 0 to 1, how much of it covers the photo.
        area: H x W, uint8, where it does; None for everywhere.
    """

    painted: NDArray[Any]
    cover: float
    area: NDArray[np.uint8] | None = None


def composed(photo: NDArray[Any], layers: Sequence[Layer], keep: bool) -> NDArray[Any]:
    """The layers over the photo; the first layer's array is written to.

    Args:
        photo: H x W x 3, uint8 or float32 in [0, 1].
        layers: one or more, of the same size and type; their covers add up to 1 at most.
        keep: whether the photo's colours are kept, and only lightness is painted.

    Returns:
        H x W x 3, of the photo's type.
    """
    only = layers[0]
    if len(layers) == 1 and only.cover == 1 and only.area is None and not keep:
        return only.painted
    out = only.painted
    for top in range(0, len(photo), ROWS):
        strip = slice(top, top + ROWS)
        base = unit(photo[strip])
        mixed = base.copy()
        for layer in layers:
            painted = unit(layer.painted[strip])
            if keep:
                painted = keep_colors(painted, base)
            cover: Any = np.float32(layer.cover)
            if layer.area is not None:
                cover = cover * unit(layer.area[strip])[..., None]
            mixed += cover * (painted - base)
        out[strip] = quantized(mixed, np.uint8) if out.dtype == np.uint8 else mixed.clip(0.0, 1.0)
    return out


def areas(mask: Picture, count: int, size: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """Where each of `count` styles paints, H x W each.

    For one style that is where the mask is white; in between it is half painted. For more, each colour of the
    mask is a region of one, from dark to light, and black stays the photo if there is one colour too many.

    Raises:
        ZeuxisError: when colours and styles do not match.
    """
    if count == 1:
        return [_bytes(mask.pixels @ LUMA, size)]
    labels, colors = labelled(mask)
    regions = list(range(len(colors)))
    if len(colors) == count + 1 and np.linalg.norm(colors[0]) <= BLACK:
        regions = regions[1:]
    if len(regions) != count:
        raise ZeuxisError(
            f"the mask has {len(colors)} colours and there are {count} styles: give one style for each "
            "colour; black may be left to the photo"
        )
    return [_bytes((labels == region).astype(np.float32), size) for region in regions]


def _bytes(area: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.uint8]:
    return quantized(resize(area, size), np.uint8)
