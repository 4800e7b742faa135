"""The super-resolution network of Johnson et al. 2016, as tables 2 and 3 of the supplement have it.

Where we deviate: all convolutions are padded with zeros, so that what comes out is exactly as many times as
large as what went in; the paper's "stride 1/2" is read as a transposed convolution.
"""

from typing import Any

import torch
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError

WIDTH = 64
BLOCKS = 4


class JohnsonSR(nn.Module):
    """A picture to a larger one.

    Args:
        scale: how many times its sides: 2, 4 or 8.

    Raises:
        ZeuxisError: for another scale.
    """

    def __init__(self, scale: int) -> None:
        super().__init__()
        if scale not in (2, 4, 8):
            raise ZeuxisError(
                f"johnson-sr doubles and doubles again: the scale {scale} is not 2, 4 or 8"
            )
        self.scale = scale
        doublings = scale.bit_length() - 1
        self.first = _layer(nn.Conv2d(3, WIDTH, 9, padding=4, bias=False))
        self.residual = nn.Sequential(*(_Residual() for _ in range(BLOCKS)))
        self.up = nn.Sequential(*(_layer(_doubling()) for _ in range(doublings)))
        self.last = nn.Conv2d(WIDTH, 3, 9, padding=4)

    @property
    def config(self) -> dict[str, Any]:
        """What it was made with, for a card."""
        return {"scale": self.scale}

    @property
    def margin(self) -> int:
        """Pixels beyond a part of the picture that the part's enlargement depends on."""
        return (
            4 + 2 * BLOCKS + 2 + 4
        )  # the doublings reach less than two, the last layer at most four

    @property
    def floats(self) -> int:
        """Numbers for each pixel of the picture that are there at once, about."""
        return 3 * WIDTH * self.scale**2

    def forward(self, picture: Tensor) -> Tensor:
        """Enlarge.

        Args:
            picture: N x 3 x H x W, RGB, [0, 1].

        Returns:
            N x 3 x sH x sW in [0, 1].
        """
        x = self.last(self.up(self.residual(self.first(2 * picture - 1))))
        return (1 + torch.tanh(x.float())) / 2


class _Residual(nn.Module):
    """Two convolutions and no ReLU after the addition (Gross & Wilber 2016)."""

    def __init__(self) -> None:
        super().__init__()
        convolutions = [nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False) for _ in range(2)]
        self.first = _layer(convolutions[0])
        self.second = nn.Sequential(convolutions[1], nn.BatchNorm2d(WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.second(self.first(x))
        return x + y


def _layer(convolution: nn.Conv2d | nn.ConvTranspose2d) -> nn.Sequential:
    return nn.Sequential(convolution, nn.BatchNorm2d(WIDTH), nn.ReLU())


def _doubling() -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(WIDTH, WIDTH, 3, 2, padding=1, output_padding=1, bias=False)
