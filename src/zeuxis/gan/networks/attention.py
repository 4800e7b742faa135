"""Self-attention for maps (Zhang et al. 2019, SAGAN)."""

import torch.nn.functional as F
from torch import Tensor, nn, zeros


class SelfAttention(nn.Module):
    """Every place of a map asks all others what they have for it, and adds that (equations 1 to 3).

    As in the authors' code the places asked are those of the map at half its size, which takes a quarter of
    the memory. What is added is weighted by a number that is 0 at first.

    Args:
        channels: of the map.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        keys, values = max(1, channels // 8), max(1, channels // 2)
        self.query = nn.Conv2d(channels, keys, 1, bias=False)
        self.key = nn.Conv2d(channels, keys, 1, bias=False)
        self.value = nn.Conv2d(channels, values, 1, bias=False)
        self.out = nn.Conv2d(values, channels, 1, bias=False)
        self.gain = nn.Parameter(zeros(()))
        for layer in (self.query, self.key, self.value, self.out):
            nn.init.xavier_uniform_(layer.weight)

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to the same."""
        query = self.query(x).flatten(2)
        key = F.max_pool2d(self.key(x), 2).flatten(2)
        value = F.max_pool2d(self.value(x), 2).flatten(2)
        # written out, because the fused one has no second derivative, which gradient penalties need
        attention = (query.mT @ key).softmax(2)
        found = (value @ attention.mT).unflatten(2, x.shape[2:])
        attended: Tensor = x + self.gain * self.out(found)
        return attended
