"""From a picture of any size to the size that is trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, resize

LARGEST = 2048  # pixels of a side
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_TASTE = 3  # times larger than the result a picture is left, for the finer filter to end with

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Fit:
    """What pictures are brought to: the middle of the right shape, resized, over a background.

    Attributes:
        height: pixels.
        width: pixels.
        channels: 1 for grey, 3 for RGB.
        background: what transparent pictures lie on, RGB from 0 to 255.

    Raises:
        ZeuxisError: a value is out of its range.
    """

    height: int
    width: int
    channels: int
    background: tuple[int, int, int] = (255, 255, 255)

    def __post_init__(self) -> None:
        """Refuse what no picture can be."""
        if not (1 <= self.height <= LARGEST and 1 <= self.width <= LARGEST):
            raise ZeuxisError(
                f"the size {self.width}x{self.height} is out of range: give sides from 1 to {LARGEST}"
            )
        if self.channels not in (1, 3):
            raise ZeuxisError(f"there are no pictures of {self.channels} channels: give 1 or 3")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        return self.height, self.width, self.channels

    def __call__(self, picture: Picture) -> tuple[Bytes, bool]:
        """The picture, H x W x C, and whether it had to be enlarged."""
        pixels = self._middle(self._opaque(picture))
        enlarged = pixels.shape[0] < self.height or pixels.shape[1] < self.width
        values = self._reduced(pixels)
        if self.channels == 1:
            values = values @ _LUMA
        levels = np.rint(resize(values, (self.height, self.width)) * 255).astype(np.uint8)
        return levels.reshape(self.shape), enlarged

    def _opaque(self, picture: Picture) -> Bytes:
        if picture.alpha is None:
            return picture.bytes
        cover = picture.alpha[..., None]
        background = np.array(self.background, np.float32) / 255
        return picture.but(
            pixels=picture.pixels * cover + background * (1 - cover), alpha=None
        ).bytes

    def _middle(self, pixels: Bytes) -> Bytes:
        """The largest part of the right shape."""
        sides = pixels.shape[:2]
        scale = min(sides[0] / self.height, sides[1] / self.width)
        wanted = self.height * scale, self.width * scale
        part = [max(1, min(round(side), most)) for side, most in zip(wanted, sides, strict=True)]
        top, left = ((side - kept) // 2 for side, kept in zip(sides, part, strict=True))
        return pixels[top : top + part[0], left : left + part[1]]

    def _reduced(self, pixels: Bytes) -> NDArray[np.float32]:
        """Large pictures by means of whole blocks first, which costs a tenth of filtering every pixel."""
        factor = int(min(pixels.shape[0] / self.height, pixels.shape[1] / self.width) / _TASTE)
        if factor > 1:
            pixels = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).reduce(factor))
        return pixels.astype(np.float32) / np.float32(255)


def color(text: str) -> tuple[int, int, int]:
    """Red, green and blue from 0 to 255 of a colour by its name, or as #rrggbb.

    Raises:
        ZeuxisError: it is none.
    """
    try:
        red, green, blue, *_ = ImageColor.getrgb(text)
    except (ValueError, AttributeError):
        raise ZeuxisError(f"{text!r} is no colour: give a name, as white, or #rrggbb") from None
    return red, green, blue
