"""Radford et al. 2016, as pytorch/examples has it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks import networks
from zeuxis.gan.networks.dcgan import RECIPE
from zeuxis.gan.networks.shape import Shape

build = networks.get("dcgan").build

PUBLISHED = Shape(64, 64, latent_dim=100)


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def convolutions(module: nn.Module) -> list[nn.Conv2d | nn.ConvTranspose2d]:
    return [m for m in module.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]


def their_generator() -> nn.Sequential:
    """Of pytorch/examples at 64 pixels, nz 100, ngf 64, tanh left out."""
    layers: list[nn.Module] = []
    for i, o, stride, padding in [(100, 512, 1, 0), *((2 * o, o, 2, 1) for o in (256, 128, 64))]:
        layers += [
            nn.ConvTranspose2d(i, o, 4, stride, padding, bias=False),
            nn.BatchNorm2d(o),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False))


def their_discriminator() -> nn.Sequential:
    """Of pytorch/examples at 64 pixels, ndf 64, sigmoid left out."""
    layers: list[nn.Module] = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for i in (64, 128, 256):
        layers += [
            nn.Conv2d(i, 2 * i, 4, 2, 1, bias=False),
            nn.BatchNorm2d(2 * i),
            nn.LeakyReLU(0.2),
        ]
    return nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 0, bias=False))


def copied(theirs: nn.Module, ours: nn.Module) -> None:
    """The weights of a network into another whose tensors come in the same order."""
    state = dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True))
    ours.load_state_dict(state)


def test_it_is_the_published_pair() -> None:
    torch.manual_seed(0)
    generator, discriminator = build(PUBLISHED)
    assert (count(generator), count(discriminator)) == (3_576_704, 2_765_568)
    theirs = their_generator(), their_discriminator()
    copied(theirs[0], generator)
    copied(theirs[1], discriminator)
    latents = torch.randn(2, 100)
    made = generator(latents)
    expected = torch.tanh(theirs[0](latents[:, :, None, None]))
    torch.testing.assert_close(made, expected / 2 + 0.5)
    torch.testing.assert_close(
        discriminator(made), theirs[1](expected).flatten(), atol=1e-4, rtol=1e-4
    )


def test_it_is_initialised_as_in_the_paper() -> None:
    torch.manual_seed(0)
    for network in build(PUBLISHED):
        for conv in convolutions(network):
            assert float(conv.weight.detach().std()) == pytest.approx(0.02, rel=0.05)
        scales = torch.cat(
            [m.weight for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
        ).detach()
        assert float(scales.mean()) == pytest.approx(1, abs=0.01)
        assert float(scales.std()) == pytest.approx(0.02, rel=0.2)
    assert (RECIPE.generator_rate, RECIPE.beta1, RECIPE.batch_size) == (2e-4, 0.5, 128)


@pytest.mark.parametrize(
    ("side", "widths"),
    [
        (16, [64, 128]),
        (28, [64, 128]),
        (32, [64, 128, 256]),
        (256, [64, 128, 256, 512, 1024, 1024]),
    ],
)
def test_a_size_adds_or_takes_stages(side: int, widths: list[int]) -> None:
    with torch.device("meta"):
        generator, discriminator = build(Shape(side, side, latent_dim=100))
    assert [c.out_channels for c in convolutions(discriminator)] == [*widths, 1]
    assert [c.out_channels for c in convolutions(generator)] == [*widths[::-1], 3]


def test_a_held_discriminator_has_biases_and_no_batch_normalisation() -> None:
    _, discriminator = build(Shape(16, 16, capacity=0.25, spectral_norm=True))
    assert not any(isinstance(m, nn.BatchNorm2d) for m in discriminator.modules())
    assert all(conv.bias is not None for conv in convolutions(discriminator))


def test_another_size_is_refused_in_a_sentence() -> None:
    with pytest.raises(ZeuxisError, match="dcgan makes no pictures of 30x30 pixels: .* 28x28"):
        build(Shape(30, 30))
