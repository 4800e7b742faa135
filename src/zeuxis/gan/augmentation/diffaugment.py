"""Differentiable augmentation (Zhao et al. 2020): the same few changes for real and made pictures, always.

Nothing is clamped to [0, 1] afterwards: a clamp has no slope where it bites, and the generator would learn
nothing there. The discriminator sees real and made pictures go beyond the range alike.

The paper's pictures are in [-1, 1]; amounts here are for [0, 1], where its 0 is a middle grey.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from zeuxis.registry import Registry

GREY = 0.5  # what comes in from outside and what is cut out
SHIFT = 8  # a side over it is how far a picture is shifted at most
HOLE = 2  # a side over it is what is cut out

Change = Callable[[Tensor, torch.Generator], Tensor]
changes: Registry[Change] = Registry("change of DiffAugment")


class DiffAugment:
    """Changes drawn anew for every picture; differentiable with respect to the pictures, twice too.

    Args:
        policy: which changes, in the order they are made: `"color"`, `"translation"`, `"cutout"`.

    Raises:
        ZeuxisError: for an unknown change.
    """

    def __init__(self, policy: tuple[str, ...] = ("color", "translation", "cutout")) -> None:
        self._changes = [changes.get(name) for name in policy]

    def __call__(self, pictures: Tensor, generator: torch.Generator) -> Tensor:
        """N x C x H x W, about [0, 1], to the same, a little beyond it.

        Args:
            pictures: to change; they are left as they are.
            generator: draws the amounts, on the CPU; the same state gives the same changes.
        """
        for change in self._changes:
            pictures = change(pictures, generator)
        return pictures


@changes.register("color")
def color(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Brightness by -1/4 to 1/4, saturation times 0 to 2, contrast times 1/2 to 3/2; in this order.

    Saturation is the distance of a pixel from its grey, so that it changes nothing where C = 1; contrast is
    the distance from the mean of the picture.
    """
    amounts = torch.rand(3, len(pictures), 1, 1, 1, generator=generator).to(pictures)
    brightness, saturation, contrast = amounts
    pictures = pictures + (brightness - 0.5) / 2
    if pictures.shape[1] > 1:
        grey = pictures.mean(1, keepdim=True)
        pictures = torch.lerp(grey, pictures, 2 * saturation)
    mean = pictures.mean((1, 2, 3), keepdim=True)
    return torch.lerp(mean, pictures, contrast + 0.5)


@changes.register("translation")
def translation(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Shift by whole pixels, up to an eighth of each side; grey comes in from outside."""
    count, _, height, width = pictures.shape
    down = _whole(-(height // SHIFT), height // SHIFT, count, generator, pictures)
    right = _whole(-(width // SHIFT), width // SHIFT, count, generator, pictures)
    rows, are_rows = _places(height, down, height)
    columns, are_columns = _places(width, right, width)
    picture = torch.arange(count, device=pictures.device)[:, None, None]
    moved = pictures.permute(0, 2, 3, 1)[
        picture,
        rows.clamp(0, height - 1)[:, :, None],
        columns.clamp(0, width - 1)[:, None, :],
    ]
    return moved.masked_fill(~_both(are_rows, are_columns), GREY).permute(0, 3, 1, 2)


@changes.register("cutout")
def cutout(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Paint a rectangle of half of each side grey; its middle is anywhere, so that it may reach outside."""
    count, _, height, width = pictures.shape
    tall, wide = height // HOLE, width // HOLE
    top = _whole(0, height - tall % 2, count, generator, pictures) - tall // 2
    left = _whole(0, width - wide % 2, count, generator, pictures) - wide // 2
    _, are_rows = _places(height, top, tall)
    _, are_columns = _places(width, left, wide)
    is_cut = _both(are_rows, are_columns)
    return pictures.permute(0, 2, 3, 1).masked_fill(is_cut, GREY).permute(0, 3, 1, 2)


def _whole(low: int, high: int, count: int, generator: torch.Generator, like: Tensor) -> Tensor:
    """Whole numbers from low to high, both included, count x 1."""
    return torch.randint(low, high + 1, (count, 1), generator=generator).to(like.device)


def _places(side: int, start: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """Where each pixel of a side is, counted from a start, and whether that is less than a length."""
    places = torch.arange(side, device=start.device) - start
    return places, (places >= 0) & (places < length)


def _both(rows: Tensor, columns: Tensor) -> Tensor:
    """N x H and N x W to N x H x W x 1: where both hold."""
    return (rows[:, :, None] & columns[:, None, :])[..., None]
