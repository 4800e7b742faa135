"""Sizes as people give them: ``1024``, ``1024x768``, ``50%``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from zeuxis.errors import ZeuxisError

MAX_SIDE = 65_500  # the longest side a JPEG file holds
MAX_MEGAPIXELS = 1000

_LONGEST = re.compile(r"[0-9]{1,9}")
_EXACT = re.compile(r"([0-9]{1,9}) *[xX×] *([0-9]{1,9})")
_PERCENT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) *%")


@dataclass(frozen=True)
class Size:
    """A size still to be applied to a picture; exactly one of the three is set.

    Attributes:
        longest: pixels of the longest side; the shape is kept.
        exact: (width, height) in pixels; the shape may change.
        scale: factor on both sides, 1.0 leaves them alone.
    """

    longest: int | None = None
    exact: tuple[int, int] | None = None
    scale: float | None = None

    def __post_init__(self) -> None:
        """Refuse anything but one positive measure."""
        given = [value for value in (self.longest, self.scale) if value is not None]
        given += [min(self.exact)] if self.exact is not None else []
        if len(given) != 1 or not 0 < given[0] < math.inf:
            raise ZeuxisError(f"the size {self} is not one measure above zero")

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read a size as a person types it.

        Args:
            text: ``"1024"`` for the longest side, ``"1024x768"`` for width x height exactly, or
                ``"50%"`` of what it was.

        Raises:
            ZeuxisError: it is none of these, or zero.
        """
        stripped = text.strip()
        try:
            if _LONGEST.fullmatch(stripped):
                return cls(longest=int(stripped))
            if match := _EXACT.fullmatch(stripped):
                return cls(exact=(int(match[1]), int(match[2])))
            if match := _PERCENT.fullmatch(stripped):
                return cls(scale=float(match[1]) / 100)
        except ZeuxisError:
            raise ZeuxisError(f"the size {text!r} is zero; give at least one pixel") from None
        raise ZeuxisError(
            f"{text!r} is not a size; write 1024 (longest side), 1024x768 (width x height) or 50%"
        )

    def resolve(self, height: int, width: int) -> tuple[int, int]:
        """The (height, width) in pixels that a picture of ``height`` x ``width`` comes to.

        Raises:
            ZeuxisError: a side would be over 65,500 pixels, or the whole over 1,000 megapixels.
        """
        if self.exact is not None:
            new_width, new_height = self.exact
        else:
            if self.longest is not None:
                factor = self.longest / max(height, width)
            else:
                factor = self.scale or 1.0
            new_height, new_width = (max(1, round(side * factor)) for side in (height, width))
        if max(new_height, new_width) > MAX_SIDE or new_height * new_width > MAX_MEGAPIXELS * 1e6:
            raise ZeuxisError(
                f"the size {self} makes a picture of {new_width}x{new_height} pixels; "
                f"ask for sides up to {MAX_SIDE} and at most {MAX_MEGAPIXELS} megapixels"
            )
        return new_height, new_width

    def __str__(self) -> str:
        """The size as `parse` reads it."""
        if self.exact is not None:
            return f"{self.exact[0]}x{self.exact[1]}"
        return str(self.longest) if self.scale is None else f"{self.scale * 100:g}%"
