"""The libraries for what Pillow cuts to 8 bits, imported only when a deep picture is at hand."""

from __future__ import annotations

import logging
from typing import Any

from zeuxis.errors import ZeuxisError

_MISSING = "pictures of 16 bits a channel need {0}; run pip install {0}"


def imagecodecs() -> Any:
    """libpng and LittleCMS at 16 bits and in float.

    Raises:
        ZeuxisError: it is not installed.
    """
    try:
        import imagecodecs
    except ImportError:
        raise ZeuxisError(_MISSING.format("imagecodecs")) from None
    return imagecodecs


def tifffile() -> Any:
    """TIFF of every depth and layout.

    Raises:
        ZeuxisError: it is not installed.
    """
    try:
        import tifffile
    except ImportError:
        raise ZeuxisError(_MISSING.format("tifffile")) from None
    # It logs what is wrong with a file before it raises; unhandled, that would go to stderr.
    logging.getLogger("tifffile").addHandler(logging.NullHandler())
    return tifffile
