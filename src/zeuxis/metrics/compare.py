"""How alike two pictures are, by four metrics."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from zeuxis.errors import ZeuxisError
from zeuxis.images.picture import Picture
from zeuxis.images.sources import as_picture
from zeuxis.metrics import lpips as perceptual
from zeuxis.metrics import similarity
from zeuxis.metrics.lpips import Lpips
from zeuxis.metrics.pairs import psnr
from zeuxis.metrics.similarity import ms_ssim, ssim


@dataclass(frozen=True)
class Likeness:
    """What metrics say of two pictures; None where they are too small for one.

    Attributes:
        psnr: decibels; infinite for two that are the same.
        ssim: 1 at best.
        ms_ssim: 1 at best.
        lpips: 0 at best.
    """

    psnr: float
    ssim: float | None
    ms_ssim: float | None
    lpips: float | None

    def report(self) -> dict[str, float | None]:
        """The numbers by name."""
        return asdict(self)


@torch.no_grad()
def compare(first: Any, second: Any, lpips: Lpips) -> Likeness:
    """Hold two pictures against each other, colours only.

    Args:
        first: a file, a Pillow image, an array or a `Picture`.
        second: the same, of the same size.
        lpips: the perceptual distance.

    Raises:
        ZeuxisError: if one cannot be read, or their sizes differ.
    """
    one, other = as_picture(first), as_picture(second)
    if (one.height, one.width) != (other.height, other.width):
        raise ZeuxisError(
            f"{named(first, one)} cannot be compared with {named(second, other)}: "
            "bring them to one size"
        )
    a, b = (torch.from_numpy(picture.batch()) for picture in (one, other))
    side = min(one.height, one.width)
    return Likeness(
        psnr(a, b).item(),
        ssim(a, b).item() if side >= similarity.WINDOW else None,
        ms_ssim(a, b).item() if side >= similarity.SMALLEST else None,
        lpips(a, b).item() if side >= perceptual.SMALLEST else None,
    )


def named(source: Any, picture: Picture) -> str:
    """What to call a picture in a message: its file, and its size."""
    name = source if isinstance(source, str | Path) else "a picture"
    return f"{name} ({picture.width}x{picture.height})"
