"""What a person gives as a picture: a file, a stream, an image, an array; and a weight beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import metadata
from zeuxis.images.picture import Picture
from zeuxis.images.reading import Fit, read


def as_picture(source: Any, max_megapixels: float = 200.0, fit: Fit | None = None) -> Picture:
    """A picture from a file name, an open file, a Pillow image, an array or a picture.

    Args:
        source: one of these.
        max_megapixels: the largest file that is read.
        fit: as `read` takes it.

    Raises:
        ZeuxisError: it cannot be read, or the size it would have cannot be.
    """
    if isinstance(source, Image.Image):
        source.load()  # of some files it is known only then which way is up
        size = None
        if fit is not None and source.width and source.height:
            size = fit(*metadata.of_image(source).turned((source.height, source.width)))
        return Picture.from_pil(source, size)
    if isinstance(source, Picture | np.ndarray):
        picture = source if isinstance(source, Picture) else Picture.from_array(source)
        own = picture.height, picture.width
        size = own if fit is None else fit(*own)
        return picture if size == own else picture.resized(size)
    return read(source, max_megapixels=max_megapixels, fit=fit)


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
