"""SRResNet, the generator of SRGAN: Ledig et al. 2017, figure 4 and section 2.1.1.

Where we deviate: pictures are in [0, 1] on both sides, and nothing bounds what comes out, as in the authors'
figure; they scale what comes out to [-1, 1].
"""

from typing import Any

from torch import Tensor, nn

WIDTH = 64


class SRResNet(nn.Module):
    """A picture to a larger one.

    Args:
        scale: how many times its sides: 2, 3, 4 or 8.
        blocks: residual blocks.
    """

    def __init__(self, scale: int, blocks: int = 16) -> None:
        super().__init__()
        self.scale, self.blocks = scale, blocks
        self.first = nn.Sequential(nn.Conv2d(3, WIDTH, 9, padding=4), nn.PReLU())
        self.body = nn.Sequential(*(_Block() for _ in range(blocks)))
        joined = nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False)
        self.joined = nn.Sequential(joined, nn.BatchNorm2d(WIDTH))
        factors = [3] if scale == 3 else [2] * (scale.bit_length() - 1)
        self.up = nn.Sequential(*(_enlarging(factor) for factor in factors))
        self.last = nn.Conv2d(WIDTH, 3, 9, padding=4)

    @property
    def config(self) -> dict[str, Any]:
        """What it was made with, for a card."""
        return {"scale": self.scale, "blocks": self.blocks}

    @property
    def margin(self) -> int:
        """Pixels beyond a part of the picture that the part's enlargement depends on."""
        return 4 + 2 * self.blocks + 1 + 2 + 4  # the enlarging layers reach less than two

    @property
    def floats(self) -> int:
        """Numbers for each pixel of the picture that are there at once, about."""
        return 3 * WIDTH * self.scale**2

    def forward(self, picture: Tensor) -> Tensor:
        """Enlarge.

        Args:
            picture: N x 3 x H x W, RGB, [0, 1].

        Returns:
            N x 3 x sH x sW.
        """
        x = self.first(picture)
        enlarged: Tensor = self.last(self.up(x + self.joined(self.body(x))))
        return enlarged.to(picture.dtype)


class _Block(nn.Module):
    """k3n64s1 twice, and the sum (Gross & Wilber 2016)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.PReLU(),
            nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False),
            nn.BatchNorm2d(WIDTH),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y


def _enlarging(factor: int) -> nn.Sequential:
    """k3n256s1 and a shuffle (Shi et al. 2016)."""
    apart = nn.Conv2d(WIDTH, WIDTH * factor**2, 3, padding=1)
    return nn.Sequential(apart, nn.PixelShuffle(factor), nn.PReLU())
