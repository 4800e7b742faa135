"""What a picture file says of itself, without decoding it where that can be had."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import metadata, read
from zeuxis.images.bombs import pillow_limit
from zeuxis.images.deep import is_deep_png, is_deep_tiff, tiff_tags
from zeuxis.images.formats import HEAD_BYTES, sniff

_WORDS = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey with alpha",
    "I": "16-bit grey",
    "I;16": "16-bit grey",
    "I;16B": "16-bit grey",
    "RGBA": "RGB with alpha",
    "P": "palette",
    "PA": "palette with alpha",
}
_SIDEWAYS = (5, 6, 7, 8)  # EXIF orientations that exchange width and height
_MEGAPIXELS = 1e6  # reading refuses what is too large; here nothing is decoded


@dataclass(frozen=True)
class Header:
    """What a picture says of itself.

    Attributes:
        width: pixels, the right way up.
        height: pixels, the right way up.
        mode: its colours in words: `"RGB"`, `"grey"`, `"palette"`.
        format: of the file: `"JPEG"`; empty for an array.
        grey: whether it has no colours.
    """

    width: int
    height: int
    mode: str
    format: str
    grey: bool


def header_of(stream: BytesIO) -> Header:
    """The header of a picture file.

    Args:
        stream: the file's bytes, with a `name`.

    Raises:
        ZeuxisError: it is no picture, or damaged.
    """
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    format = sniff(head)
    if format is None:
        read(stream)  # says what is wrong with it
        raise ZeuxisError(f"{stream.name} is not a picture of a kind we read: leave it out")
    try:
        format.require()
        with pillow_limit(_MEGAPIXELS), Image.open(stream, formats=[format.name]) as image:
            width, height = image.size
            turned = metadata.of_image(image).orientation in _SIDEWAYS
            mode, grey = _WORDS.get(image.mode, image.mode), _is_grey(image)
            deep = _is_deep(format.name, stream.getvalue())
    except (OSError, ValueError, SyntaxError):  # deep TIFFs; and files that reading has a word for
        stream.seek(0)
        picture = read(stream)
        return Header(
            picture.width, picture.height, f"{picture.bits}-bit colours", format.name, False
        )
    if deep and not mode.startswith("16"):
        mode = f"16-bit {mode}"
    return Header(*((height, width) if turned else (width, height)), mode, format.name, grey)


def _is_deep(format: str, data: bytes) -> bool:
    """Whether a file holds more than 8 bits a channel, which Pillow does not always say."""
    if format == "TIFF":
        return is_deep_tiff(tiff_tags(data))
    return format == "PNG" and is_deep_png(data)


def _is_grey(image: Image.Image) -> bool:
    if image.mode == "P":
        palette = image.getpalette() or []
        return palette[0::3] == palette[1::3] == palette[2::3]
    return image.mode in ("1", "L", "LA", "I", "F") or image.mode.startswith("I;16")
