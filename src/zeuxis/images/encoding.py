"""From a `Picture` to the bytes of a file."""

from __future__ import annotations

import importlib
import math
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import png, profiles, tiff
from zeuxis.images.formats import Format
from zeuxis.images.picture import Picture, quantized

_SEGMENT_BYTES = 65_504  # what one JPEG segment holds of EXIF or XMP, after its label
_FINE = 90  # from this quality on, colour is stored at full resolution


def encode(
    picture: Picture, format: Format, *, bits: int | None, quality: int, keep_metadata: bool
) -> bytes:
    """The bytes of a file; see `zeuxis.images.write` for what the arguments mean.

    Raises:
        ZeuxisError: the format cannot hold the picture, or an argument is out of its range.
    """
    format.require()
    _check(picture, format, bits, quality)
    if bits is None:
        bits = picture.bits if format.deep else 8
    if not keep_metadata:
        picture = picture.but(exif=None, xmp=None, dpi=None)
    values, profile = _values(picture, format, bits)
    if format.name == "TIFF":
        return tiff.encode(values, profile, picture)
    if format.name == "PNG":
        return png.encode(values, profile, picture)
    image = _palette(values) if format.name == "GIF" else Image.fromarray(values)
    importlib.import_module(f"PIL.{format.plugin}")
    out = BytesIO()
    image.save(out, format.name, icc_profile=profile, **_options(picture, format, quality))
    return out.getvalue()


def _check(picture: Picture, format: Format, bits: int | None, quality: int) -> None:
    if bits not in (None, 8, 16):
        raise ZeuxisError(f"cannot write {bits} bits a channel; give 8 or 16")
    if bits == 16 and not format.deep:
        raise ZeuxisError(f"{format.name} holds no 16 bits a channel; write PNG or TIFF")
    if not 1 <= quality <= 100:
        raise ZeuxisError(f"the quality {quality} is out of range; give 1 to 100")
    if max(picture.height, picture.width) > format.max_side:
        raise ZeuxisError(
            f"{format.name} holds sides up to {format.max_side} pixels, but the picture is "
            f"{picture.width}x{picture.height}; make it smaller or write PNG"
        )
    if not picture.holds_bytes and not np.isfinite(picture.pixels).all():
        raise ZeuxisError("the picture holds values that are not numbers; it cannot be written")


def _values(picture: Picture, format: Format, bits: int) -> tuple[NDArray[Any], bytes | None]:
    """The integers to store, HxWx3 or HxWx4, and the profile that they are in (None: sRGB)."""
    alpha = picture.alpha
    if alpha is not None and not format.alpha:
        picture, alpha = _over_white(picture, alpha), None
    profile = picture.icc_profile if format.profile else None
    if bits == 16:
        pixels = picture.pixels
        turned = profiles.array_from_srgb(np.clip(pixels, 0.0, 1.0), profile) if profile else None
        colors = quantized(pixels if turned is None else turned, np.uint16)
    else:
        turned = None
        colors = picture.bytes
        if profile and (image := profiles.image_from_srgb(Image.fromarray(colors), profile)):
            turned = colors = np.asarray(image)
    if alpha is not None:
        colors = np.concatenate([colors, quantized(alpha, colors.dtype)[..., None]], axis=2)
    return colors, None if turned is None else profile


def _over_white(picture: Picture, alpha: NDArray[np.float32]) -> Picture:
    cover = alpha[..., None]
    return picture.but(pixels=picture.pixels * cover + (1.0 - cover), alpha=None)


def _palette(values: NDArray[Any]) -> Image.Image:
    """255 colours that suit the picture, and one for what is less than half covered."""
    image = Image.fromarray(values[..., :3]).quantize(255)
    if values.shape[2] == 3:
        return image
    places = np.where(values[..., 3] < 128, 255, np.asarray(image)).astype(np.uint8)
    see_through = Image.fromarray(places)
    see_through.putpalette(image.getpalette() or [])
    see_through.info["transparency"] = 255
    return see_through


def _options(picture: Picture, format: Format, quality: int) -> dict[str, Any]:
    """What Pillow's writer of the format takes."""
    options: dict[str, Any] = {"dpi": picture.dpi} if picture.dpi else {}
    if format.name in ("JPEG", "WEBP", "AVIF"):
        most = _SEGMENT_BYTES if format.name == "JPEG" else math.inf
        told = {"exif": picture.exif, "xmp": picture.xmp}
        options |= {key: blob for key, blob in told.items() if blob and len(blob) <= most}
        options["quality"] = quality
    if format.name in ("JPEG", "AVIF"):
        options["subsampling"] = "4:4:4" if quality >= _FINE else "4:2:0"
    return options
