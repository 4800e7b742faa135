"""Bicubic resizing as papers on super-resolution have it: that of MATLAB's `imresize`.

It is Keys 1981 with a = -1/2. Where a picture becomes smaller the kernel is as many times wider, so that it
averages; beyond the border the picture is mirrored, the outermost pixel included; weights add up to 1.
"""

from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError

Array = TypeVar("Array", NDArray[np.float32], NDArray[np.float64])

_RADIUS = 2  # of the cubic kernel
_BLOCK = 16  # places that are computed at once


def bicubic(array: Array, size: tuple[int, int]) -> Array:
    """A picture at another size.

    Nothing is clipped: at edges, values reach a little beyond those that came in.

    Args:
        array: H x W or H x W x C, float32 or float64.
        size: height and width in pixels.

    Returns:
        The same type of the new size.

    Raises:
        ZeuxisError: if it is no such array, or a side is below 1.
    """
    if array.ndim not in (2, 3) or 0 in array.shape or array.dtype.kind != "f":
        raise ZeuxisError(
            "what is resized are floats of shape H x W or H x W x C, "
            f"but this array is {array.dtype} of shape {array.shape}"
        )
    if min(size) < 1:
        raise ZeuxisError(f"a picture cannot be resized to {size[1]}x{size[0]}: take sides above 0")
    # What shrinks most goes first, as there: the other side is then less work.
    for axis in sorted((0, 1), key=lambda side: size[side] / array.shape[side]):
        array = np.moveaxis(_resized(np.moveaxis(array, axis, 0), size[axis]), 0, axis)
    return np.ascontiguousarray(array)


def cubic(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The kernel, for distances in pixels (Keys 1981, equation 4, with a = -1/2)."""
    x = np.abs(distance)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x <= _RADIUS, far, 0.0))


def _resized(array: NDArray[Any], length: int) -> NDArray[Any]:
    """The first axis at another length: each block of places from the part that it depends on."""
    if len(array) == length:
        return array
    lines = np.ascontiguousarray(array).reshape(len(array), -1)
    result = np.empty((length, lines.shape[1]), array.dtype)
    for number, (first, weights) in enumerate(_blocks(len(array), length, array.dtype)):
        block = result[number * _BLOCK : (number + 1) * _BLOCK]
        np.matmul(weights, lines[first : first + weights.shape[1]], out=block)
    return result.reshape(length, *array.shape[1:])


@lru_cache(maxsize=64)
def _blocks(
    source: int, target: int, kind: np.dtype[Any]
) -> tuple[tuple[int, NDArray[np.floating]], ...]:
    """For each block of places where the part that it depends on begins, and its weights."""
    places, weights = _contributions(source, target)
    blocks = []
    for start in range(0, target, _BLOCK):
        part, values = places[start : start + _BLOCK], weights[start : start + _BLOCK]
        first = int(part.min())
        matrix = np.zeros((len(part), int(part.max()) - first + 1))
        np.add.at(matrix, (np.arange(len(part))[:, None], part - first), values)
        blocks.append((first, matrix.astype(kind)))
    return tuple(blocks)


def _contributions(source: int, target: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What each of `target` places is made of: target x taps, indices from 0 and weights."""
    scale = target / source
    width = max(1.0, 1 / scale)
    at = (np.arange(target) + 0.5) / scale - 0.5
    first = np.floor(at - _RADIUS * width).astype(np.int64)
    index = first[:, None] + np.arange(int(np.ceil(2 * _RADIUS * width)) + 2)
    weights = cubic((at[:, None] - index) / width)
    return _mirrored(index, source), weights / weights.sum(1, keepdims=True)


def _mirrored(index: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Indices beyond 0 to count - 1 brought within: -1 is 0, and count is count - 1."""
    index = index % (2 * count)
    return np.minimum(index, 2 * count - 1 - index)
