"""Inception-v3 (Szegedy et al. 2016) as Fréchet distances are measured with, the graph of 2015-12-05.

For speed, batch normalisation is folded into the convolutions, the 1 x 1 convolutions that begin the branches
of a block are one, and average pools come after theirs, with which they commute.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zeuxis.models import load
from zeuxis.perception.inception_layers import BLOCKS, HALVED_AFTER, STEM, Block, Conv
from zeuxis.perception.sources import find

SIDE = 299  # pixels that pictures are resized to


class Inception(nn.Module):
    """The network, from a weight file's tensors. It takes no gradients.

    Pictures go in as N x 3 x H x W, RGB, [0, 1]; out come the means over positions of the last block,
    N x 2048, and logits without their bias, N x 1008, as inception scores are made of (Salimans et al. 2016).
    """

    classes: Tensor

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.stem = nn.ModuleDict({name: _Conv(conv, tensors, name) for name, conv in STEM.items()})
        self.blocks = nn.ModuleList(_Block(b, tensors, name) for name, b in BLOCKS.items())
        self.register_buffer("classes", tensors["fc.weight"])

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Features and logits."""
        levels = (pictures * 255).round()  # the reference is given bytes
        x = (resized(levels) - 128) / 128
        x = x.contiguous(memory_format=torch.channels_last)
        for name, conv in self.stem.items():
            x = F.relu_(conv(x))
            if name in HALVED_AFTER:
                x = F.max_pool2d(x, 3, 2)
        for block in self.blocks:
            x = block(x)
        features = x.mean((2, 3))
        return features, features @ self.classes.T


class _Conv(nn.Module):
    """Convolutions that see the same, as one."""

    weight: Tensor
    bias: Tensor

    def __init__(self, conv: Conv, tensors: Mapping[str, Tensor], *names: str) -> None:
        super().__init__()
        self.stride, self.padding = conv.stride, conv.padding
        weight = torch.cat([tensors[f"{name}.weight"] for name in names])
        self.single = conv.kernel == (
            1,
            1,
        )  # a matrix product, which is the faster with channels last
        weight = weight.flatten(1) if self.single else weight.to(memory_format=torch.channels_last)
        self.register_buffer("weight", weight)
        self.register_buffer("bias", torch.cat([tensors[f"{name}.bias"] for name in names]))

    def forward(self, x: Tensor) -> Tensor:
        if self.single:
            return F.linear(x.permute(0, 2, 3, 1), self.weight, self.bias).permute(0, 3, 1, 2)
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding)


class _Block(nn.Module):
    """A `Block` at work."""

    def __init__(self, block: Block, tensors: Mapping[str, Tensor], title: str) -> None:
        super().__init__()
        self.block, self.lasts = block, block.lasts()
        layers = list(block.layers())
        self.heads = {  # those that see the block's input, at each place, or may be made to
            name: conv.outputs
            for name, before, conv in layers
            if not before
            and conv.kernel == (1, 1)
            and (name != "branch_pool" or block.pool == "average")
        }
        self.before = {name: before for name, before, _ in layers if name not in self.heads}
        self.head = _Conv(Conv(0), tensors, *(f"{title}.{name}" for name in self.heads))
        self.rest = nn.ModuleDict(
            {
                name: _Conv(conv, tensors, f"{title}.{name}")
                for name, _, conv in layers
                if name in self.before
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        done = dict(zip(self.heads, self.head(x).split(list(self.heads.values()), 1), strict=True))
        for name, made in done.items():
            if (
                name == "branch_pool"
            ):  # padding is left out of the mean, so that the bias stays whole
                made = F.avg_pool2d(made, 3, 1, 1, count_include_pad=False)
            done[name] = F.relu(made)
        for name, layer in self.rest.items():
            seen = done[self.before[name]] if self.before[name] else x
            if name == "branch_pool":
                seen = F.max_pool2d(x, 3, 1, 1)
            done[name] = F.relu_(layer(seen))
        parts = [done[name] for name in self.lasts]
        if self.block.pool == "halve":
            parts.append(F.max_pool2d(x, 3, 2))
        return torch.cat(parts, 1)


def resized(pictures: Tensor, side: int = SIDE) -> Tensor:
    """Bilinear as TensorFlow 1 has it: pixel i is looked for at i * in / out, not between the middles.

    Args:
        pictures: N x C x H x W.
        side: the new height and width.
    """
    for axis in (3, 2):
        length = pictures.shape[axis]
        places = torch.arange(side, dtype=torch.float32, device=pictures.device) * (length / side)
        low = places.long()
        below, above = (
            pictures.index_select(axis, each) for each in (low, (low + 1).clamp(max=length - 1))
        )
        share = (places - low).reshape(-1, 1) if axis == 2 else places - low
        pictures = above.sub_(below).mul_(share).add_(below)
    return pictures


def build(tensors: Mapping[str, Any]) -> Inception:
    """The network of a weight file's tensors."""
    return Inception(
        {name: torch.from_numpy(np.array(t, np.float32)) for name, t in tensors.items()}
    )


@lru_cache(maxsize=1)
def load_inception(device: str = "cpu") -> Inception:
    """The fetched or imported network; kept for the next time.

    Raises:
        ZeuxisError: it has not been fetched, or its file is damaged.
    """
    tensors, _ = load(find("inception"))
    return build(tensors).eval().to(device)
