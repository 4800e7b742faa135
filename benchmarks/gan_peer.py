"""DCGAN as pytorch/examples trains it: networks, losses, optimisers and loop; one stage fewer for 32 px."""

import itertools
from collections.abc import Iterator

import torch
from torch import Tensor, nn

LATENT_DIM, WIDTH, BATCH = 100, 64, 64


def generator(side: int, channels: int) -> nn.Module:
    """Of pictures of 32 or 64 pixels a side, in [-1, 1]."""
    widths = [WIDTH * 2**i for i in reversed(range({32: 3, 64: 4}[side]))]
    layers: list[nn.Module] = [nn.ConvTranspose2d(LATENT_DIM, widths[0], 4, 1, 0, bias=False)]
    for inputs, outputs in itertools.pairwise(widths):
        layers += [nn.BatchNorm2d(inputs), nn.ReLU(True)]
        layers += [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)]
    layers += [nn.BatchNorm2d(widths[-1]), nn.ReLU(True)]
    layers += [nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1, bias=False), nn.Tanh()]
    return nn.Sequential(*layers).apply(_initialize)


def discriminator(side: int, channels: int) -> nn.Module:
    """Of the same pictures: the probability that they are real."""
    widths = [WIDTH * 2**i for i in range({32: 3, 64: 4}[side])]
    layers: list[nn.Module] = [nn.Conv2d(channels, WIDTH, 4, 2, 1, bias=False)]
    layers += [nn.LeakyReLU(0.2, inplace=True)]
    for inputs, outputs in itertools.pairwise(widths):
        layers += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs)]
        layers += [nn.LeakyReLU(0.2, inplace=True)]
    layers += [nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=False), nn.Sigmoid()]
    return nn.Sequential(*layers).apply(_initialize)


class Peer:
    """The pair and its step."""

    def __init__(self, side: int, channels: int) -> None:
        self.generator, self.discriminator = (
            generator(side, channels),
            discriminator(side, channels),
        )
        self.criterion = nn.BCELoss()
        self.optimizers = [
            torch.optim.Adam(module.parameters(), lr=2e-4, betas=(0.5, 0.999))
            for module in (self.discriminator, self.generator)
        ]

    def step(self, real: Tensor) -> None:
        """The discriminator on real pictures, on made ones, then the generator."""
        ones, zeros = torch.ones(len(real)), torch.zeros(len(real))
        self.discriminator.zero_grad()
        self.criterion(self.discriminator(real).view(-1), ones).backward()
        fake = self.generator(torch.randn(len(real), LATENT_DIM, 1, 1))
        self.criterion(self.discriminator(fake.detach()).view(-1), zeros).backward()
        self.optimizers[0].step()
        self.generator.zero_grad()
        self.criterion(self.discriminator(fake).view(-1), ones).backward()
        self.optimizers[1].step()

    @torch.no_grad()
    def samples(self, count: int) -> Iterator[Tensor]:
        """Pictures in [0, 1], by the statistics of their batch, as the examples make their own."""
        for _ in range(0, count, 500):
            yield self.generator(torch.randn(500, LATENT_DIM, 1, 1)) * 0.5 + 0.5


def _initialize(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
