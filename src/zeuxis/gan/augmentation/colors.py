"""Changes of colour (Karras et al. 2020, appendix B), all in one affine map of each pixel."""

import math

import torch
from torch import Tensor

from zeuxis.gan.augmentation.chances import Chances

GREY = 0.5  # about which colours are scaled: 0 of the paper's pictures, which are in [-1, 1]
BRIGHTNESS = 0.1  # deviation; 0.2 in [-1, 1]
CONTRAST = 0.5  # deviation of its logarithm to base 2
SATURATION = 1.0  # the same


def colors(pictures: Tensor, chances: Chances) -> Tensor:
    """Brightness, contrast, flip of luma, hue, saturation; in this order.

    Args:
        pictures: N x C x H x W; of C = 1 only brightness, contrast and luma change.
        chances: draws the amounts.
    """
    brightness = chances.normal(BRIGHTNESS)
    contrast = chances.factor(CONTRAST)
    luma = 1 - 2 * chances.whole(2)
    if pictures.shape[1] == 1:
        return recolor(pictures, brightness, (contrast * luma)[:, :, None])
    hue = chances.uniform(-math.pi, math.pi)
    saturation = chances.factor(SATURATION)
    return recolor(pictures, brightness, mixing(contrast, luma, hue, saturation))


def recolor(pictures: Tensor, brightness: Tensor, mix: Tensor) -> Tensor:
    """grey + mix (pixel + brightness - grey).

    Args:
        pictures: N x C x H x W.
        brightness: N x 1.
        mix: N x C x C.
    """
    around = pictures + (brightness - GREY)[:, :, None, None]
    return torch.einsum("nij,njhw->nihw", mix, around) + GREY


def mixing(contrast: Tensor, luma: Tensor, hue: Tensor, saturation: Tensor) -> Tensor:
    """The matrix of RGB, N x 3 x 3, that flips along the grey axis, turns about it and scales across it.

    With v = (1, 1, 1) / √3, of the paper's product of matrices this is what is left:
    c (± v vᵀ + s (cos t (I - v vᵀ) + sin t [v]×)).

    Args:
        contrast: c, N x 1, as all others.
        luma: 1, or -1 to turn light into dark.
        hue: t, in radians.
        saturation: s.
    """
    grey = contrast.new_full((3, 3), 1 / 3)
    across = torch.eye(3).to(grey) - grey
    turn = grey.new_tensor([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    c, t, s, sign = (amount[:, :, None] for amount in (contrast, hue, saturation, luma))
    return c * (sign * grey + s * (t.cos() * across + t.sin() * turn))
