"""Miyato et al. 2018, with the attention of Zhang et al. 2019."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks import networks
from zeuxis.gan.networks.attention import SelfAttention
from zeuxis.gan.networks.resnet import RECIPE
from zeuxis.gan.networks.shape import Shape

build = networks.get("resnet").build


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def attended(module: nn.Module) -> list[int]:
    """Channels of the maps that are attended to."""
    return [m.query.in_channels for m in module.modules() if isinstance(m, SelfAttention)]


def test_at_32_pixels_it_is_the_published_pair() -> None:
    with torch.device("meta"):
        generator, discriminator = build(Shape(32, 32))
    assert (count(generator), count(discriminator)) == (4_276_739, 1_053_825)
    assert not attended(generator) and not attended(discriminator)
    assert (RECIPE.loss, RECIPE.beta1, RECIPE.beta2) == ("hinge", 0.0, 0.9)
    assert (RECIPE.discriminator_steps, RECIPE.spectral_norm) == (5, True)


@pytest.mark.parametrize(
    ("side", "maps"),
    [
        (28, [(128, 14), (128, 7), (128, 7), (128, 7)]),
        (32, [(128, 16), (128, 8), (128, 8), (128, 8)]),
        (48, [(64, 24), (128, 12), (256, 6), (512, 3), (1024, 3)]),
        (64, [(64, 32), (128, 16), (256, 8), (512, 4), (1024, 2)]),
        (128, [(64, 64), (128, 32), (256, 16), (512, 8), (1024, 4), (1024, 4)]),
    ],
)
def test_the_discriminators_maps_are_the_tables(side: int, maps: list[tuple[int, int]]) -> None:
    with torch.device("meta"):
        generator, discriminator = build(Shape(side, side))
        made = generator(torch.zeros(2, 128))
        features = discriminator.features(made)
    assert made.shape == (2, 3, side, side)
    assert [(f.shape[1], f.shape[2]) for f in features] == maps


@pytest.mark.parametrize(("side", "channels"), [(64, (128, 64)), (128, (256, 128))])
def test_both_attend_to_maps_of_32_pixels(side: int, channels: tuple[int, int]) -> None:
    with torch.device("meta"):
        generator, discriminator = build(Shape(side, side))
    assert attended(generator) == [channels[0]] and attended(discriminator) == [channels[1]]


def test_attention_is_nothing_at_first_then_equation_three() -> None:
    torch.manual_seed(0)
    attention = SelfAttention(16).double()
    x = torch.randn(2, 16, 4, 6, dtype=torch.float64, requires_grad=True)
    assert torch.equal(attention(x), x)
    nn.init.ones_(attention.gain)
    query, key, value = (m(x) for m in (attention.query, attention.key, attention.value))
    key, value = F.max_pool2d(key, 2), F.max_pool2d(value, 2)
    expected = torch.empty(2, 8, 4, 6, dtype=torch.float64)
    for row in range(4):
        for column in range(6):
            energy = torch.einsum("nc,nchw->nhw", query[:, :, row, column], key)
            weights = energy.flatten(1).softmax(1).unflatten(1, (2, 3))
            expected[:, :, row, column] = torch.einsum("nhw,nchw->nc", weights, value)
    torch.testing.assert_close(attention(x), x + attention.out(expected))
    assert torch.autograd.gradgradcheck(attention, (x[:1, :, :2, :2].detach().requires_grad_(),))


def test_a_large_pair_trains_from_pictures_that_are_no_squares() -> None:
    shape = Shape(64, 96, channels=1, classes=2, latent_dim=8, capacity=0.1, spectral_norm=True)
    generator, discriminator = build(shape)
    labels = torch.tensor([0, 1])
    discriminator(generator(torch.randn(2, 8), labels), labels).sum().backward()
    for name, parameter in [*generator.named_parameters(), *discriminator.named_parameters()]:
        assert parameter.grad is not None and parameter.grad.isfinite().all(), name


def test_another_size_is_refused_in_a_sentence() -> None:
    with pytest.raises(ZeuxisError, match="resnet makes no pictures of 256x256 .* 128x128"):
        build(Shape(256, 256))
