"""What `zeuxis.upscale` returns."""

from dataclasses import asdict, dataclass, field
from typing import Any

from zeuxis.images import Framed, Picture
from zeuxis.upscaling.settings import UpscaleSettings


@dataclass(frozen=True, eq=False)
class Upscaled(Framed):
    """A picture made larger. In a notebook it shows itself.

    Attributes:
        picture: the pixels with the photo's alpha, profile and metadata.
        settings: what it was made with.
        model: the name of the network's file, without what it ends in; None where none was needed.
        seconds: it took.
    """

    picture: Picture = field(repr=False)
    settings: UpscaleSettings
    model: str | None
    seconds: float

    interrupted = False  # there is no half an enlargement

    def report(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""
        return {
            "width": self.picture.width,
            "height": self.picture.height,
            "model": self.model,
            "seconds": round(self.seconds, 3),
            "settings": asdict(self.settings),
        }
