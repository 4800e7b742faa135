"""From a painting to the row of its style: a network that has learned to read styles.

Ghiasi et al. 2017 train a whole network to predict the numbers of conditional instance normalisation. Here
VGG reads, as for Huang & Belongie 2017: the mean and the spread of every channel of four layers are what it
makes of a painting, and two dense layers turn these into a row. Few paintings go a long way then: VGG has
seen a million pictures.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_1")
CHANNELS = 64 + 128 + 256 + 512
FAINT = 0.05  # added before the logarithm; a layer's mean activation is 1


class Predictor(nn.Module):
    """What VGG makes of a painting to a row.

    Args:
        row_length: numbers of a row.
        hidden: width of the layer between.

    Attributes:
        center, scale: of the description over paintings; it is less and over these before the first layer.
    """

    center: Tensor
    scale: Tensor

    def __init__(self, row_length: int, hidden: int = 256) -> None:
        super().__init__()
        self.first = nn.Linear(2 * CHANNELS, hidden)
        self.second = nn.Linear(hidden, row_length)
        self.register_buffer("center", torch.zeros(2 * CHANNELS))
        self.register_buffer("scale", torch.ones(2 * CHANNELS))

    @property
    def config(self) -> dict[str, Any]:
        """What it was made with, for a card."""
        return {"row_length": self.second.out_features, "hidden": self.first.out_features}

    def forward(self, features: Mapping[str, Tensor]) -> Tensor:
        """Rows, N x P, of N paintings, given their features at `LAYERS`."""
        x = (description(features) - self.center) / self.scale
        row: Tensor = self.second(torch.relu(self.first(x)))
        return row

    @torch.no_grad()
    def begin(self, descriptions: Tensor, row: Tensor) -> None:
        """Centre on the descriptions of some paintings, M x 1920, and predict `row`, P, for all at first."""
        self.center.copy_(descriptions.mean(0))
        self.scale.copy_(descriptions.std(0).clamp_min(0.1))
        self.second.weight.mul_(0.1)
        self.second.bias.copy_(row)


def description(features: Mapping[str, Tensor]) -> Tensor:
    """N x 1920: logarithms of every channel's mean, then of its standard deviation."""
    means, spreads = [], []
    for layer in LAYERS:
        rows = features[layer].permute(0, 2, 3, 1).flatten(1, 2).float()  # channels last: fast sums
        spread, mean = torch.std_mean(rows, dim=1, correction=0)
        means.append(mean)
        spreads.append(spread)
    return torch.log(torch.cat([*means, *spreads], 1) + FAINT)
