"""What `zeuxis.stylize` returns."""

from dataclasses import asdict, dataclass, field
from typing import Any

from zeuxis.images import Framed, Picture
from zeuxis.style.settings import StylizeSettings


@dataclass(frozen=True, eq=False)
class Stylized(Framed):
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

    def report(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""
        return {
            "width": self.picture.width,
            "height": self.picture.height,
            "styles": {name: round(weight, 4) for name, weight in self.styles.items()},
            "seconds": round(self.seconds, 3),
            "settings": asdict(self.settings),
        }
