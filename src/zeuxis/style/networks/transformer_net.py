"""The network of PyTorch's example `fast_neural_style`, and of those who built upon it.

Johnson et al. 2016 with instance normalisation (Ulyanov et al. 2016), a reflection before every convolution,
enlargement by nearest neighbours and a convolution (Odena et al. 2016), and no tanh. Where we deviate:

- what the others do to pictures before and after (0 to 255, means, BGR) is in our first and last weights, put
  there by `importing`;
- no biases before a normalisation, which would take them away;
- the painting is clamped, and cropped to the picture's size where theirs grows to a multiple of 4.
"""

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError

WIDTHS = (32, 64, 128)  # channels at full, half and quarter size
BLOCKS = 5
LEAST = 5  # pixels a side that can be reflected 4 deep, and a quarter of them 1 deep
UPSAMPLINGS = ("nearest", "transposed")


class TransformerNet(nn.Module):
    """A picture to a painted picture, in the one style it was trained for.

    Args:
        upsampling: `"nearest"`, or `"transposed"` for transposed convolutions.
        rectified: whether a ReLU follows the addition in a residual block.

    Raises:
        ZeuxisError: for another `upsampling`.
    """

    def __init__(self, upsampling: str = "nearest", rectified: bool = False) -> None:
        super().__init__()
        if upsampling not in UPSAMPLINGS:
            raise ZeuxisError(
                f"unknown upsampling {upsampling!r}: choose one of {', '.join(UPSAMPLINGS)}"
            )
        self.upsampling, self.rectified = upsampling, rectified
        full, half, quarter = WIDTHS
        doubling = _convolution if upsampling == "nearest" else _transposed
        self.down = nn.ModuleList(
            [
                _layer(_convolution(3, full, size=9)),
                _layer(_convolution(full, half, stride=2)),
                _layer(_convolution(half, quarter, stride=2)),
            ]
        )
        self.residual = nn.ModuleList(
            _layer(_convolution(quarter, quarter)) for _ in range(2 * BLOCKS)
        )
        self.up = nn.ModuleList([_layer(doubling(quarter, half)), _layer(doubling(half, full))])
        self.last = nn.Conv2d(full, 3, 9, padding=4, padding_mode="reflect")

    def forward(self, picture: Tensor) -> Tensor:
        """Paint.

        Args:
            picture: N x 3 x H x W, RGB, [0, 1].

        Returns:
            N x 3 x H x W in [0, 1].
        """
        height, width = picture.shape[-2:]
        right, below = max(0, LEAST - width), max(0, LEAST - height)
        x = F.pad(picture, (0, right, 0, below), mode="replicate")
        return self.paint(x)[..., :height, :width].clamp(0, 1)

    def paint(self, x: Tensor) -> Tensor:
        """`forward` as it was published: neither clamped nor cropped."""
        for layer in self.down:
            x = F.relu(layer(x))
        for first, second in zip(self.residual[::2], self.residual[1::2], strict=True):
            x = x + second(F.relu(first(x)))
            if self.rectified:
                x = F.relu(x)
        for layer in self.up:
            if self.upsampling == "nearest":
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = F.relu(layer(x))
        painted: Tensor = self.last(x)
        return painted


def _layer(convolution: nn.Conv2d | nn.ConvTranspose2d) -> nn.Sequential:
    norm = nn.InstanceNorm2d(convolution.out_channels, affine=True)
    return nn.Sequential(OrderedDict(convolution=convolution, norm=norm))


def _convolution(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(
        inputs, outputs, size, stride, padding=size // 2, padding_mode="reflect", bias=False
    )


def _transposed(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(inputs, outputs, 3, 2, padding=1, output_padding=1, bias=False)
