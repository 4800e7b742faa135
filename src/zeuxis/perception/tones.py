"""Losses that hold a painting's large forms to the photograph's, and leave its strokes alone.

Gram matrices say which colours a picture has, not where. A small network then lays patches of them where the
photo has nothing to show for it. Both losses look from afar, at means of squares as large as strokes.
Ours.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
FORM, PATCH = 8, 16  # pixels of the squares
EDGE = 20.0  # how soon a difference in the photo excuses one in the painting: 1/e at 0.05


def tone_loss(picture: Tensor, photo: Tensor) -> Tensor:
    """What is light in the photo shall be light in the painting: 1 less the correlation of their lightness.

    Args:
        picture: N x 3 x H x W in [0, 1], sides of 8 pixels at least.
        photo: the same shape.

    Returns:
        N values from 0 to 2; how light and how contrasting the painting is as a whole does not matter.
    """
    weights = picture.new_tensor(LUMA).reshape(1, 3, 1, 1)
    ours, theirs = ((F.avg_pool2d(p, FORM) * weights).sum(1).flatten(1) for p in (picture, photo))
    ours, theirs = (x - x.mean(1, keepdim=True) for x in (ours, theirs))
    spread = (ours.square().mean(1) * theirs.square().mean(1) + 1e-6).sqrt()
    return 1 - (ours * theirs).mean(1) / spread


def patch_loss(picture: Tensor, photo: Tensor) -> Tensor:
    """Where the photo is even, the painting shall be: its steps from patch to patch, but for the photo's.

    Args:
        picture: N x 3 x H x W in [0, 1], sides of 32 pixels at least.
        photo: the same shape.

    Returns:
        N values from 0 up: mean absolute steps, the colours added up, down and across.
    """
    ours, theirs = (F.avg_pool2d(p, PATCH) for p in (picture, photo))
    total = picture.new_zeros(len(picture))
    for axis in (2, 3):
        steps, excuse = (x.diff(dim=axis).abs().sum(1) for x in (ours, theirs))
        total = total + (steps * torch.exp(-EDGE * excuse)).mean((1, 2))
    return total
