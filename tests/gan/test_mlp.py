"""Goodfellow et al. 2014: dense layers."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from zeuxis.gan.networks import networks
from zeuxis.gan.networks.shape import Shape

build = networks.get("mlp").build


def dense(module: nn.Module) -> list[tuple[int, int]]:
    return [(m.in_features, m.out_features) for m in module.modules() if isinstance(m, nn.Linear)]


def test_it_is_the_pair_that_is_taught() -> None:
    generator, discriminator = build(Shape(28, 28, channels=1, latent_dim=100))
    assert dense(generator) == [(100, 256), (256, 512), (512, 512), (512, 256), (256, 784)]
    assert dense(discriminator) == [(784, 512), (512, 512), (512, 256), (256, 1)]
    assert sum(isinstance(m, nn.BatchNorm1d) for m in generator.modules()) == 4
    assert not any(isinstance(m, nn.BatchNorm1d) for m in discriminator.modules())


def test_its_tanh_is_the_sigmoid_of_twice_the_argument() -> None:
    generator, _ = build(Shape(5, 7, channels=1, latent_dim=4, capacity=0.1))
    generator.eval()
    styles = torch.randn(3, 4)
    expected = torch.sigmoid(2 * generator.layers(styles)).reshape(3, 1, 5, 7)
    torch.testing.assert_close(generator.synthesis(styles), expected)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 7), (30, 17)])
def test_any_size_can_be_made(height: int, width: int) -> None:
    generator, discriminator = build(Shape(height, width, latent_dim=4, capacity=0.1))
    made = generator(torch.randn(2, 4))
    assert made.shape == (2, 3, height, width)
    assert [tuple(rows.shape) for rows in discriminator.features(made)] == [
        (2, 48),
        (2, 48),
        (2, 24),
    ]
