"""SRCNN, the first network that enlarged: Dong et al. 2016 (TPAMI), section 3.1, filters 9-5-5.

Where we deviate: it takes and gives RGB (their section 4.5), borders are padded with zeros, and what it makes
is added to the bicubic enlargement, as Kim et al. 2016 have it, which learns sooner.
"""

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.upscaling.networks.loupe import bicubic_kernel, enlarged_by

WIDTHS = (64, 32)


class SRCNN(nn.Module):
    """A picture to a larger one.

    Args:
        scale: how many times its sides.
    """

    base: Tensor

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.patches = nn.Conv2d(3, WIDTHS[0], 9, padding=4)
        self.mapping = nn.Conv2d(WIDTHS[0], WIDTHS[1], 5, padding=2)
        self.last = nn.Conv2d(WIDTHS[1], 3, 5, padding=2)
        self.register_buffer("base", bicubic_kernel(scale), persistent=False)

    @property
    def config(self) -> dict[str, Any]:
        """What it was made with, for a card."""
        return {"scale": self.scale}

    @property
    def margin(self) -> int:
        """Pixels beyond a part of the picture that the part's enlargement depends on."""
        return 2 + -(-8 // self.scale)

    @property
    def floats(self) -> int:
        """Numbers for each pixel of the picture that are there at once, about."""
        return 2 * WIDTHS[0] * self.scale**2

    def forward(self, picture: Tensor) -> Tensor:
        """Enlarge.

        Args:
            picture: N x 3 x H x W, RGB, [0, 1].

        Returns:
            N x 3 x sH x sW.
        """
        larger = F.pixel_shuffle(enlarged_by(self.base, picture), self.scale)
        x = F.relu(self.mapping(F.relu(self.patches(larger))))
        details: Tensor = self.last(x)
        return larger + details.to(picture.dtype)
