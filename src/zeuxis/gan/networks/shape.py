"""What all pairs of networks have in common: what they are built for, and how they are called."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from zeuxis.gan.settings import Recipe
from zeuxis.registry import Registry


@dataclass(frozen=True)
class Shape:
    """What a pair of networks is built for.

    Attributes:
        height: of the pictures, in pixels.
        width: of the pictures, in pixels.
        channels: 1 for grey, 3 for RGB.
        classes: how many the data has; 0 for networks that know of none.
        latent_dim: numbers of a latent.
        capacity: times the channels that the network usually has.
        spectral_norm: whether the discriminator's layers are held to a slope of 1 (Miyato 2018).
    """

    height: int
    width: int
    channels: int = 3
    classes: int = 0
    latent_dim: int = 128
    capacity: float = 1.0
    spectral_norm: bool = False

    def widths(self, *channels: int) -> list[int]:
        """Numbers of channels times the capacity, in multiples of 8, at least 8."""
        return [max(8, round(each * self.capacity / 8) * 8) for each in channels]


class Generator(nn.Module):
    """What makes pictures.

    `forward(latents, labels)` is `synthesis(mapping(latents, labels))`: N x latent_dim, and N class numbers
    (int64) or None, to N x C x H x W, about [0, 1], not clipped. A network without a mapping joins latent and
    class in `mapping`, so that what synthesis takes ("styles", N x style_dim) is always one matrix:
    truncation, projection and directions work on it.
    """

    shape: Shape
    joined: nn.Module  # latents and labels to one matrix: `conditional.Joined`

    def mapping(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Latents and classes to styles, N x style_dim: joined, unless there is a mapping network."""
        styles: Tensor = self.joined(latents, labels)
        return styles

    def synthesis(self, styles: Tensor) -> Tensor:
        """Styles to pictures, about [0, 1]."""
        raise NotImplementedError

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Latents and classes to pictures, about [0, 1]."""
        return self.synthesis(self.mapping(latents, labels))


class Discriminator(nn.Module):
    """What judges pictures: `forward(pictures, labels)`, N x C x H x W in [0, 1], to N logits."""

    shape: Shape

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The maps after every stage, from fine to coarse: N x C_i x H_i x W_i (N x C_i for the mlp)."""
        raise NotImplementedError

    def judge(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """The last of the features, and classes, to logits, N."""
        raise NotImplementedError

    def forward(self, pictures: Tensor, labels: Tensor | None = None) -> Tensor:
        """Pictures and their classes to logits, N."""
        return self.judge(self.features(pictures)[-1], labels)


@dataclass(frozen=True)
class Family:
    """A pair of networks by its paper.

    Attributes:
        generator: its class, made of a shape; raises ZeuxisError, in a sentence that says which sizes it can,
            for a shape it is not made for.
        discriminator: its class, likewise.
        recipe: what the paper trains it with.
        fewest: pictures that a step must have, or each part of it that is computed by itself.
    """

    generator: Callable[[Shape], Generator]
    discriminator: Callable[[Shape], Discriminator]
    recipe: Callable[[Shape], Recipe]
    fewest: int = 1

    def build(self, shape: Shape) -> tuple[Generator, Discriminator]:
        """The pair, freshly initialised; draws from torch's global generator.

        Raises:
            ZeuxisError: for a shape it is not made for.
        """
        return self.generator(shape), self.discriminator(shape)


networks: Registry[Family] = Registry("network")


def through(stages: Iterable[nn.Module], x: Tensor) -> list[Tensor]:
    """What comes out of each stage in turn."""
    maps = []
    for stage in stages:
        x = stage(x)
        maps.append(x)
    return maps


def to_signed(pictures: Tensor) -> Tensor:
    """[0, 1] to [-1, 1]."""
    return pictures * 2 - 1


def from_signed(pictures: Tensor) -> Tensor:
    """[-1, 1] to [0, 1]."""
    return pictures * 0.5 + 0.5


def draw_latents(generator: torch.Generator, count: int, latent_dim: int) -> Tensor:
    """Latents from the standard normal distribution, count x latent_dim, always drawn on the CPU."""
    return torch.randn(count, latent_dim, generator=generator)
