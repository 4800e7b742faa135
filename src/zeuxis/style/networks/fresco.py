"""Fresco: our own small network that paints in one pass, quickly, as one must on wet plaster.

The job of Johnson et al. 2016 for about a tenth of the arithmetic. What is new against the paper:

- it works at a half, a quarter and an eighth of the picture's size; the picture is unshuffled into the first
  layer (Shi et al. 2016), so that nothing is convolved at full size;
- conditional instance normalisation (Dumoulin et al. 2017, equation 5): all that is particular to a style is
  one row of numbers, a scale and a shift for each channel of each normalisation, so rows can be blended;
- a skip from the way down to the way up, at a quarter, so that the photo stays readable;
- it enlarges by nearest neighbours and a convolution (Odena et al. 2016), and at last by a shuffle; a fixed
  [1, 2, 1] filter before the former and after the latter takes away what alternates from cell to cell, which
  otherwise becomes a lattice (Sugawara et al. 2018 use [1, 1] after a shuffle);
- borders are continued by reflection before every convolution: zeros would draw a frame.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Style = tuple[Tensor, Tensor]  # scale and shift of a normalisation, N x C

EPSILON = 1e-5
MULTIPLE = 8  # sides of what the network works on
SMALLEST = 16  # the least of these sides: reflection at an eighth needs two


class Fresco(nn.Module):
    """A picture and a row of style numbers to a painted picture.

    Args:
        widths: channels at a half, a quarter and an eighth of the picture's size.
        blocks: residual blocks at an eighth.
        fine_blocks: residual blocks at a quarter, on the way up.

    Attributes:
        row_length: how many numbers make a style.
    """

    def __init__(
        self, widths: Sequence[int] = (16, 48, 96), blocks: int = 3, fine_blocks: int = 1
    ) -> None:
        super().__init__()
        half, quarter, eighth = self.widths = tuple(widths)
        self.blocks, self.fine_blocks = blocks, fine_blocks
        self.down = nn.ModuleList(
            [
                _convolution(12, half),
                _convolution(half, quarter, stride=2),
                _convolution(quarter, eighth, stride=2),
            ]
        )
        self.residual = nn.ModuleList(_convolution(eighth, eighth) for _ in range(2 * blocks))
        self.fine = nn.ModuleList(_convolution(quarter, quarter) for _ in range(2 * fine_blocks))
        self.up = nn.ModuleList([_convolution(eighth, quarter), _convolution(quarter, half)])
        self.last = _convolution(half, 12, bias=True)
        on_the_way_up = [quarter] * (1 + 2 * fine_blocks)
        self.norms = [half, quarter, eighth, *[eighth] * (2 * blocks), *on_the_way_up, half]
        self.row_length = 2 * sum(self.norms)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    @property
    def config(self) -> dict[str, Any]:
        """What it was made with, for a card."""
        return {"widths": list(self.widths), "blocks": self.blocks, "fine_blocks": self.fine_blocks}

    def plain_row(self) -> Tensor:
        """The row of instance normalisation with nothing learned: scales of 1, then shifts of 0."""
        return torch.cat([torch.ones(self.row_length // 2), torch.zeros(self.row_length // 2)])

    def forward(self, picture: Tensor, rows: Tensor) -> Tensor:
        """Paint.

        Args:
            picture: N x 3 x H x W, RGB, [0, 1].
            rows: N x `row_length`: the scales of all normalisations in order, then their shifts.

        Returns:
            N x 3 x H x W in [0, 1].
        """
        height, width = picture.shape[-2:]
        return self.paint(continued(picture), rows)[..., :height, :width]

    def paint(self, x: Tensor, rows: Tensor) -> Tensor:
        """`forward` for a picture whose sides are multiples of 8, and 16 at least."""
        scales, shifts = (torch.split(part, self.norms, 1) for part in rows.chunk(2, 1))
        styles = iter(zip(scales, shifts, strict=True))
        x = F.pixel_unshuffle(x, 2)
        x = F.relu(_normalised(self.down[0](x), *next(styles)))
        x = skip = F.relu(_normalised(self.down[1](x), *next(styles)))
        x = F.relu(_normalised(self.down[2](x), *next(styles)))
        x = _through(self.residual, x, styles)
        x = skip + F.relu(_normalised(self.up[0](_doubled(x)), *next(styles)))
        x = _through(self.fine, x, styles)
        x = F.relu(_normalised(self.up[1](_doubled(x)), *next(styles)))
        x = F.pixel_shuffle(self.last(x), 2)
        with torch.autocast(
            x.device.type, enabled=False
        ):  # bfloat16 has fewer levels than a screen
            return torch.sigmoid(_smoothed(x.float()))


def _through(convolutions: nn.ModuleList, x: Tensor, styles: Iterator[Style]) -> Tensor:
    """Through residual blocks of two convolutions, with no ReLU after the addition (Gross & Wilber 2016)."""
    for first, second in zip(convolutions[::2], convolutions[1::2], strict=True):
        y = F.relu(_normalised(first(x), *next(styles)))
        x = x + _normalised(second(y), *next(styles))
    return x


def continued(picture: Tensor) -> Tensor:
    """The picture with its last row and column repeated until its sides are what the network works on."""
    below, right = (max(SMALLEST, side + -side % MULTIPLE) - side for side in picture.shape[-2:])
    return F.pad(picture, (0, right, 0, below), mode="replicate")


def _convolution(inputs: int, outputs: int, stride: int = 1, bias: bool = False) -> nn.Conv2d:
    """Without a bias where a normalisation follows, which would take it away."""
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=bias, padding_mode="reflect")


def _normalised(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Conditional instance normalisation: Dumoulin et al. 2017, equation 5."""
    variance, mean = torch.var_mean(x.float(), dim=(2, 3), correction=0)
    scale = scale * torch.rsqrt(variance + EPSILON)
    shift = shift - mean * scale
    return x * scale[:, :, None, None].to(x.dtype) + shift[:, :, None, None].to(x.dtype)


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(_smoothed(x), scale_factor=2, mode="nearest")


def _smoothed(x: Tensor) -> Tensor:
    """[1, 2, 1] / 4 down and across: takes away what alternates from pixel to pixel."""
    line = x.new_tensor([0.25, 0.5, 0.25])
    channels = x.shape[1]
    kernel = (line[:, None] * line[None, :]).expand(channels, 1, 3, 3)
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), kernel, groups=channels)
