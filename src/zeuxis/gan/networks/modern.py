"""Our own pair, for a laptop: the least to compute for what it learns; docs/gan-modern.md has what was tried.

From R3GAN (Huang et al. 2024, section 3): residual stages without normalisation, held by gradient penalties
alone. From StyleGAN (Karras et al. 2019): a mapping network, whose styles scale and shift the maps of every
stage (Perez et al. 2018). Ours: neither works at the picture's size. The generator ends at half of it in a
shuffle of pixels to their places (Shi et al. 2016), the discriminator begins with its inverse; so the widest
maps have a quarter of the pixels, and what is done point by point, half of the time on a CPU, a quarter of
the points.
"""

import math
from itertools import pairwise
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.gan.gamma import r1_gamma_for
from zeuxis.gan.networks.conditional import Joined, Projection
from zeuxis.gan.networks.shape import (
    Discriminator,
    Family,
    Generator,
    Shape,
    networks,
    through,
    to_signed,
)
from zeuxis.gan.networks.sizes import Base, base_of
from zeuxis.gan.networks.spectral import hold_slopes
from zeuxis.gan.settings import Recipe

Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)

NAME = "modern"
MOST = 256  # pixels a side
WIDTHS = {4: 192, 8: 128, 16: 64, 32: 48, 64: 32, 128: 24}  # channels of maps up to so many a side
STYLE_DIM = 64
DENSE = 128  # features that the discriminator judges by
SLOPE = 0.2  # of LeakyReLU
LEAK = 0.005  # slope of the output where the sigmoid has none
BATCH_SIZE = 32
GAMMA = 340  # times the rule for a first guess, by measurement


class ModernGenerator(Generator):
    """Latents through a mapping network to styles, and those through residual stages to pictures.

    Args:
        shape: of the pictures.

    Raises:
        ZeuxisError: for sizes that are not doubled from a map of 4 to 7 a side.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        base = base_of(shape, NAME, MOST)
        widths = _widths(shape, base)[::-1]
        self.joined = Joined(shape)
        self.dense = _dense(self.joined.style_dim, STYLE_DIM)
        self.base = (widths[0], base.height, base.width)
        self.start = _dense(STYLE_DIM, math.prod(self.base))
        stages = zip([widths[0], *widths], widths, strict=False)
        self.stages = nn.ModuleList(_Stage(inputs, outputs) for inputs, outputs in stages)
        self.last = _conv(widths[-1], 4 * shape.channels)

    def mapping(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Latents and classes to styles, N x 64."""
        return F.leaky_relu(self.dense(self.joined(latents, labels)), SLOPE)

    def synthesis(self, styles: Tensor) -> Tensor:
        """Styles, N x 64, to N x C x H x W, about [0, 1].

        A sigmoid alone may end black all over where most of the data is, with no slope to come back by. So a
        little of what it squeezes is let through; with more of it, black is hard to hit.
        """
        channels, height, width = self.base
        x = self.start(styles).unflatten(1, (height, width, channels)).permute(0, 3, 1, 2)
        x = F.leaky_relu(x, SLOPE)
        for number, stage in enumerate(self.stages):
            if number:
                x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = stage(x, styles)
        x = F.pixel_shuffle(self.last(x).float(), 2)
        return torch.sigmoid(2 * x) + LEAK * x


class _Stage(nn.Module):
    """A convolution, its channels scaled and shifted as the style says, beside a way around it."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = _conv(inputs, outputs, bias=False)
        self.style = nn.Linear(STYLE_DIM, 2 * outputs)
        nn.init.normal_(self.style.weight, std=0.5 / math.sqrt(STYLE_DIM))
        nn.init.ones_(self.style.bias[:outputs])
        nn.init.zeros_(self.style.bias[outputs:])
        self.around = _around(inputs, outputs)

    def forward(self, x: Tensor, styles: Tensor) -> Tensor:
        """N x inputs x H x W and N x style_dim to N x outputs x H x W."""
        h = self.conv(x)
        scale, shift = self.style(styles).to(h.dtype)[:, :, None, None].chunk(2, 1)
        h = F.leaky_relu_(torch.addcmul(shift, h, scale), SLOPE)
        return _sum(h, self.around(x))


class ModernDiscriminator(Discriminator):
    """Pictures to logits by residual stages without normalisation.

    Args:
        shape: of the pictures.

    Raises:
        ZeuxisError: for sizes that are not doubled from a map of 4 to 7 a side.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        base = base_of(shape, NAME, MOST)
        widths = _widths(shape, base)
        self.first = _conv(4 * shape.channels, widths[0])
        self.stages = nn.ModuleList(
            _Halving(inputs, outputs) for inputs, outputs in pairwise(widths)
        )
        self.last = _conv(widths[-1], widths[-1])
        self.dense = _dense(widths[-1] * base.height * base.width, DENSE)
        self.logit = nn.Linear(DENSE, 1)
        self.projection = Projection(shape.classes, DENSE)
        if shape.spectral_norm:
            hold_slopes(self)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The maps before each halving, and the last ones."""
        x = F.leaky_relu(self.first(F.pixel_unshuffle(to_signed(pictures), 2)), SLOPE)
        *maps, x = [x, *through(self.stages, x)]
        return [*maps, F.leaky_relu(self.last(x), SLOPE)]

    def judge(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """The last maps, and classes, to logits, N."""
        found = F.leaky_relu(self.dense(features.flatten(1)), SLOPE)
        logits: Tensor = self.projection(self.logit(found), found, labels)
        return logits


class _Halving(nn.Module):
    """Two convolutions, the second at half the size, beside a way around them."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.wide, self.small = _conv(inputs, inputs), _conv(inputs, outputs)
        self.around = _around(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """N x inputs x H x W to N x outputs x H/2 x W/2."""
        h = F.leaky_relu(self.wide(x), SLOPE)
        h = F.leaky_relu(self.small(F.avg_pool2d(h, 2)), SLOPE)
        return _sum(h, self.around(F.avg_pool2d(x, 2)))


def _widths(shape: Shape, base: Base) -> list[int]:
    """Channels of the maps, from those at half the picture's size to the base."""
    side = min(base.height, base.width)
    sides = (side * 2**i for i in reversed(range(base.doublings)))
    return shape.widths(*(next(w for most, w in WIDTHS.items() if each <= most) for each in sides))


def _sum(one: Tensor, other: Tensor) -> Tensor:
    """Half of the variance from each."""
    return (one + other) * math.sqrt(0.5)


def _conv(inputs: int, outputs: int, bias: bool = True) -> nn.Conv2d:
    return _initialized(nn.Conv2d(inputs, outputs, 3, padding=1, bias=bias))


def _around(inputs: int, outputs: int) -> nn.Module:
    if inputs == outputs:
        return nn.Identity()
    return _initialized(nn.Conv2d(inputs, outputs, 1, bias=False), gain=1.0)


def _dense(inputs: int, outputs: int) -> nn.Linear:
    return _initialized(nn.Linear(inputs, outputs))


def _initialized(layer: Layer, gain: float = math.sqrt(2)) -> Layer:
    """Weights that keep the variance (He et al. 2015, equation 10)."""
    nn.init.normal_(layer.weight, std=gain / math.sqrt(layer.weight[0].numel()))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def recipe(shape: Shape) -> Recipe:
    """What reached a given quality first, of what was tried."""
    return Recipe(
        loss="non_saturating",
        batch_size=BATCH_SIZE,
        generator_rate=1e-3,
        discriminator_rate=1e-3,
        beta1=0.0,
        beta2=0.9,
        latent_dim=64,
        r1_gamma=GAMMA * r1_gamma_for(shape.height, shape.width, BATCH_SIZE),
        regularization_interval=4,
        average_kimg=20.0,
        few=20_000,
    )


networks.register(NAME)(Family(ModernGenerator, ModernDiscriminator, recipe))
