"""TIFF writing, 8 and 16 bits: Pillow lays out the directory, the strips are ours.

Pillow's own writer knows no 16-bit colour. See TIFF 6.0 (1992), section 8, and section 14 for the
predictor.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

from zeuxis.errors import ZeuxisError
from zeuxis.images.metadata import RESOLUTION
from zeuxis.images.picture import Picture

_STRIP_BYTES = 1 << 18
_MOST_BYTES = 2**32 - 2**26  # offsets are 32 bits; the rest is for the directory
_DEFLATE, _RGB, _STRAIGHT_ALPHA, _INCHES = 8, 2, 2, 2
_UNDEFINED, _BYTES = 7, 1
_SUB_DIRECTORIES = (0x8769, 0x8825)  # EXIF, GPS


def encode(values: NDArray[Any], profile: bytes | None, told: Picture) -> bytes:
    """A TIFF of uint8 or uint16 values HxWx3 or HxWx4, with what ``told`` carries besides."""
    height, width, channels = values.shape
    rows = max(1, _STRIP_BYTES // (width * channels * values.itemsize))
    strips = [_strip(values[top : top + rows]) for top in range(0, height, rows)]
    lengths = [len(strip) for strip in strips]
    if sum(lengths) > _MOST_BYTES:
        raise ZeuxisError("a TIFF file holds no more than 4 GB; make the picture smaller")

    tags = ImageFileDirectory_v2()
    _put_metadata(tags, profile, told)
    tags[TiffImagePlugin.IMAGEWIDTH] = width
    tags[TiffImagePlugin.IMAGELENGTH] = height
    tags[TiffImagePlugin.BITSPERSAMPLE] = (values.itemsize * 8,) * channels
    tags[TiffImagePlugin.COMPRESSION] = _DEFLATE
    tags[TiffImagePlugin.PREDICTOR] = 2
    tags[TiffImagePlugin.PHOTOMETRIC_INTERPRETATION] = _RGB
    tags[TiffImagePlugin.SAMPLESPERPIXEL] = channels
    tags[TiffImagePlugin.ROWSPERSTRIP] = rows
    tags[TiffImagePlugin.STRIPBYTECOUNTS] = tuple(lengths)
    # Counted from the end of the directory; Pillow adds where that is.
    tags[TiffImagePlugin.STRIPOFFSETS] = tuple(np.cumsum([0, *lengths[:-1]]).tolist())
    if channels == 4:
        tags[TiffImagePlugin.EXTRASAMPLES] = _STRAIGHT_ALPHA
    file = BytesIO()
    tags.save(file)
    return file.getvalue() + b"".join(strips)


def _strip(rows: NDArray[Any]) -> bytes:
    """Rows as differences from pixel to pixel, modulo the type, deflated."""
    steps = rows.copy()
    steps[:, 1:] -= rows[:, :-1]
    return zlib.compress(steps.astype(steps.dtype.newbyteorder("<")).tobytes())


def _put_metadata(tags: ImageFileDirectory_v2, profile: bytes | None, told: Picture) -> None:
    if told.exif:
        exif = Image.Exif()
        exif.load(told.exif)
        for tag, value in exif.items():
            if tag not in RESOLUTION:
                tags[tag] = exif.get_ifd(tag) if tag in _SUB_DIRECTORIES else value
    if told.dpi:
        for tag, value in zip(RESOLUTION, (*map(IFDRational, told.dpi), _INCHES), strict=True):
            tags[tag] = value
    for tag, blob, kind in (
        (TiffImagePlugin.ICCPROFILE, profile, _UNDEFINED),
        (TiffImagePlugin.XMP, told.xmp, _BYTES),
    ):
        if blob:
            tags.tagtype[tag] = kind
            tags[tag] = blob
