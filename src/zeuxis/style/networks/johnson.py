"""The image transformation network of Johnson et al. 2016, as table 1 of the supplement has it.

Where we deviate:

- instance normalisation (Ulyanov et al. 2016), as in the authors' own later release, unless asked for the
  paper's batch normalisation;
- sides that are no multiples of 4 are continued by up to 3 pixels more to the right and below, and the
  painting is cropped; a picture too small to be reflected so deep has its borders repeated.
"""

from collections import OrderedDict
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.perception.sources import INPUTS
from zeuxis.registry import Registry

WIDTHS = (32, 64, 128)  # channels at full, half and quarter size
BLOCKS = 5
PADDING = 40  # what the residual blocks' unpadded convolutions take away: 2 x 5 x 4 pixels
MULTIPLE = 4
LEAST = 5  # pixels a side: a single one at a quarter has nothing to be normalised by

NORMS = Registry[type[nn.Module]]("normalisation")
NORMS.register("instance")(nn.InstanceNorm2d)
NORMS.register("batch")(nn.BatchNorm2d)


class Johnson(nn.Module):
    """A picture to a painted picture, in the one style it was trained for.

    Args:
        norm: `"instance"` or, as in the paper, `"batch"`.

    Raises:
        ZeuxisError: for another `norm`.
    """

    mean: Tensor

    def __init__(self, norm: str = "instance") -> None:
        super().__init__()
        self.norm = norm
        full, half, quarter = WIDTHS
        self.down = nn.Sequential(
            _layer(nn.Conv2d(3, full, 9, padding=4, bias=False), norm),
            _layer(nn.Conv2d(full, half, 3, 2, padding=1, bias=False), norm),
            _layer(nn.Conv2d(half, quarter, 3, 2, padding=1, bias=False), norm),
        )
        self.residual = nn.Sequential(*(_Residual(quarter, norm) for _ in range(BLOCKS)))
        self.up = nn.Sequential(
            _layer(_doubling(quarter, half), norm), _layer(_doubling(half, full), norm)
        )
        self.last = nn.Conv2d(full, 3, 9, padding=4)
        mean = torch.tensor(INPUTS["caffe"]["mean"][::-1])  # there they are blue, green, red
        self.register_buffer("mean", mean.reshape(1, 3, 1, 1), persistent=False)

    @property
    def config(self) -> dict[str, Any]:
        """What it was made with, for a card."""
        return {"norm": self.norm}

    def forward(self, picture: Tensor) -> Tensor:
        """Paint.

        Args:
            picture: N x 3 x H x W, RGB, [0, 1].

        Returns:
            N x 3 x H x W in [0, 1].
        """
        height, width = picture.shape[-2:]
        return self.paint(continued(picture))[..., :height, :width]

    def paint(self, x: Tensor) -> Tensor:
        """`forward` for a picture that has its margin already, its sides multiples of 4."""
        x = self.down(255 * x - self.mean)
        x = self.last(self.up(self.residual(x)))
        return (1 + torch.tanh(x.float())) / 2  # their tanh is scaled to [0, 255], ours to [0, 1]


class _Residual(nn.Module):
    """Two unpadded convolutions and no ReLU after the addition (Gross & Wilber 2016)."""

    def __init__(self, channels: int, norm: str) -> None:
        super().__init__()
        self.first = _layer(nn.Conv2d(channels, channels, 3, bias=False), norm)
        self.second = _layer(nn.Conv2d(channels, channels, 3, bias=False), norm, is_rectified=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.second(self.first(x))
        return x[..., 2:-2, 2:-2] + y


def continued(picture: Tensor) -> Tensor:
    """The picture with the margin that the network takes away."""
    height, width = picture.shape[-2:]
    right, below = PADDING + _missing(width), PADDING + _missing(height)
    mode = "reflect" if min(height, width) > PADDING + MULTIPLE else "replicate"
    return F.pad(picture, (PADDING, right, PADDING, below), mode=mode)


def _missing(side: int) -> int:
    """Pixels that a side lacks to be a multiple of 4, and to be more than one pixel at a quarter."""
    whole = max(side, LEAST)
    return whole + -whole % MULTIPLE - side


def _layer(
    convolution: nn.Conv2d | nn.ConvTranspose2d, norm: str, is_rectified: bool = True
) -> nn.Sequential:
    parts: OrderedDict[str, nn.Module] = OrderedDict(
        convolution=convolution, norm=NORMS.get(norm)(convolution.out_channels, affine=True)
    )
    if is_rectified:
        parts["relu"] = nn.ReLU()
    return nn.Sequential(parts)


def _doubling(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    """The table's "stride 1/2"."""
    return nn.ConvTranspose2d(inputs, outputs, 3, 2, padding=1, output_padding=1, bias=False)
