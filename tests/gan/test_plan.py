"""What is said before a run begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from zeuxis.data import PictureSet
from zeuxis.gan.networks import networks
from zeuxis.gan.networks.shape import Shape
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training.plan import Length, Plan, plan_for, seconds_per_step
from zeuxis.gan.training.setting_up import Job

New = Callable[..., Any]


def job_of(settings: GanSettings, pictures: PictureSet, **knobs: Any) -> Job:
    shape = Shape(8, 8, 3, latent_dim=5)
    settings = replace(settings, **knobs)
    return Job(settings, networks.get("dcgan"), shape, pictures, None, "", ("mind the birds",))


@pytest.mark.parametrize(
    ("knobs", "length"),
    [
        ({}, Length(None, 30.0)),
        ({"minutes": 5.0}, Length(None, 5.0)),
        ({"steps": 7}, Length(7, None)),
        ({"kimg": 0.1}, Length(25, None)),  # of four pictures each
        ({"kimg": 0.1, "discriminator_steps": 5}, Length(5, None)),
        ({"kimg": 0.001}, Length(1, None)),
    ],
)
def test_lengths(
    knobs: dict[str, Any], length: Length, settings: GanSettings, pictures: PictureSet
) -> None:
    assert Length.of(job_of(settings, pictures, **knobs)) == length


def test_a_length_is_reached_and_what_is_left() -> None:
    steps, minutes = Length(10, None), Length(None, 2.0)
    assert [steps.is_reached(step, 1e9) for step in (9, 10, 11)] == [False, True, True]
    assert [minutes.is_reached(10**9, seconds) for seconds in (119.0, 120.0)] == [False, True]
    assert steps.seconds_left(4, 8.0) == pytest.approx(12)
    assert minutes.seconds_left(4, 100.0) == pytest.approx(20)
    assert minutes.seconds_left(4, 130.0) == 0


def test_measuring_leaves_no_trace(new_rivals: New, new_feed: New) -> None:
    rivals = new_rivals()
    before = {name: tensor.clone() for name, tensor in rivals.state()[0].items()}
    with new_feed() as feed:
        assert seconds_per_step(rivals, feed) > 0
    after, numbers = rivals.state()
    assert before.keys() == after.keys()  # no moments of Adam either
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert numbers["step"] == numbers["discriminator_steps"] == 0


def test_a_step_with_a_penalty_counts_as_often_as_it_comes(
    new_rivals: New, new_feed: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a penalty every 3 steps: 7 s with, 1 s without."""
    from zeuxis.gan.training import plan as plan_module

    now = [0.0]

    def step(rivals: Any, batches: object) -> None:
        now[0] += 7.0 if rivals.discriminator_steps % 3 == 0 else 1.0

    monkeypatch.setattr(plan_module, "train_step", step)
    monkeypatch.setattr(plan_module.time, "monotonic", lambda: now[0])
    with new_feed() as feed:
        assert seconds_per_step(new_rivals(), feed) == pytest.approx((7 + 1 + 1) / 3)


def test_the_plan_says_what_will_be(
    settings: GanSettings, pictures: PictureSet, new_rivals: New, new_feed: New
) -> None:
    job = job_of(settings, pictures, steps=100)
    rivals = new_rivals()
    with new_feed() as feed:
        text = "\n".join(plan_for(job, rivals, feed, 1).lines())
    for words in ("12 pictures", "8x8 RGB", "4 pictures", "float32", "100 steps", "mind the birds"):
        assert words in text
    count = sum(p.numel() for p in rivals.discriminator.parameters())
    assert f"discriminator {count}" in text


@pytest.mark.parametrize(
    ("length", "seconds", "words"),
    [
        (Length(1000, None), 0.05, "1,000 steps, about 50 seconds"),
        (Length(100_000, None), 0.05, "100,000 steps, about 83 minutes"),
        (Length(100_000, None), 0.5, "100,000 steps, about 13.9 hours"),
        (Length(None, 30.0), 0.13, "30 minutes, about 14,000 steps"),
        (Length(None, 0.05), 60.0, "0.05 minutes, about 1 steps"),
    ],
)
def test_how_long_it_will_take(
    length: Length, seconds: float, words: str, settings: GanSettings, pictures: PictureSet
) -> None:
    job = job_of(settings, pictures)
    assert words in "\n".join(Plan(job, length, 1, 1, seconds, "the CPU", 1).lines())
