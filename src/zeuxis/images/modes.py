"""Pillow's many modes, taken apart into sRGB colour and cover."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import profiles

Floats = NDArray[np.float32]

_WITH_ALPHA = ("RGBA", "RGBa", "LA", "La", "PA")
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")


def unit(array: NDArray[Any]) -> Floats:
    """Integers over their type's range, floats as they are, as float32 in [0, 1]."""
    if array.dtype.kind in "fb":
        values: Floats = np.nan_to_num(array.astype(np.float32))
        return values.clip(0.0, 1.0)
    top = np.iinfo(array.dtype).max
    if array.dtype.itemsize > 2:  # more than a float32 holds, so the division is done in double
        return (array / top).clip(0.0).astype(np.float32)
    values = array.astype(np.float32)
    values /= np.float32(top)
    return values.clip(0.0) if array.dtype.kind == "i" else values


def is_deep(image: Image.Image) -> bool:
    """Whether an image holds more than 8 bits a channel."""
    return image.mode in _DEEP


def split(image: Image.Image) -> tuple[Floats | NDArray[np.uint8], Floats | None]:
    """The sRGB colours HxWx3 and the cover HxW (None when there is none) of an image of any mode.

    The colours are uint8 where the image holds no more than that.

    Mode ``I`` is taken as 16 bits in 32, as Pillow makes it, and mode ``F`` as values in [0, 1].

    Raises:
        ZeuxisError: the mode is one we do not know (Lab, HSV).
    """
    if is_deep(image):
        array = np.asarray(image)
        if image.mode == "I":
            array = np.clip(array, 0, 65535).astype(np.uint16)
        return np.repeat(unit(array)[..., None], 3, axis=2), None
    image, alpha = _without_alpha(image)
    profile = image.info.get("icc_profile")
    image = profiles.image_to_srgb(image, profile) if profile else image.convert("RGB")
    return np.asarray(image), alpha


def _without_alpha(image: Image.Image) -> tuple[Image.Image, Floats | None]:
    """An image of mode L, RGB or CMYK, and its cover."""
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        full = image.convert("RGBA")
        plain = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
        colors = full.convert("RGB").convert(plain)
        return colors, unit(np.asarray(full.getchannel("A")))
    plain = {"1": "L", "P": "RGB", "RGBX": "RGB", "YCbCr": "RGB"}.get(image.mode, image.mode)
    if plain not in ("L", "RGB", "CMYK"):
        raise ZeuxisError(f"it holds colours of the kind {image.mode}; save it as RGB first")
    return image.convert(plain), None
