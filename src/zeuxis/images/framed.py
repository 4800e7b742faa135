"""What every way of painting gives back: a picture that can be shown and saved."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from zeuxis.images.picture import Picture
from zeuxis.images.writing import write


class Framed:
    """A base for results that have a `picture`. In a notebook they show themselves."""

    picture: Picture

    @property
    def image(self) -> Image.Image:
        """The picture for Pillow: 8 bit, sRGB, RGBA if the photo had an alpha channel."""
        return self.picture.to_pil()

    def save(self, target: str | Path | BinaryIO, **options: Any) -> None:
        """Write it; the options are those of `zeuxis.images.write`."""
        write(self.picture, target, **options)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.image.save(buffer, "PNG")
        return buffer.getvalue()
