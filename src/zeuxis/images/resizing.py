"""Resampling, antialiased."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.errors import ZeuxisError

Floats = NDArray[np.float32]

# Below half an 8-bit step of cover a colour cannot be told from premultiplied values.
_FAINT = 0.5 / 255


def resize(array: NDArray[Any], size: tuple[int, int]) -> Floats:
    """Resample with a three-lobed Lanczos kernel, widened when shrinking so that nothing aliases.

    Args:
        array: HxW, HxWxC or NxCxHxW, floats in [0, 1].
        size: the new (height, width), in pixels.

    Returns:
        float32 in the same layout, clipped to [0, 1]; a new array, equal to the old one (clipped)
        where the size is the same.

    Raises:
        ZeuxisError: ``array`` has another number of axes, is empty, or ``size`` is below 1x1.
    """
    return np.clip(resample(array, size), 0.0, 1.0)


def resize_with_alpha(
    pixels: Floats, alpha: Floats, size: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Resample colour HxWx3 and cover HxW together, so that unseen colours do not bleed.

    Colours are weighted with their cover (premultiplied) before they are mixed. Where nothing is
    covered, the hidden colours are resampled on their own.
    """
    cover = resample(alpha, size)
    weighted = resample(pixels * alpha[..., None], size)
    mixed = blended(resample(pixels, size), weighted, cover)
    return np.clip(mixed, 0.0, 1.0), np.clip(cover, 0.0, 1.0)


def blended(plain: Floats, weighted: Floats, cover: Floats) -> Floats:
    """Colours, resampled, from those weighted with their cover; the plain ones where nothing is covered.

    Args:
        plain: HxWx3.
        weighted: HxWx3, the same times the cover, before they were resampled.
        cover: HxW.
    """
    cover = cover[..., None]
    seen = cover > _FAINT
    mixed: Floats = np.where(seen, weighted / np.where(seen, cover, 1.0), plain)
    return mixed


def resample(
    array: NDArray[Any], size: tuple[int, int], box: tuple[float, float, float, float] | None = None
) -> Floats:
    """`resize` before clipping: Lanczos overshoots at edges.

    Args:
        array: as `resize` takes it.
        size: as `resize` takes it.
        box: left, top, right and bottom of the part that is resampled; what is beyond it is seen
            where the kernel reaches there. None for all.
    """
    array = np.asarray(array, dtype=np.float32)
    height, width = size
    if height < 1 or width < 1:
        raise ZeuxisError(f"cannot resize to {width}x{height} pixels; give at least 1x1")
    if array.ndim not in (2, 3, 4) or array.size == 0:
        raise ZeuxisError(
            f"cannot resize an array of shape {array.shape}; give HxW, HxWxC or NxCxHxW"
        )
    planes = np.moveaxis(array, -1, 0) if array.ndim == 3 else array
    if box is None and planes.shape[-2:] == (height, width):
        return array
    flat = planes.reshape(-1, *planes.shape[-2:])
    out = np.empty((len(flat), height, width), dtype=np.float32)
    for plane, result in zip(flat, out, strict=True):
        image = Image.fromarray(np.ascontiguousarray(plane))
        result[:] = np.asarray(image.resize((width, height), Image.Resampling.LANCZOS, box))
    resized = out.reshape(*planes.shape[:-2], height, width)
    return np.ascontiguousarray(np.moveaxis(resized, 0, -1)) if array.ndim == 3 else resized
