"""What holds for every pair in the registry."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import torch
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks import Discriminator, Family, Generator, Shape, networks
from zeuxis.gan.settings import NETWORKS, GanSettings, Recipe, check, resolved

COUNT = 4
SHAPES = {
    "rgb": Shape(32, 32, latent_dim=12, capacity=0.125),
    "grey": Shape(32, 32, channels=1, latent_dim=12, capacity=0.125),
    "wide": Shape(32, 64, latent_dim=12, capacity=0.125),
    "classes": Shape(32, 32, classes=3, latent_dim=12, capacity=0.125),
    "held": Shape(32, 32, classes=3, latent_dim=12, capacity=0.125, spectral_norm=True),
}
every_network = pytest.mark.parametrize("name", networks.names())
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def pair(name: str, shape: Shape, seed: int = 0) -> tuple[Generator, Discriminator]:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return networks.get(name).build(shape)


def drawn(shape: Shape, seed: int = 1) -> tuple[Tensor, Tensor, Tensor | None]:
    """Latents, pictures and classes."""
    draws = torch.Generator().manual_seed(seed)
    latents = torch.randn(COUNT, shape.latent_dim, generator=draws)
    pictures = torch.rand(COUNT, shape.channels, shape.height, shape.width, generator=draws)
    return latents, pictures, torch.arange(COUNT) % shape.classes if shape.classes else None


def assert_slopes(module: nn.Module) -> None:
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
    assert any(bool(p.grad.any()) for p in module.parameters() if p.grad is not None)


@every_network
@every_shape
def test_latents_become_pictures_and_pictures_logits(name: str, shape: Shape) -> None:
    generator, discriminator = pair(name, shape)
    latents, _, labels = drawn(shape)
    made = generator(latents, labels)
    assert made.shape == (COUNT, shape.channels, shape.height, shape.width)
    assert made.dtype == torch.float32
    assert made.std() > 0.01 and made.min() > -1 and made.max() < 2  # about [0, 1]
    logits = discriminator(made, labels)
    assert logits.shape == (COUNT,) and logits.isfinite().all()


@every_network
@every_shape
def test_every_parameter_gets_a_finite_slope(name: str, shape: Shape) -> None:
    generator, discriminator = pair(name, shape)
    latents, _, labels = drawn(shape)
    discriminator(generator(latents, labels), labels).square().sum().backward()
    assert_slopes(generator)
    assert_slopes(discriminator)


@every_network
@every_shape
def test_the_slope_of_a_judgement_has_slopes(name: str, shape: Shape) -> None:
    _, discriminator = pair(name, shape)
    _, pictures, labels = drawn(shape)
    pictures.requires_grad_()
    logits = discriminator(pictures, labels)
    (slope,) = torch.autograd.grad(logits.sum(), pictures, create_graph=True)
    slope.square().sum().backward()
    first = next(discriminator.parameters()).grad  # a bias may have none
    assert slope.any() and pictures.grad is not None and pictures.grad.isfinite().all()
    grads = [p.grad for p in discriminator.parameters() if p.grad is not None]
    assert all(grad.isfinite().all() for grad in grads) and any(bool(g.any()) for g in grads)
    assert first is None or first.isfinite().all()


@every_network
@every_shape
def test_a_state_dict_is_all_there_is(name: str, shape: Shape) -> None:
    used, fresh = pair(name, shape), pair(name, shape, seed=5)
    latents, pictures, labels = drawn(shape)
    used[1](used[0](latents, labels), labels)  # changes statistics and power iterations
    for one, other in zip(used, fresh, strict=True):
        assert other.load_state_dict(one.state_dict()).missing_keys == []
        one.eval(), other.eval()
    assert torch.equal(used[0](latents, labels), fresh[0](latents, labels))
    assert torch.equal(used[1](pictures, labels), fresh[1](pictures, labels))


@every_network
@every_shape
def test_evaluation_changes_nothing(name: str, shape: Shape) -> None:
    for module, given in zip(pair(name, shape), drawn(shape)[:2], strict=True):
        labels = drawn(shape)[2]
        before = {key: value.clone() for key, value in module.state_dict().items()}
        module.eval()
        assert torch.equal(module(given, labels), module(given, labels))
        for key, value in module.state_dict().items():
            assert torch.equal(value, before[key]), key


@every_network
def test_the_same_seed_builds_the_same(name: str) -> None:
    shape = SHAPES["held"]
    for one, same, other in zip(*(pair(name, shape, seed) for seed in (3, 3, 4)), strict=True):
        theirs = same.state_dict()
        assert all(torch.equal(value, theirs[key]) for key, value in one.state_dict().items())
        assert any(
            not torch.equal(mine, others)
            for mine, others in zip(one.parameters(), other.parameters(), strict=True)
        )


@every_network
@every_shape
def test_styles_and_features_are_all_that_is_passed_on(name: str, shape: Shape) -> None:
    generator, discriminator = (module.eval() for module in pair(name, shape))
    latents, pictures, labels = drawn(shape)
    styles = generator.mapping(latents, labels)
    assert styles.ndim == 2 and len(styles) == COUNT
    assert torch.equal(generator.synthesis(styles), generator(latents, labels))
    features = discriminator.features(pictures)
    assert torch.equal(discriminator.judge(features[-1], labels), discriminator(pictures, labels))
    places = [each[0, 0].numel() for each in features]
    assert places == sorted(places, reverse=True) and len(features) > 1


@every_network
def test_the_class_changes_picture_and_judgement(name: str) -> None:
    shape = SHAPES["classes"]
    generator, discriminator = (module.eval() for module in pair(name, shape))
    latents, pictures, labels = drawn(shape)
    assert labels is not None
    others = (labels + 1) % shape.classes
    assert not torch.allclose(generator(latents, labels), generator(latents, others), atol=1e-5)
    assert not torch.allclose(discriminator(pictures, labels), discriminator(pictures, others))


@every_network
def test_classes_are_ignored_by_a_pair_that_knows_of_none(name: str) -> None:
    shape = SHAPES["rgb"]
    generator, discriminator = (module.eval() for module in pair(name, shape))
    latents, pictures, _ = drawn(shape)
    labels = torch.arange(COUNT)
    assert torch.equal(generator(latents, labels), generator(latents))
    assert torch.equal(discriminator(pictures, labels), discriminator(pictures))


@every_network
@every_shape
def test_channels_last_gives_the_same(name: str, shape: Shape) -> None:
    latents, pictures, labels = drawn(shape)
    for module, given in zip(pair(name, shape), (latents, pictures), strict=True):
        module.eval()
        expected = module(given, labels)
        module.to(memory_format=torch.channels_last)
        if given.ndim == 4:
            given = given.contiguous(memory_format=torch.channels_last)
        torch.testing.assert_close(module(given, labels), expected, atol=1e-5, rtol=1e-4)


@every_network
def test_bfloat16_is_near_and_gives_float32_slopes(name: str) -> None:
    shape = SHAPES["held"]
    latents, pictures, labels = drawn(shape)
    for module, given in zip(pair(name, shape), (latents, pictures), strict=True):
        module.eval()
        expected = module(given, labels)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            seen = module(given, labels).float()
        spread = float(expected.detach().abs().max())
        torch.testing.assert_close(seen, expected, atol=0.1 * spread, rtol=0)
        seen.sum().backward()
        assert_slopes(module)


@every_network
def test_capacity_is_a_number_of_channels(name: str) -> None:
    sizes = []
    for capacity in (0.125, 0.25):
        shape = replace(SHAPES["rgb"], capacity=capacity)
        sizes.append([sum(p.numel() for p in m.parameters()) for m in pair(name, shape)])
    assert sizes[0][0] < sizes[1][0] and sizes[0][1] < sizes[1][1]


@every_network
def test_the_recipe_is_a_whole_one(name: str) -> None:
    family: Family = networks.get(name)
    settings = resolved(GanSettings(network=name), family.recipe(SHAPES["rgb"]))
    check(settings)
    given = {f.name for f in fields(Recipe)} & {f.name for f in fields(GanSettings)}
    assert len(given) > 10 and all(getattr(settings, knob) is not None for knob in given)


def test_the_settings_offer_what_there_is() -> None:
    assert set(networks.names()) <= set(NETWORKS)
    with pytest.raises(ZeuxisError, match="there is no network 'biggan': choose one of"):
        networks.get("biggan")
