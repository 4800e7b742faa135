"""Reading PNG and TIFF files of more than 8 bits a channel, which Pillow would cut to 8.

PNG comes through imagecodecs (libpng), TIFF through tifffile.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    EXTRASAMPLES,
    ICCPROFILE,
    IMAGELENGTH,
    IMAGEWIDTH,
    PHOTOMETRIC_INTERPRETATION,
    ImageFileDirectory_v2,
)

from zeuxis.errors import ZeuxisError
from zeuxis.images import codecs, metadata, profiles
from zeuxis.images.metadata import Metadata
from zeuxis.images.modes import unit
from zeuxis.images.picture import Picture

Floats = NDArray[np.float32]
Parts = tuple[Floats, Floats | None]  # colour and cover

# TIFF 6.0: PhotometricInterpretation -> channels that are colour.
_WHITE_IS_ZERO = 0
_CHANNELS = {_WHITE_IS_ZERO: 1, 1: 1, 2: 3, 5: 4}
_PREMULTIPLIED, _STRAIGHT = 1, 2
_ONE_PLANE_A_CHANNEL = 2
_MOST_CHANNELS = 16
_BIG_TIFF = 43


def is_deep_png(head: bytes) -> bool:
    """Whether a PNG's header (its first 25 bytes at least) says 16 bits a channel."""
    return head[12:16] == b"IHDR" and head[24] == 16


def tiff_tags(data: bytes) -> ImageFileDirectory_v2:
    """A TIFF's first directory, be it of the classic or the big kind."""
    tags = ImageFileDirectory_v2(data[:16] if data[2] == _BIG_TIFF else data[:8])
    file = BytesIO(data)
    file.seek(tags.next)
    tags.load(file)
    return tags


def is_deep_tiff(tags: ImageFileDirectory_v2) -> bool:
    """Whether a TIFF's first directory says more than 8 bits a channel."""
    return max(_numbers(tags, BITSPERSAMPLE, 1)) > 8


def tiff_size(tags: ImageFileDirectory_v2) -> tuple[int, int]:
    """The (width, height) that a TIFF's first directory says."""
    return _numbers(tags, IMAGEWIDTH, 0)[0], _numbers(tags, IMAGELENGTH, 0)[0]


def png_picture(
    data: bytes, told: Metadata, profile: Any, size: tuple[int, int] | None = None
) -> Picture:
    """A 16-bit PNG, brought to ``size`` (height and width) if that is given.

    ``told`` and ``profile`` are what Pillow read of the file.
    """
    values = codecs.imagecodecs().png_decode(data)
    values = values.reshape(*values.shape[:2], -1)

    def parts(values: NDArray[Any]) -> Parts:
        floats = unit(values)
        if floats.shape[2] in (2, 4):
            return floats[..., :-1], floats[..., -1]
        return floats, None

    return _picture(values, parts, profile, told, size)


def tiff_picture(
    data: bytes, tags: ImageFileDirectory_v2, size: tuple[int, int] | None = None
) -> Picture:
    """A TIFF of more than 8 bits; ``tags`` is its first directory. ``size`` as above."""
    photometric = _numbers(tags, PHOTOMETRIC_INTERPRETATION, 1)[0]
    channels = _CHANNELS.get(photometric)
    if channels is None:
        raise ZeuxisError(
            f"it holds deep colours of a kind we do not read (TIFF photometric {photometric}); "
            "save it as RGB first"
        )
    values, top = _tiff_values(data, tiff_size(tags))
    extra = _numbers(tags, EXTRASAMPLES, 0)[0]

    def parts(values: NDArray[Any]) -> Parts:
        floats = unit(values if top is None else values / top)
        colors, alpha = floats[..., :channels], None
        if floats.shape[2] > channels and extra in (_PREMULTIPLIED, _STRAIGHT):
            alpha = floats[..., channels]
            if extra == _PREMULTIPLIED:
                cover = np.where(alpha > 0, alpha, 1.0)[..., None]
                colors = np.clip(colors / cover, 0.0, 1.0)
        return 1.0 - colors if photometric == _WHITE_IS_ZERO else colors, alpha

    return _picture(values, parts, tags.get(ICCPROFILE), metadata.of_tiff(data), size)


def _tiff_values(data: bytes, size: tuple[int, int]) -> tuple[NDArray[Any], np.float32 | None]:
    """The first page's numbers as HxWxC, and the largest there can be where their type holds more."""
    with codecs.tifffile().TiffFile(BytesIO(data)) as file:
        page = file.pages[0]
        width, height = size
        # Before a pixel is decoded: the directory must not say one thing to us and another to it.
        if (page.imagewidth, page.imagelength) != size or page.imagedepth != 1:
            raise ValueError("two sizes in one header")
        if page.samplesperpixel > _MOST_CHANNELS:
            raise ZeuxisError(
                f"it has {page.samplesperpixel} channels; save it as RGB or RGBA first"
            )
        values: NDArray[Any] = page.asarray()
        if page.samplesperpixel > 1 and page.planarconfig == _ONE_PLANE_A_CHANNEL:
            values = np.moveaxis(values, 0, -1)
        top = None
        if page.bitspersample < values.dtype.itemsize * 8 and values.dtype.kind == "u":
            top = np.float32(2**page.bitspersample - 1)
        return values.reshape(height, width, -1), top


def _picture(
    values: NDArray[Any],
    parts: Callable[[NDArray[Any]], Parts],
    profile: Any,
    told: Metadata,
    size: tuple[int, int] | None,
) -> Picture:
    """A picture from a file's numbers, HxWxC; `parts` makes colour and cover of some rows of them."""
    profile = profile if isinstance(profile, bytes) and profiles.space(profile) else None

    def rows(first: int, last: int) -> Parts:
        colors, alpha = parts(values[first:last])
        pixels = profiles.array_to_srgb(colors, profile) if profile else None
        return _plain_rgb(colors) if pixels is None else pixels, alpha

    own = values.shape[0], values.shape[1]
    return Picture.from_rows(rows, own, told, size, bits=16, icc_profile=profile)


def _plain_rgb(colors: Floats) -> Floats:
    """Grey, RGB or CMYK as RGB where no profile tells better."""
    if colors.shape[2] == 4:
        return (1.0 - colors[..., :3]) * (1.0 - colors[..., 3:])
    return np.repeat(colors, 3, axis=2) if colors.shape[2] == 1 else colors


def _numbers(tags: ImageFileDirectory_v2, tag: int, default: int) -> tuple[int, ...]:
    """A tag's values as a tuple, be they one or many."""
    value = tags.get(tag, default)
    return tuple(int(number) for number in value) if isinstance(value, tuple) else (int(value),)
