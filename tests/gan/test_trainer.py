"""The loop: its length, Ctrl-C, steps back, and that it goes on as if it had never stopped."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis import ZeuxisError
from zeuxis.gan.augmentation.ada import AdaptiveAugment
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training import trainer as trainer_module
from zeuxis.gan.training.plan import Length
from zeuxis.gan.training.report import Report
from zeuxis.gan.training.trainer import MOST_RECOVERIES, Trainer
from zeuxis.training import save_checkpoint

New = Callable[..., Any]


class Notes:
    """A keeper that only remembers."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.looks: list[int] = []
        self.saves: list[int] = []  # by how many looks were before
        self.sentences: list[str] = []
        self.hook: Callable[[Report], None] = lambda _: None

    def note(self, report: Report, state: object) -> None:
        self.reports.append(report)
        self.hook(report)

    def look(self, report: Report, state: object) -> None:
        self.looks.append(report.step)

    def save(self, state: object) -> None:
        self.saves.append(len(self.looks))

    def step_back(self, step: int, sentence: str) -> None:
        self.sentences.append(sentence)

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, numbers: dict[str, Any]) -> None:
        pass


@pytest.fixture
def new_trainer(new_rivals: New, new_feed: New, settings: GanSettings) -> New:
    def new(steps: int | None, minutes: float | None = None, **knobs: Any) -> Trainer:
        turned = replace(settings, **knobs)
        keeper: Any = Notes()
        return Trainer(new_rivals(turned), new_feed(turned), Length(steps, minutes), keeper)

    return new


def everything(trainer: Trainer) -> dict[str, Tensor]:
    return trainer.state()[0]


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    different = [name for name in one if not torch.equal(one[name], other[name])]
    assert not different


def test_it_takes_the_steps_asked_for(new_trainer: New) -> None:
    trainer = new_trainer(5)
    assert trainer.train()
    assert [report.step for report in trainer.keeper.reports] == [1, 2, 3, 4, 5]
    last = trainer.keeper.reports[-1]
    assert last.kimg == pytest.approx(5 * 4 / 1000) and last.seconds_left == 0
    assert trainer.keeper.looks == [5]
    assert {"generator_loss", "real_logits", "fake_logits", "weights"} <= last.told.keys()


def test_it_trains_for_the_minutes_asked_for_sessions_together(new_trainer: New) -> None:
    trainer = new_trainer(None, 0.01)
    trainer.seconds = 0.5
    assert trainer.train()
    assert trainer.seconds >= 0.6
    assert trainer.keeper.reports[0].seconds >= 0.5
    assert trainer.keeper.looks == [trainer.step]


@pytest.mark.parametrize(("took", "apart"), [(0.0, 4), (0.1, 4), (0.5, 10)])
def test_looks_come_as_often_as_asked_for_unless_they_take_long(
    took: float, apart: int, new_trainer: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = new_trainer(48, preview_minutes=4 / 60)
    now, looks = [0.0], list[int]()

    def step(report: Report) -> None:
        now[0] += 1  # a step takes a second

    def look(report: Report, state: object) -> None:
        looks.append(report.step)
        now[0] += took

    monkeypatch.setattr(trainer_module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(trainer.keeper, "look", look)
    trainer.keeper.hook = step
    trainer.train()
    assert looks[0] == 5  # when four seconds are over
    assert {*np.diff(looks[:-1])} == {apart}
    assert looks[-1] == 48


@pytest.mark.parametrize("at", [1, 3, 4, 5])
def test_interrupted_anywhere_it_goes_on_to_the_same_weights(
    at: int, new_trainer: New, tmp_path: Path
) -> None:
    whole = new_trainer(7)
    whole.train()
    first = new_trainer(7)
    first.keeper.hook = lambda r: signal.raise_signal(signal.SIGINT) if r.step == at else None
    assert not first.train()
    assert first.step == first.keeper.looks[-1] and first.step < 7
    assert first.keeper.saves == [0] and whole.keeper.saves == []  # before the look
    assert first.keeper.reports[-1].is_stopping
    save_checkpoint(tmp_path / "last.safetensors", *first.state())
    second = new_trainer(7)
    second.resume(tmp_path / "last.safetensors")
    assert second.train()
    assert_same(everything(second), everything(whole))


def test_adaptive_augmentation_goes_on_where_it_was(new_trainer: New, tmp_path: Path) -> None:
    def adaptive(steps: int) -> Trainer:
        trainer = new_trainer(steps)
        trainer.rivals.augment = AdaptiveAugment(target=-1.0, kimg=0.1)
        return trainer

    whole, first, second = adaptive(11), adaptive(6), adaptive(11)
    whole.train()
    first.train()
    assert [each.told["p"] for each in whole.keeper.reports[:9]] == pytest.approx(
        [0, 0, 0, 0.16, 0.16, 0.16, 0.16, 0.32, 0.32]
    )
    save_checkpoint(tmp_path / "last.safetensors", *first.state())
    second.resume(tmp_path / "last.safetensors")
    second.train()
    assert second.rivals.augment.state() == whole.rivals.augment.state()
    assert_same(everything(second), everything(whole))


def test_a_snapshot_is_left_as_it_is(new_trainer: New) -> None:
    trainer = new_trainer(6)
    trainer.length = Length(3, None)
    trainer.train()
    snapshot = trainer.state()
    kept = {name: tensor.clone() for name, tensor in snapshot[0].items()}
    for _ in range(2):  # the second time from a snapshot that has been used
        trainer.restore(snapshot)
        trainer.feed._pool = trainer_module.Feed(trainer.feed.epochs, 1, torch.device("cpu"))._pool
        trainer.length = Length(6, None)
        trainer.train()
        assert_same(snapshot[0], kept)
    whole = new_trainer(6)
    whole.train()
    assert_same(everything(trainer), everything(whole))


def poisoned(trainer: Trainer, times: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a weight becomes NaN after some steps, once each."""
    original, left = trainer_module.train_step, list(times)

    def step(rivals: Any, *args: Any) -> dict[str, Tensor]:
        told = original(rivals, *args)
        if left and rivals.step == left[0]:
            left.pop(0)
            with torch.no_grad():
                next(rivals.generator.parameters())[0, 0] = torch.nan
        return told

    monkeypatch.setattr(trainer_module, "train_step", step)


def test_a_number_that_is_not_finite_is_a_step_back(
    new_trainer: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "SNAPSHOT_STEPS", 2)
    trainer = new_trainer(6)
    poisoned(trainer, [4, 5], monkeypatch)
    assert trainer.train()
    assert [report.step for report in trainer.keeper.reports] == [1, 2, 3, 3, 4, 5, 6]
    assert [s.split(":")[0] for s in trainer.keeper.sentences] == [
        "a number was not finite at step 4",
        "a number was not finite at step 5",
    ]
    assert trainer.keeper.reports[-1].rates == {
        "generator": pytest.approx(0.25e-3),
        "discriminator": pytest.approx(0.25e-3),
    }
    assert all(each.isfinite().all() for each in everything(trainer).values())


def test_the_slower_rates_outlive_the_session(new_trainer: New, tmp_path: Path) -> None:
    trainer = new_trainer(2)
    trainer.train()
    trainer.slowdown, trainer.recoveries = 0.5, 1
    save_checkpoint(tmp_path / "last.safetensors", *trainer.state())
    again = new_trainer(3)
    again.resume(tmp_path / "last.safetensors")
    again.train()
    assert again.keeper.reports[0].rates["generator"] == pytest.approx(0.5e-3)
    assert again.recoveries == 1


def test_it_gives_up_when_nothing_helps(new_trainer: New, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = new_trainer(6)
    poisoned(trainer, [2] * (MOST_RECOVERIES + 1), monkeypatch)
    with pytest.raises(ZeuxisError, match="not finite for the 11th time, at step 2: lower"):
        trainer.train()


def test_a_damaged_checkpoint_is_told(new_trainer: New, tmp_path: Path) -> None:
    (tmp_path / "last.safetensors").write_bytes(b"half a file")
    with pytest.raises(ZeuxisError, match="truncated"):
        new_trainer(3).resume(tmp_path / "last.safetensors")
