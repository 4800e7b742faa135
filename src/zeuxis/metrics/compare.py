"""How alike two pictures are, by four metrics."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from zeuxis.metrics import lpips as perceptual
from zeuxis.metrics import similarity
from zeuxis.metrics.lpips import Lpips
from zeuxis.metrics.pairing import pair_of
from zeuxis.metrics.pairs import luma as video_luma
from zeuxis.metrics.pairs import psnr, without_border
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
def compare(
    first: Any,
    second: Any,
    lpips: Lpips,
    *,
    luma: bool = False,
    grey: bool = False,
    crop: int = 0,
    max_megapixels: float = 200.0,
) -> Likeness:
    """Hold two pictures against each other, colours only.

    Args:
        first: a file, a Pillow image, an array or a `Picture`.
        second: the same, of the same size.
        lpips: the perceptual distance.
        luma: whether all but LPIPS is of luma alone, as `as_luma` has it.
        grey: whether luma is that of files without colours.
        crop: pixels on each side that do not count.
        max_megapixels: the largest file that is read.

    Raises:
        ZeuxisError: if one cannot be read, their sizes differ, or nothing is left of them.
    """
    one, other = pair_of(first, second, max_megapixels)
    a, b = (without_border(torch.from_numpy(each.batch()), crop) for each in (one, other))
    side = min(a.shape[-2:])
    distance = lpips(a, b).item() if side >= perceptual.SMALLEST else None
    if luma:
        a, b = as_luma(a, b, grey=grey)
    return Likeness(
        psnr(a, b).item(),
        ssim(a, b).item() if side >= similarity.WINDOW else None,
        ms_ssim(a, b).item() if side >= similarity.SMALLEST else None,
        distance,
    )


def as_luma(first: Tensor, second: Tensor, *, grey: bool = False) -> tuple[Tensor, Tensor]:
    """What papers on super-resolution compare of two pictures: luma in steps of 1/255.

    Luma is that of video, which MATLAB's `rgb2ycbcr` rounds to 8 bits. Of files without colours, of which
    Set14 has one, their code takes the values as they are, so that black is 0 and white is 1.

    Args:
        first: N x 3 x H x W, RGB in [0, 1].
        second: the same shape.
        grey: whether they are from files without colours.

    Returns:
        N x 1 x H x W of both, float64.
    """
    lumas = [video_luma(pictures) for pictures in (first, second)]
    if grey:
        lumas = [(255 * each - 16) / 219 for each in lumas]
    one, other = ((255 * each).round() / 255 for each in lumas)
    return one, other
