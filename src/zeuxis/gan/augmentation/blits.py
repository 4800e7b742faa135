"""Pixel blits (Karras et al. 2020, appendix B): pixels change their places, never their values."""

import torch
from torch import Tensor

from zeuxis.gan.augmentation.chances import Chances

SHIFT = 1 / 8  # of a side, at most


def blits(
    pictures: Tensor, chances: Chances, has_flips: bool = True, has_turns: bool = True
) -> Tensor:
    """Mirrored left to right, turned by quarters, shifted by whole pixels; in this order.

    Args:
        pictures: N x C x H x W.
        chances: draws the amounts.
        has_flips: whether pictures are mirrored.
        has_turns: whether they are turned; those that are not square never are.
    """
    height, width = pictures.shape[2:]
    flips = chances.whole(2 if has_flips else 1)
    turns = chances.whole(4 if has_turns and height == width else 1)
    shifts = chances.uniform(-SHIFT, SHIFT, columns=2)
    down, right = (shifts[:, :1] * height).round(), (shifts[:, 1:] * width).round()
    return blit(pictures, flips, turns, down, right)


def blit(pictures: Tensor, flips: Tensor, turns: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """What `blits` draws, done: every new pixel is fetched from where it came from.

    What comes in from outside is the picture mirrored at its edge.

    Args:
        pictures: N x C x H x W.
        flips: 1 to mirror left to right, else 0; N x 1, as all others.
        turns: quarters of a turn, against the clock; 0 where pictures are not square.
        down: whole pixels to shift by.
        right: whole pixels to shift by.
    """
    height, width = pictures.shape[2:]
    rows = torch.arange(height, device=pictures.device) - down.long()
    columns = torch.arange(width, device=pictures.device) - right.long()
    # From the last change to the first: the shift, the turn, the mirror.
    y = _mirrored(rows, height)[:, :, None].expand(-1, -1, width)
    x = _mirrored(columns, width)[:, None, :].expand(-1, height, -1)
    for quarter in (1, 2, 3):
        is_turned = turns[:, :, None] >= quarter
        y, x = torch.where(is_turned, x, y), torch.where(is_turned, width - 1 - y, x)
    x = torch.where(flips[:, :, None] == 1, width - 1 - x, x)
    places = (y * width + x).flatten(1)[:, None].expand(-1, pictures.shape[1], -1)
    return pictures.flatten(2).gather(2, places).view_as(pictures)


def _mirrored(places: Tensor, side: int) -> Tensor:
    """Places on a side that is continued by its mirror image, brought back onto the side."""
    places = places % (2 * side)
    return torch.where(places < side, places, 2 * side - 1 - places)
