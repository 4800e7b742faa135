"""Loupe: our own small network that makes pictures larger, on a laptop's processor.

It works at the size that comes in and shuffles up at the end (Shi et al. 2016), with residual blocks without
normalisation (Lim et al. 2017). What it adds goes on top of the bicubic enlargement, which is one fixed
convolution: untrained, the network is that enlargement, and all it has to learn is what is missing there.
"""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.upscaling.bicubic import cubic

SLOPE = 0.05  # of what is below 0
TAPS = 5  # of the bicubic kernel for all places between pixels together


class Loupe(nn.Module):
    """A picture to a larger one.

    Args:
        scale: how many times its sides.
        width: channels.
        blocks: residual blocks.
    """

    base: Tensor

    def __init__(self, scale: int, width: int = 64, blocks: int = 6) -> None:
        super().__init__()
        self.scale, self.width, self.blocks = scale, width, blocks
        self.first = _convolution(3, width)
        self.body = nn.Sequential(*(_Block(width) for _ in range(blocks)))
        self.joined = _convolution(width, width)
        self.last = _convolution(width, 3 * scale**2)
        nn.init.zeros_(self.last.weight)
        self.register_buffer("base", bicubic_kernel(scale), persistent=False)

    @property
    def config(self) -> dict[str, Any]:
        """What it was made with, for a card."""
        return {"scale": self.scale, "width": self.width, "blocks": self.blocks}

    @property
    def margin(self) -> int:
        """Pixels beyond a part of the picture that the part's enlargement depends on."""
        return 3 + 2 * self.blocks

    @property
    def floats(self) -> int:
        """Numbers for each pixel of the picture that are there at once, about."""
        return 4 * self.width + 9 * self.scale**2

    def forward(self, picture: Tensor) -> Tensor:
        """Enlarge.

        Args:
            picture: N x 3 x H x W, RGB, [0, 1].

        Returns:
            N x 3 x sH x sW; a little outside of [0, 1] at edges, as the bicubic enlargement is.
        """
        x = F.leaky_relu(self.first(picture), SLOPE)
        details = self.last(x + self.joined(self.body(x)))
        # The sum is at the precision of what came in: it holds the picture, and not only what is added.
        enlarged = enlarged_by(self.base, picture) + details.to(picture.dtype)
        return F.pixel_shuffle(enlarged, self.scale)


class _Block(nn.Module):
    """x and what two convolutions make of it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _convolution(width, width), _convolution(width, width)
        with torch.no_grad():
            self.second.weight.mul_(0.1)  # a block that is near to nothing at first

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.second(F.leaky_relu(self.first(x), SLOPE))
        return x + y


def enlarged_by(kernel: Tensor, picture: Tensor) -> Tensor:
    """The bicubic enlargement before it is shuffled, N x 3s² x H x W, at the picture's own precision."""
    around = F.pad(picture, [TAPS // 2] * 4, mode="replicate")
    with torch.autocast(picture.device.type, enabled=False):
        return F.conv2d(around, kernel, groups=3)


def bicubic_kernel(scale: int) -> Tensor:
    """What enlarges by the cubic kernel of Keys 1981 once its channels are shuffled: 3s² x 1 x 5 x 5."""
    at = (np.arange(scale) + 0.5) / scale - 0.5  # in pixels, from the middle of the one it is in
    lines = cubic(np.arange(TAPS) - TAPS // 2 - at[:, None])
    planes = np.einsum("ik,jl->ijkl", lines, lines).reshape(scale**2, 1, TAPS, TAPS)
    return torch.from_numpy(np.tile(planes, (3, 1, 1, 1))).float()


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
    nn.init.kaiming_normal_(convolution.weight, a=SLOPE)
    assert convolution.bias is not None
    nn.init.zeros_(convolution.bias)
    return convolution
