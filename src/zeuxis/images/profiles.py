"""ICC profiles: from a file's colours to sRGB, and back again when it is written.

Eight-bit pictures go through Pillow's LittleCMS, deeper ones through that of imagecodecs, in float:
in 16-bit integers it is off by up to a hundredth in the shadows, in float by less than 1e-4.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from zeuxis.images import codecs

Floats = NDArray[np.float32]

_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
# What the two libraries raise on profiles that are broken, or lack the direction asked for.
_BROKEN = (ImageCms.PyCMSError, OSError, TypeError, ValueError, RuntimeError)


@lru_cache(maxsize=1)
def srgb() -> bytes:
    """The sRGB profile that LittleCMS builds."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@lru_cache(maxsize=8)
def space(profile: bytes) -> str | None:
    """The Pillow mode (``"RGB"``, ``"L"``, ``"CMYK"``) that a profile is for; None when broken."""
    try:
        return _SPACES.get(_load(profile).profile.xcolor_space)
    except _BROKEN:
        return None


@lru_cache(maxsize=8)
def is_srgb(profile: bytes) -> bool:
    """Whether an RGB profile is sRGB to within one 8-bit step, by trying it on a grid of colours.

    Most photographs carry some maker's sRGB profile; they are left alone, to the bit.
    """
    steps = np.linspace(0, 255, 16).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(16, -1, 3)
    try:
        turned = _transform(Image.fromarray(grid), profile, srgb(), "RGB")
    except _BROKEN:
        return False
    return int(np.abs(np.asarray(turned).astype(int) - grid).max()) <= 1


def image_to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """An 8-bit RGB, L or CMYK image in sRGB; a profile that does not fit it is passed over."""
    known = space(profile)
    if known == "RGB" and image.mode == "L":  # grey photographs often carry an RGB profile
        image = image.convert("RGB")
    if known != image.mode or (known == "RGB" and is_srgb(profile)):
        return image.convert("RGB")
    try:
        return _transform(image, profile, srgb(), "RGB")
    except _BROKEN:
        return image.convert("RGB")


def image_from_srgb(image: Image.Image, profile: bytes) -> Image.Image | None:
    """An 8-bit RGB image in the colours of ``profile``; None when the profile cannot take them."""
    if space(profile) != "RGB":
        return None
    if is_srgb(profile):
        return image
    try:
        return _transform(image, srgb(), profile, "RGB")
    except _BROKEN:
        return None


def array_to_srgb(colors: Floats, profile: bytes) -> Floats | None:
    """HxWxC (C = 1, 3 or 4, in [0, 1]) in sRGB, HxWx3; None when the profile does not fit."""
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[colors.shape[2]]
    known = space(profile)
    if known == "RGB" and mode == "L":
        colors, mode = np.repeat(colors, 3, axis=2), "RGB"
    if known != mode:
        return None
    if known == "RGB" and is_srgb(profile):
        return colors
    return _deep_transform(colors, profile, srgb(), mode)


def array_from_srgb(pixels: Floats, profile: bytes) -> Floats | None:
    """HxWx3 in the colours of ``profile``; None when the profile cannot take them."""
    if space(profile) != "RGB":
        return None
    return pixels if is_srgb(profile) else _deep_transform(pixels, srgb(), profile, "RGB")


def _load(profile: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(BytesIO(profile))


def _transform(image: Image.Image, source: bytes, target: bytes, mode: str) -> Image.Image:
    transform = ImageCms.buildTransform(
        _load(source), _load(target), image.mode, mode, _INTENT, _FLAGS
    )
    turned = ImageCms.applyTransform(image, transform)
    assert turned is not None  # None only when asked to work in place
    return turned


def _deep_transform(colors: Floats, source: bytes, target: bytes, mode: str) -> Floats | None:
    data: NDArray[Any] = np.ascontiguousarray(colors)
    if mode != "RGB":  # LittleCMS scales float ink and grey its own way; as integers they are plain
        data = np.rint(colors * 65535).astype(np.uint16)
    if mode == "L":
        data = data[..., 0]
    try:
        turned: Floats = codecs.imagecodecs().cms_transform(
            data,
            source,
            target,
            colorspace={"L": "gray", "RGB": "rgb", "CMYK": "cmyk"}[mode],
            outcolorspace="rgb",
            outdtype=np.float32,
            intent=int(_INTENT),
            flags=int(_FLAGS),
        )
    except _BROKEN:
        return None
    return turned.clip(0.0, 1.0)
