"""What `zeuxis.stylize` returns."""

import io
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from zeuxis.images import Picture, write
from zeuxis.style.settings import StylizeSettings


@dataclass(frozen=True, eq=False)
class Stylized:
    """A picture painted in one pass. In a notebook it shows itself.

    Attributes:
        picture: the pixels with the photo's alpha, profile and metadata.
        settings: what it was painted with.
        styles: the weight of each style by name, 1 in all.
        seconds: it took, reading included.
    """

    picture: Picture = field(repr=False)
    settings: StylizeSettings
    styles: dict[str, float]
    seconds: float

    interrupted = False  # one pass is too short to be stopped halfway

    @property
    def image(self) -> Image.Image:
        """The picture for Pillow: 8 bit, sRGB, RGBA if the photo had an alpha channel."""
        return self.picture.to_pil()

    def save(self, target: str | Path | BinaryIO, **options: Any) -> None:
        """Write it; the options are those of `zeuxis.images.write`."""
        write(self.picture, target, **options)

    def report(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""
        return {
            "width": self.picture.width,
            "height": self.picture.height,
            "styles": {name: round(weight, 4) for name, weight in self.styles.items()},
            "seconds": round(self.seconds, 3),
            "settings": asdict(self.settings),
        }

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.image.save(buffer, "PNG")
        return buffer.getvalue()
