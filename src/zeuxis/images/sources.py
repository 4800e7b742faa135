"""What a person gives as a picture: a file, a stream, an image, an array; and a weight beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images.picture import Picture
from zeuxis.images.reading import read


def as_picture(source: Any, max_megapixels: float = 200.0) -> Picture:
    """A picture from a file name, an open file, a Pillow image, an array or a picture.

    Raises:
        ZeuxisError: it cannot be read.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, Image.Image):
        return Picture.from_pil(source)
    if isinstance(source, np.ndarray):
        return Picture.from_array(source)
    return read(source, max_megapixels=max_megapixels)


def weighted(style: Any) -> tuple[Any, float]:
    """A style and its weight, from a style or a (style, weight) pair.

    Raises:
        ZeuxisError: the weight is not a positive number.
    """
    source, weight = style if isinstance(style, tuple) else (style, 1.0)
    if not (isinstance(weight, int | float) and 0 < weight < float("inf")):
        name = source if isinstance(source, str | Path) else "a style"
        raise ZeuxisError(
            f"the weight {weight!r} of {name} is not a positive number: give one, as 0.5"
        )
    return source, float(weight)
