"""One step of the game."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training import step as step_module
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.rivals import Rivals
from zeuxis.gan.training.step import train_step

New = Callable[..., Any]


def weights(module: nn.Module) -> Tensor:
    return torch.cat([each.detach().reshape(-1).clone() for each in module.parameters()])


def slopes(rivals: Rivals, feed: Feed) -> list[Tensor]:
    """Of the discriminator, then of the generator, in a step."""
    found: list[Tensor] = []

    def catch(parameters: Iterable[nn.Parameter]) -> None:
        found.append(torch.cat([p.grad.flatten() for p in parameters if p.grad is not None]))

    train_step(rivals, feed(rivals.step), catch)
    return found


def one_by_one(draws: torch.Generator, count: int, latent_dim: int) -> Tensor:
    """Latents that are the same drawn in parts; those of torch.randn depend on how many are drawn at once."""
    return torch.stack([torch.rand(latent_dim, generator=draws) for _ in range(count)])


def test_each_learns_and_the_average_follows(new_rivals: New, new_feed: New) -> None:
    rivals, feed = new_rivals(), new_feed()
    before = [weights(m) for m in (rivals.generator, rivals.discriminator, rivals.average)]
    told = train_step(rivals, feed(0))
    after = [weights(m) for m in (rivals.generator, rivals.discriminator, rivals.average)]
    assert all(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert all(value.isfinite() and not value.requires_grad for value in told.values())
    assert rivals.step == rivals.discriminator_steps == 1


def test_the_discriminator_learns_to_tell_pictures_apart(
    settings: GanSettings, new_rivals: New, new_feed: New
) -> None:
    rates = {"generator_rate": 1e-7, "discriminator_rate": 1e-2}
    settings = replace(settings, r1_gamma=0.0, r2_gamma=0.0, **rates)
    rivals, feed = new_rivals(settings), new_feed(settings)
    losses = [float(train_step(rivals, feed(step))["discriminator_loss"]) for step in range(40)]
    assert losses[-1] < 0.5 * losses[0]


def test_the_generator_learns_to_be_taken_for_real(
    settings: GanSettings, new_rivals: New, new_feed: New
) -> None:
    settings = replace(settings, generator_rate=1e-2, discriminator_rate=1e-7)
    rivals, feed = new_rivals(settings), new_feed(settings)
    logits = [float(train_step(rivals, feed(step))["fake_logits"]) for step in range(30)]
    assert logits[-1] > logits[0] + 0.03


def test_penalties_come_at_intervals_and_weigh_as_much(
    settings: GanSettings, new_rivals: New, new_feed: New
) -> None:
    """Slopes with a penalty every 3 steps are those without, plus 3 times the penalty's."""
    rivals, feed = new_rivals(), new_feed()
    is_there = ["penalty" in train_step(rivals, feed(step)) for step in range(7)]
    assert is_there == [True, False, False, True, False, False, True]
    none = slopes(new_rivals(replace(settings, r1_gamma=0.0, r2_gamma=0.0)), new_feed())[0]
    every = slopes(new_rivals(replace(settings, regularization_interval=1)), new_feed())[0]
    third = slopes(new_rivals(), new_feed())[0]
    torch.testing.assert_close(third - none, 3 * (every - none), rtol=1e-3, atol=1e-6)


def test_a_batch_in_parts_has_the_slopes_of_the_whole(
    settings: GanSettings, monkeypatch: pytest.MonkeyPatch, new_rivals: New, new_feed: New
) -> None:
    monkeypatch.setattr(step_module, "draw_latents", one_by_one)
    whole = slopes(new_rivals(), new_feed())
    parts = slopes(new_rivals(replace(settings, accumulation=2)), new_feed())
    for one, other in zip(whole, parts, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_two_steps_of_the_discriminator_for_one_of_the_generator(
    settings: GanSettings, new_rivals: New, new_feed: New
) -> None:
    settings = replace(settings, discriminator_steps=2)
    rivals, feed = new_rivals(settings), new_feed(settings)
    first, second = feed(0)
    assert not torch.equal(first[0], second[0])
    train_step(rivals, feed(0))
    assert (rivals.step, rivals.discriminator_steps) == (1, 2)


def test_latents_depend_on_seed_step_and_rank_alone(
    monkeypatch: pytest.MonkeyPatch, new_rivals: New, new_feed: New
) -> None:
    drawn: list[Tensor] = []
    original = step_module.draw_latents

    def draw(*args: Any) -> Tensor:
        drawn.append(original(*args))
        return drawn[-1]

    monkeypatch.setattr(step_module, "draw_latents", draw)
    feed = new_feed()
    for rank in (0, 0, 1):
        torch.manual_seed(len(drawn))
        train_step(new_rivals(), feed(0), rank=rank)
    once, again, other = drawn[:2], drawn[2:4], drawn[4:]
    assert all(map(torch.equal, once, again))
    assert not any(map(torch.equal, once, other))
    assert not torch.equal(*once)


def test_with_bfloat16_it_still_learns(
    settings: GanSettings, new_rivals: New, new_feed: New
) -> None:
    rivals, feed = new_rivals(), new_feed()
    rivals.dtype = torch.bfloat16
    told = train_step(rivals, feed(0))
    assert all(value.isfinite() and value.dtype == torch.float32 for value in told.values())
    assert all(p.dtype == torch.float32 for p in rivals.discriminator.parameters())
