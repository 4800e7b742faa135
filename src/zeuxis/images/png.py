"""PNG writing, 8 and 16 bits: Pillow writes no 16-bit colour, imagecodecs no metadata.

See the PNG specification, third edition (W3C 2025), section 11.3 for the chunks.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.images import codecs
from zeuxis.images.picture import Picture

_HEADER_BYTES = 33  # the signature and IHDR, after which all other chunks come
_METRES_AN_INCH = 0.0254


def encode(values: NDArray[Any], profile: bytes | None, told: Picture) -> bytes:
    """A PNG of uint8 or uint16 values HxWx3 or HxWx4, with what ``told`` carries besides."""
    plain = _encode_pixels(values)
    chunks = b""
    if profile:
        chunks += _chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(profile))
    if told.dpi:
        across, down = (min(round(dots / _METRES_AN_INCH), 2**31 - 1) for dots in told.dpi)
        chunks += _chunk(b"pHYs", struct.pack(">IIB", across, down, 1))
    if told.exif:
        chunks += _chunk(b"eXIf", told.exif.removeprefix(b"Exif\0\0"))
    if told.xmp:
        chunks += _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + told.xmp)
    return plain[:_HEADER_BYTES] + chunks + plain[_HEADER_BYTES:]


def _encode_pixels(values: NDArray[Any]) -> bytes:
    if values.itemsize > 1:
        return bytes(codecs.imagecodecs().png_encode(np.ascontiguousarray(values)))
    out = BytesIO()
    Image.fromarray(values).save(out, "PNG")
    return out.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
