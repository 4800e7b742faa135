"""Geometric changes (Karras et al. 2020, appendix B): scale, turn, stretch, turn, shift, in one resampling.

The paper doubles the picture with a wavelet, resamples it linearly and halves it with the same wavelet, so
that fine detail neither fades nor turns into false patterns. So do we, with other filters: doubling is
bicubic, and halving is its pseudo-inverse, the best fit of a doubled picture to what was resampled. Both are
symmetric, where the wavelet moves turned pictures by part of a pixel, and halving undoes doubling exactly.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from zeuxis.gan.augmentation.chances import Chances

SCALE = 0.2  # deviation of the scale's logarithm to base 2
SHIFT = 1 / 8  # deviation of the shift, of a side


def geometry(pictures: Tensor, chances: Chances, p: float, is_antialiased: bool = True) -> Tensor:
    """Scaled, turned, stretched, turned and shifted by drawn amounts; differentiable once.

    Args:
        pictures: N x C x H x W.
        chances: draws the amounts.
        p: how likely a change is; either turn happens with 1 - √(1 - p), so that one of them does with p.
        is_antialiased: whether to resample at twice the size.
    """
    turn = 1 - math.sqrt(1 - p)
    scale = chances.factor(SCALE)
    before = chances.uniform(-math.pi, math.pi, p=turn)
    stretch = chances.factor(SCALE)
    after = chances.uniform(-math.pi, math.pi, p=turn)
    shift = chances.normal(SHIFT, columns=2)
    size = shift.new_tensor(pictures.shape[:1:-1])  # width, height
    back = (
        _scaling(1 / scale, 1 / scale)
        @ _turning(-before)
        @ _scaling(1 / stretch, stretch)
        @ _turning(-after)
    )
    return resample(pictures, back, shift * size, is_antialiased)


def resample(pictures: Tensor, back: Tensor, shift: Tensor, is_antialiased: bool = True) -> Tensor:
    """Pictures whose pixel q, from the middle, is what was at `back` (q - shift), between pixels linearly.

    What comes in from outside is the picture mirrored at its edge. Pictures that stay where they are do so to
    the bit.

    Args:
        pictures: N x C x H x W.
        back: from a place in the new picture to that in the old one, N x 2 x 2, of (right, down).
        shift: N x 2, in pixels, right and down.
        is_antialiased: whether to resample at twice the size.
    """
    moves = torch.cat([back, -back @ shift[:, :, None]], 2)
    is_moved = (moves != torch.eye(2, 3).to(moves)).flatten(1).any(1)
    (moving,) = torch.nonzero(is_moved, as_tuple=True)
    if len(moving) == 0:
        return pictures
    old = pictures[moving]
    half = shift.new_tensor(pictures.shape[:1:-1]) / 2
    relative = moves[moving] / half[:, None]  # what grids count in: -1 and 1 are the edges
    relative = relative * torch.cat([half, half.new_ones(1)])
    if is_antialiased:
        old = _apply(old, *(_doubling(side, old.dtype, old.device) for side in old.shape[2:]))
    grid = F.affine_grid(relative, list(old.shape), align_corners=False)
    new = F.grid_sample(old, grid, padding_mode="reflection", align_corners=False)
    if is_antialiased:
        new = _apply(new, *(_halving(side, new.dtype, new.device) for side in pictures.shape[2:]))
    return pictures.index_copy(0, moving, new)


def _scaling(x: Tensor, y: Tensor) -> Tensor:
    """Factors, N x 1 each, to diagonal matrices, N x 2 x 2."""
    return torch.diag_embed(torch.cat([x, y], 1))


def _turning(angle: Tensor) -> Tensor:
    """Angles, N x 1, to rotations of (right, down), N x 2 x 2: clockwise as one sees it."""
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.cat([cos, -sin], 1), torch.cat([sin, cos], 1)], 1)


def _apply(pictures: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Along either side a matrix."""
    return rows @ pictures @ columns.T


@lru_cache(maxsize=32)
def _doubling(side: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The matrix that doubles a side, bicubically: 2 side x side."""
    unit = torch.eye(side, dtype=torch.float64)[None, None]
    doubled = F.interpolate(unit, size=(2 * side, side), mode="bicubic", align_corners=False)
    return doubled[0, 0].to(device, dtype)


@lru_cache(maxsize=32)
def _halving(side: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The matrix that undoes doubling best, in the sense of least squares: side x 2 side."""
    doubling = _doubling(side, torch.float64, torch.device("cpu"))
    halving: Tensor = torch.linalg.pinv(doubling)
    return halving.to(device, dtype)
