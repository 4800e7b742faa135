"""Dense layers and nothing else: the pair that Goodfellow et al. 2014 began with.

Where we deviate from section 5 of the paper: batch normalisation and ReLU in the generator, LeakyReLU instead
of maxout and dropout in the discriminator, and Adam, as the pair is taught today. The picture comes through
tanh, brought to [0, 1]; the sigmoid is the same curve, stretched: sigmoid(2 x) = (1 + tanh(x)) / 2. The
discriminator's sigmoid is left to the loss.
"""

from itertools import pairwise

import torch
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
from zeuxis.gan.networks.spectral import hold_slopes
from zeuxis.gan.settings import Recipe

NAME = "mlp"
GENERATOR = (256, 512, 512, 256)  # numbers after each layer
DISCRIMINATOR = (512, 512, 256)

RECIPE = Recipe(
    loss="non_saturating",  # section 3: "rather than training G to minimize log(1 - D(G(z)))"
    batch_size=100,
    generator_rate=2e-4,
    discriminator_rate=2e-4,
    beta1=0.5,
    beta2=0.999,
    latent_dim=100,
)


class MlpGenerator(Generator):
    """Latents to pictures of any size. In training, batches must be of two or more.

    Args:
        shape: of the pictures.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.joined = Joined(shape)
        widths = [self.joined.style_dim, *shape.widths(*GENERATOR)]
        layers = (_normalized(i, o) for i, o in pairwise(widths))
        pixels = shape.channels * shape.height * shape.width
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], pixels))

    def synthesis(self, styles: Tensor) -> Tensor:
        """N x style_dim to N x C x H x W in [0, 1]."""
        pixels = from_signed(torch.tanh(self.layers(styles).float()))
        return pixels.reshape(-1, self.shape.channels, self.shape.height, self.shape.width)


class MlpDiscriminator(Discriminator):
    """Pictures, as one row of numbers each, to logits.

    Args:
        shape: of the pictures.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        widths = [shape.channels * shape.height * shape.width, *shape.widths(*DISCRIMINATOR)]
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Linear(i, o), nn.LeakyReLU(0.2, inplace=True))
            for i, o in pairwise(widths)
        )
        self.last = nn.Linear(widths[-1], 1)
        self.projection = Projection(shape.classes, widths[-1])
        if shape.spectral_norm:
            hold_slopes(self)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """What comes out of each layer but the last, N x C_i."""
        return through(self.stages, to_signed(pictures).flatten(1))

    def judge(self, features: Tensor, labels: Tensor | None = None) -> Tensor:
        """The last rows, and classes, to logits, N."""
        logits: Tensor = self.projection(self.last(features), features, labels)
        return logits


def _normalized(inputs: int, outputs: int) -> nn.Module:
    dense = nn.Linear(inputs, outputs, bias=False)
    return nn.Sequential(dense, nn.BatchNorm1d(outputs), nn.ReLU(inplace=True))


networks.register(NAME)(
    Family(MlpGenerator, MlpDiscriminator, lambda _: RECIPE, fewest=2)  # one has no variance
)
