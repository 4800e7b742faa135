"""Residual blocks and a discriminator that stretches nothing: Miyato et al. 2018, appendix B.4.

The tables are the paper's at 32, 48 and 128 pixels, and at 64 those of the authors' code. Where we deviate:

- from 64 pixels on, both have self-attention at 32 to 56 pixels (Zhang et al. 2019); its gain is 0 at first,
  when it is the paper's pair;
- classes: the generator's batch normalisation is conditional, by an embedding that all layers share, and the
  discriminator has a projection (Miyato & Koyama 2018);
- shortcuts are convolved where the map is small: before it is doubled, after it is halved. It is the same,
  a 1 x 1 convolution being linear and the mean of four as well;
- the map that is doubled may be up to 7 a side, so that 28 x 28 or 96 x 64 can be made too.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.gan.networks.attention import SelfAttention
from zeuxis.gan.networks.conditional import ConditionalBatchNorm, Joined, Projection
from zeuxis.gan.networks.shape import (
    Discriminator,
    Family,
    Generator,
    Shape,
    from_signed,
    networks,
    through,
    to_signed,
)
from zeuxis.gan.networks.sizes import Base, base_of
from zeuxis.gan.networks.spectral import hold_slopes
from zeuxis.gan.settings import Recipe

NAME = "resnet"
MOST = 128  # pixels a side
ATTENDED = 3  # doublings after which a map is attended to, if more are to come

RECIPE = Recipe(
    loss="hinge",
    batch_size=64,
    generator_rate=2e-4,
    discriminator_rate=2e-4,
    beta1=0.0,
    beta2=0.9,
    latent_dim=128,
    discriminator_steps=5,
    spectral_norm=True,
)


@dataclass(frozen=True)
class Table:
    """Channels of a pair.

    Attributes:
        generator: of the map that is doubled, and after each doubling.
        discriminator: after each block.
        halvings: how many of the discriminator's blocks halve the map: the first ones.
    """

    generator: tuple[int, ...]
    discriminator: tuple[int, ...]
    halvings: int


TABLES = {  # by pixels of the shorter side, from which on they are used
    128: Table((1024, 1024, 512, 256, 128, 64), (64, 128, 256, 512, 1024, 1024), 5),  # tables 5, 6
    64: Table((1024, 512, 256, 128, 64), (64, 128, 256, 512, 1024), 5),
    48: Table((512, 256, 128, 64), (64, 128, 256, 512, 1024), 4),
    32: Table((256, 256, 256, 256), (128, 128, 128, 128), 2),  # table 4
    16: Table((256, 256, 256), (128, 128, 128, 128), 2),
}


class ResnetGenerator(Generator):
    """Latents to pictures.

    Args:
        shape: of the pictures.

    Raises:
        ZeuxisError: for sizes that are not doubled from a map of 4 to 7 a side.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.base, table = _planned(shape)
        widths = shape.widths(*table.generator)
        self.width = widths[0]
        self.joined = Joined(shape)
        class_dim = self.joined.class_dim
        self.first = nn.Linear(shape.latent_dim, widths[0] * self.base.height * self.base.width)
        nn.init.xavier_uniform_(self.first.weight)
        nn.init.zeros_(self.first.bias)
        self.blocks = nn.ModuleList(_Doubling(i, o, class_dim) for i, o in pairwise(widths))
        is_attended = self.base.doublings > ATTENDED
        self.attention = SelfAttention(widths[ATTENDED]) if is_attended else nn.Identity()
        self.norm = nn.BatchNorm2d(widths[-1])
        self.last = _conv(widths[-1], shape.channels, 3, 1.0)

    def synthesis(self, styles: Tensor) -> Tensor:
        """N x style_dim to N x C x H x W in [0, 1]."""
        latents, embedded = styles[:, : self.shape.latent_dim], styles[:, self.shape.latent_dim :]
        x = self.first(latents).reshape(-1, self.width, self.base.height, self.base.width)
        for doublings, block in enumerate(self.blocks, 1):
            x = block(x, embedded)
            if doublings == ATTENDED:
                x = self.attention(x)
        x = self.last(F.relu(self.norm(x)))
        return from_signed(torch.tanh(x.float()))


class ResnetDiscriminator(Discriminator):
    """Pictures to logits.

    Args:
        shape: of the pictures.

    Raises:
        ZeuxisError: for sizes that are not doubled from a map of 4 to 7 a side.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        base, table = _planned(shape)
        widths = [shape.channels, *shape.widths(*table.discriminator)]
        self.stages = nn.ModuleList()
        for number, (inputs, outputs) in enumerate(pairwise(widths), 1):
            block = _Block(inputs, outputs, is_first=number == 1, halves=number <= table.halvings)
            is_attended = number == base.doublings - ATTENDED
            self.stages.append(
                nn.Sequential(block, SelfAttention(outputs)) if is_attended else block
            )
        self.last = nn.Linear(widths[-1], 1)
        nn.init.xavier_uniform_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        self.projection = Projection(shape.classes, widths[-1])
        if shape.spectral_norm:
            hold_slopes(self)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The maps after each block."""
        return through(self.stages, to_signed(pictures))

    def judge(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """The last maps, summed over all places, and classes, to logits, N."""
        pooled = F.relu(features).sum((2, 3))
        logits: Tensor = self.projection(self.last(pooled), pooled, labels)
        return logits


class _Doubling(nn.Module):
    """A block of the generator (figure 8): two normalised convolutions, the first of a doubled map."""

    def __init__(self, inputs: int, outputs: int, class_dim: int) -> None:
        super().__init__()
        self.first_norm = ConditionalBatchNorm(inputs, class_dim)
        self.first = _conv(inputs, outputs, 3, math.sqrt(2))
        self.second_norm = ConditionalBatchNorm(outputs, class_dim)
        self.second = _conv(outputs, outputs, 3, math.sqrt(2))
        self.shortcut = _conv(inputs, outputs, 1, 1.0)

    def forward(self, x: Tensor, embedded: Tensor) -> Tensor:
        y = self.first(_doubled(F.relu(self.first_norm(x, embedded))))
        added: Tensor = self.second(F.relu(self.second_norm(y, embedded)))
        return _doubled(self.shortcut(x)) + added


class _Block(nn.Module):
    """A block of the discriminator (figure 8): two convolutions, the mean of every four if it halves.

    The first of all has no ReLU before its first convolution: it would see half of the picture only.
    """

    def __init__(self, inputs: int, outputs: int, is_first: bool, halves: bool) -> None:
        super().__init__()
        between = outputs if is_first else inputs
        self.is_first, self.halves = is_first, halves
        self.first = _conv(inputs, between, 3, math.sqrt(2))
        self.second = _conv(between, outputs, 3, math.sqrt(2))
        is_same = inputs == outputs and not halves
        self.shortcut = nn.Identity() if is_same else _conv(inputs, outputs, 1, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(F.relu(self.first(x if self.is_first else F.relu(x))))
        if self.halves:
            x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
        block: Tensor = self.shortcut(x) + y
        return block


def _planned(shape: Shape) -> tuple[Base, Table]:
    base = base_of(shape, NAME, MOST)
    shorter = min(shape.height, shape.width)
    return base, next(table for least, table in TABLES.items() if shorter >= least)


def _conv(inputs: int, outputs: int, side: int, gain: float) -> nn.Conv2d:
    """A convolution of the same size, initialised as by Glorot & Bengio 2010, without a bias at first."""
    conv = nn.Conv2d(inputs, outputs, side, padding=side // 2)
    nn.init.xavier_uniform_(conv.weight, gain)
    nn.init.zeros_(conv.bias)  # type: ignore[arg-type]  # there is one
    return conv


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2)


networks.register(NAME)(Family(ResnetGenerator, ResnetDiscriminator, lambda _: RECIPE))
