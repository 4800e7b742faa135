"""Structural similarity at one scale and at five: SSIM and MS-SSIM.

Windows lie wholly within the picture, as in the authors' code, and moments are those of the window, not
estimates of a population's. Colours are compared channel by channel, and the mean is taken.
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.metrics.pairs import each_pair

SIGMA, WINDOW = 1.5, 11  # pixels; Wang et al. 2004, section III-B
C1, C2 = 0.01**2, 0.03**2  # equations 7 and 9, for pictures in [0, 1]
# Wang et al. 2003, section 3.2: how much each scale counts, from the finest on.
SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
SMALLEST = WINDOW * 2 ** (len(SCALES) - 1)  # pixels: the side that MS-SSIM asks for, 176

_PART = 1 << 20  # values whose windows are looked at at a time


def ssim(first: Any, second: Any) -> Tensor:
    """Structural similarity (Wang et al. 2004, equation 13), averaged over the picture.

    Args:
        first: N x C x H x W in [0, 1], C = 1 or 3, sides of 11 pixels at least; or pictures of another form,
            as `zeuxis.metrics.pairs.each_pair` takes them.
        second: the same shape.

    Returns:
        N values from -1 to 1, float64.

    Raises:
        ZeuxisError: if they are no such pictures, or too small, or their shapes differ.
    """
    return each_pair(_ssim, first, second)


def _ssim(first: Tensor, second: Tensor) -> Tensor:
    _require(first, WINDOW, "SSIM")
    return _similarity(first, second)[0]


def ms_ssim(first: Any, second: Any) -> Tensor:
    """Structural similarity at five scales (Wang et al. 2003, equation 7), each half the last.

    Where structures are opposed at a scale, the power of a negative number would be needed: it counts as 0.

    Args:
        first: N x C x H x W in [0, 1], C = 1 or 3, sides of 176 pixels at least; or pictures of another
            form, as `zeuxis.metrics.pairs.each_pair` takes them.
        second: the same shape.

    Returns:
        N values from 0 to 1, float64.

    Raises:
        ZeuxisError: if they are no such pictures, or too small, or their shapes differ.
    """
    return each_pair(_ms_ssim, first, second)


def _ms_ssim(first: Tensor, second: Tensor) -> Tensor:
    _require(first, SMALLEST, "MS-SSIM")
    terms = []
    for scale, exponent in enumerate(SCALES):
        if scale:
            first, second = (F.avg_pool2d(p.double(), 2) for p in (first, second))
        whole, structure = _similarity(first, second)
        term = whole if scale == len(SCALES) - 1 else structure  # lightness counts at the coarsest
        terms.append(term.clamp_min(0) ** exponent)
    return torch.stack(terms).prod(0)


def _similarity(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Means over the picture of l c s and of c s (Wang et al. 2004, equations 6, 9 and 10): N each."""
    sums = first.new_zeros(2, len(first), dtype=torch.float64)
    for a, b in _strips(first, second):
        mean_a, mean_b = _blurred(a), _blurred(b)
        squares, product = mean_a.square() + mean_b.square(), mean_a * mean_b
        variances = _blurred(a.square() + b.square()) - squares
        covariance = _blurred(a * b) - product
        structure = (2 * covariance + C2) / (variances + C2)
        whole = structure * (2 * product + C1) / (squares + C1)
        sums = sums + torch.stack([whole.sum((1, 2, 3)), structure.sum((1, 2, 3))])
    channels, height, width = first.shape[1:]
    whole, structure = sums / (channels * (height - WINDOW + 1) * (width - WINDOW + 1))
    return whole, structure


def _strips(first: Tensor, second: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of both in float64; each window is in one strip, so that sums over strips are exact."""
    count, channels, height, width = first.shape
    rows = max(1, _PART // (count * channels * width))
    for top in range(0, height - WINDOW + 1, rows):
        part = slice(top, top + rows + WINDOW - 1)
        yield first[:, :, part].double(), second[:, :, part].double()


def _blurred(x: Tensor) -> Tensor:
    """Means under a Gaussian window, where it lies within: both sides are WINDOW - 1 shorter."""
    at = torch.arange(WINDOW, dtype=x.dtype, device=x.device) - WINDOW // 2
    weights = torch.exp(-at.square() / (2 * SIGMA**2))
    for axis in (2, 3):
        length = x.shape[axis] - WINDOW + 1
        shifted = (x.narrow(axis, i, length) * w for i, w in enumerate(weights / weights.sum()))
        x = sum(shifted, start=x.new_zeros(()))
    return x


def _require(pictures: Tensor, side: int, name: str) -> None:
    height, width = pictures.shape[-2:]
    if min(height, width) < side:
        raise ZeuxisError(
            f"{name} needs sides of {side} pixels at least, but these pictures have {width}x{height}"
        )
