"""Convolutions both ways: the pair of Radford, Metz & Chintala 2016, section 3 and figure 1.

At 64 x 64 it has the layers, widths and initialisation of the code most people know it by, that of
pytorch/examples: half the widths of the paper's figure, no bias, no batch normalisation in the generator's
last layer and the discriminator's first. Where we deviate:

- the map that is doubled may be up to 7 a side, so that 28 x 28, 48 x 48 or 96 x 64 can be made too;
- a stage fewer halves the widest layer, a stage more doubles it, up to 1,024 channels;
- classes: an embedding joined to the latent, and a projection in the discriminator;
- under spectral normalisation the discriminator has no batch normalisation, which would stretch what the
  other holds, but biases (Miyato et al. 2018, table 3);
- the sigmoid is left to the loss.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.gan.networks.conditional import Joined, Projection
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

NAME = "dcgan"
MOST = 256  # pixels a side
NARROWEST, WIDEST = 64, 1024  # channels of the map at half the picture's size, and at most

RECIPE = Recipe(
    loss="non_saturating",
    batch_size=128,
    generator_rate=2e-4,
    discriminator_rate=2e-4,
    beta1=0.5,
    beta2=0.999,
    latent_dim=100,
)


class DcganGenerator(Generator):
    """Latents to pictures by transposed convolutions, ReLU and batch normalisation.

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
        self.first = _Spread(
            self.joined.style_dim, widths[0], (base.height, base.width), bias=False
        )
        self.first_norm = nn.BatchNorm2d(widths[0])
        self.stages = nn.Sequential(*(_doubling(i, o) for i, o in pairwise(widths)))
        self.last = nn.ConvTranspose2d(widths[-1], shape.channels, 4, 2, padding=1, bias=False)
        self.apply(_initialize)

    def synthesis(self, styles: Tensor) -> Tensor:
        """N x style_dim to N x C x H x W in [0, 1]."""
        x = F.relu(self.first_norm(self.first(styles)))
        return from_signed(torch.tanh(self.last(self.stages(x)).float()))


class DcganDiscriminator(Discriminator):
    """Pictures to logits by strided convolutions, LeakyReLU and batch normalisation.

    Args:
        shape: of the pictures.

    Raises:
        ZeuxisError: for sizes that are not doubled from a map of 4 to 7 a side.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        base = base_of(shape, NAME, MOST)
        widths, is_held = _widths(shape, base), shape.spectral_norm
        stages = [_halving(shape.channels, widths[0], False, has_bias=is_held)]
        for inputs, outputs in pairwise(widths):
            stages.append(_halving(inputs, outputs, not is_held, has_bias=is_held))
        self.stages = nn.ModuleList(stages)
        self.last = nn.Conv2d(widths[-1], 1, (base.height, base.width), bias=is_held)
        self.projection = Projection(shape.classes, widths[-1])
        self.apply(_initialize)
        if is_held:
            hold_slopes(self)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The maps after each halving."""
        return through(self.stages, to_signed(pictures))

    def judge(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """The last maps, and classes, to logits, N."""
        summed = _gathered(features, self.last)
        logits: Tensor = self.projection(summed, features.mean((2, 3)), labels)
        return logits


def _widths(shape: Shape, base: Base) -> list[int]:
    """Channels of the maps, from the one at half the picture's size to the base."""
    return shape.widths(*(min(NARROWEST * 2**i, WIDEST) for i in range(base.doublings)))


class _Spread(nn.ConvTranspose2d):
    """A transposed convolution of one place, computed as the dense layer that it is: much faster."""

    def forward(self, styles: Tensor) -> Tensor:  # type: ignore[override]
        """N x style_dim to N x C x H x W."""
        weight = self.weight.permute(0, 2, 3, 1)
        x = styles @ weight.flatten(1)
        return x.reshape(-1, *weight.shape[1:]).permute(0, 3, 1, 2)


def _gathered(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """A convolution to one place, likewise: N x C x H x W to N x O."""
    rows, weight = x.permute(0, 2, 3, 1), conv.weight.permute(0, 2, 3, 1)
    return F.linear(rows.flatten(1), weight.flatten(1), conv.bias)


def _doubling(inputs: int, outputs: int) -> nn.Module:
    conv = nn.ConvTranspose2d(inputs, outputs, 4, 2, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def _halving(inputs: int, outputs: int, is_normalized: bool, has_bias: bool) -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, 4, 2, padding=1, bias=has_bias)]
    if is_normalized:
        layers.append(nn.BatchNorm2d(outputs))
    return nn.Sequential(*layers, nn.LeakyReLU(0.2, inplace=True))


def _initialize(module: nn.Module) -> None:
    """The paper's section 4: weights from N(0, 0.02); scales of batch normalisation from N(1, 0.02)."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1, 0.02)
        nn.init.zeros_(module.bias)


networks.register(NAME)(Family(DcganGenerator, DcganDiscriminator, lambda _: RECIPE))
