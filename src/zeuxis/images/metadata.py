"""What a file tells about its picture: EXIF, XMP, resolution, and which way up it is.

A file may carry nonsense here and still hold a good picture, so nothing in this module raises on
what it reads.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ORIENTATION = 0x0112
RESOLUTION = (282, 283, 296)
_EXIF_IFD = 0x8769
# Where a TIFF file keeps its pixels, not what they show; a TIFF's whole directory reads as EXIF.
_STRUCTURE = frozenset(
    {ORIENTATION, 273, 297, 301, 700, 33723, 34377, 34675}
    | set(range(254, 269))
    | set(range(277, 282))
    | set(range(284, 296))
    | set(range(317, 348))
    | set(range(512, 533))
)
# The size of the picture as it was, and the place of a directory that does not come along.
_STALE = (40962, 40963, 40965)
_XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation(?:\s*=\s*["']|>))\s*[0-9]""")


@dataclass(frozen=True)
class Metadata:
    """EXIF and XMP with the turn taken out, dots per inch, and the turn (EXIF's 1 to 8)."""

    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    orientation: int = 1

    def turned(self, size: tuple[int, int]) -> tuple[int, int]:
        """A height and width after the turn from those before it, or the other way round."""
        return size[::-1] if self.orientation >= 5 else size


def of_image(image: Image.Image) -> Metadata:
    """The metadata of a Pillow image."""
    try:
        exif = image.getexif()
    except Exception:  # noqa: BLE001 - Pillow raises a dozen kinds on broken EXIF
        exif = Image.Exif()
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    # Where a TIFF says nothing, Pillow says one dot per inch.
    dpi = _tiff_dpi(exif) if image.format == "TIFF" else clean_dpi(image.info.get("dpi"))
    return Metadata(clean_exif(exif), clean_xmp(xmp), dpi, _turn(exif))


def of_tiff(data: bytes) -> Metadata:
    """The metadata of a TIFF file, which is laid out as an EXIF block is; of a BigTIFF, none."""
    exif = Image.Exif()
    try:
        exif.load(data)
    except Exception:  # noqa: BLE001 - as above
        return Metadata()
    return Metadata(clean_exif(exif), clean_xmp(exif.get(700)), _tiff_dpi(exif), _turn(exif))


def _turn(exif: Image.Exif) -> int:
    turn = exif.get(ORIENTATION, 1)
    return turn if turn in range(1, 9) else 1


def _tiff_dpi(exif: Image.Exif) -> tuple[float, float] | None:
    x, y, unit = (exif.get(tag) for tag in RESOLUTION)
    if unit == 1 or x is None or y is None:  # 1: a ratio of sides, not a resolution
        return None
    inch = 2.54 if unit == 3 else 1.0
    dpi = clean_dpi((x, y))
    return (dpi[0] * inch, dpi[1] * inch) if dpi else None


def clean_exif(exif: Image.Exif) -> bytes | None:
    """EXIF bytes without the turn, the thumbnail, the pixel size and a TIFF's own structure."""
    try:
        kept = Image.Exif()
        for tag, value in exif.items():
            if tag not in _STRUCTURE:
                kept[tag] = value
        for tag in (_EXIF_IFD, 0x8825):
            if tag in kept:
                kept[tag] = {
                    key: value for key, value in exif.get_ifd(tag).items() if key not in _STALE
                }
        return kept.tobytes() if len(kept) else None
    except Exception:  # noqa: BLE001 - EXIF that cannot be told again is left out
        return None


def clean_xmp(xmp: Any) -> bytes | None:
    """XMP as bytes, with its own copy of the turn reset."""
    if isinstance(xmp, str):
        xmp = xmp.encode()
    return _XMP_ORIENTATION.sub(rb"\g<1>1", xmp) if isinstance(xmp, bytes) and xmp else None


def clean_dpi(dpi: Any) -> tuple[float, float] | None:
    """Two finite numbers above zero, or None."""
    try:
        x, y = (float(value) for value in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (x, y) if 0 < x < math.inf and 0 < y < math.inf else None


def upright(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn HxW or HxWxC so that what EXIF's ``orientation`` (1 to 8) says is up is up."""
    if orientation >= 5:
        array = array.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return np.ascontiguousarray(array)
