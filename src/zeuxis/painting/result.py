"""What `zeuxis.paint` returns."""

from dataclasses import asdict, dataclass, field
from typing import Any

from zeuxis.images import Framed, Picture
from zeuxis.painting.settings import PaintSettings


@dataclass(frozen=True, eq=False)
class Painting(Framed):
    """A painted picture. In a notebook it shows itself.

    Attributes:
        picture: the pixels with the photo's alpha, profile and metadata.
        settings: what it was painted with.
        loss: the last level's loss at the end; None if nothing was evaluated.
        losses: its parts by name.
        evaluations: of the loss, at all levels.
        seconds: it took.
        interrupted: whether it was stopped before it was done.
        notes: what its maker should know, a sentence each.
    """

    picture: Picture = field(repr=False)
    settings: PaintSettings
    loss: float | None
    losses: dict[str, float]
    evaluations: int
    seconds: float
    interrupted: bool = False
    notes: tuple[str, ...] = ()

    def report(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""
        return {
            "width": self.picture.width,
            "height": self.picture.height,
            "loss": self.loss,
            "losses": self.losses,
            "evaluations": self.evaluations,
            "seconds": round(self.seconds, 2),
            "interrupted": self.interrupted,
            "notes": list(self.notes),
            "settings": asdict(self.settings),
        }
