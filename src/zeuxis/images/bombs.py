"""Files that say they are vast: refused by their header, by our limit and not by Pillow's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from zeuxis.errors import ZeuxisError

_PILLOW = threading.RLock()


def check_size(size: tuple[int, int], max_megapixels: float) -> None:
    """Refuse a (width, height) of no pixels, or of too many.

    Raises:
        ZeuxisError: a side is zero, or the whole is over ``max_megapixels``.
    """
    width, height = size
    if width < 1 or height < 1:
        raise ZeuxisError(
            f"it is {width}x{height} and has no pixels; give a picture of at least 1x1"
        )
    if width * height > max_megapixels * 1e6:
        raise ZeuxisError(
            f"it has {width}x{height} pixels, over the limit of {max_megapixels:g} megapixels; "
            "raise --max-megapixels (max_megapixels) if you trust the file"
        )


@contextmanager
def pillow_limit(max_megapixels: float) -> Iterator[None]:
    """Keep Pillow from warning and failing below ``max_megapixels`` by a limit of its own.

    That limit is one number for the whole process, so it is raised for a moment only, by one thread
    at a time, and never lowered; a file beyond twice the number still fails, as one of ours.
    """
    with _PILLOW:
        before = Image.MAX_IMAGE_PIXELS
        if before is not None:
            Image.MAX_IMAGE_PIXELS = max(before, int(max_megapixels * 1e6))
        try:
            yield
        except Image.DecompressionBombError:
            raise ZeuxisError(
                f"it is over the limit of {max_megapixels:g} megapixels; "
                "raise --max-megapixels (max_megapixels) if you trust the file"
            ) from None
        finally:
            Image.MAX_IMAGE_PIXELS = before
