"""The loop: descent, stops that lose nothing, steps back, minutes; on a lesson that takes no time."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.style.training import trainer as trainer_module
from zeuxis.style.training.settings import StyleTrainSettings
from zeuxis.style.training.trainer import FLOOR, WARM_UP, Report, Trainer
from zeuxis.training import load_checkpoint, save_checkpoint

STEPS = 12


class Numbers(nn.Module):
    """Some weights, and some that learn as rows do."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(3))
        self.rows = nn.Parameter(torch.zeros(2, 2))
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)


class Arithmetic:
    """Teaches numbers near to 1, a little other ones each step.

    Args:
        at: by step, what becomes of its losses; it happens once for each time it is listed.
    """

    def __init__(
        self, model: Numbers, at: dict[int, list[Callable[[Tensor], Tensor]]] | None = None
    ):
        self.model, self.at = model, at or {}
        self.asked: list[tuple[int, int]] = []

    def batch(self, step: int, steps: int) -> tuple[int, Tensor]:
        self.asked.append((step, steps))
        return step, torch.from_numpy(1 + 0.1 * np.random.default_rng([0, step]).random(3)).float()

    def losses(self, batch: tuple[int, Tensor]) -> dict[str, Tensor]:
        step, numbers = batch
        loss = (self.model.weights - numbers).square().mean()
        if self.at.get(step):
            loss = self.at[step].pop()(loss)
        return {"weights": loss, "rows": (self.model.rows - 1).square().mean()}


def not_finite(loss: Tensor) -> Tensor:
    return loss * math.nan


def infinite_slope(loss: Tensor) -> Tensor:
    """As large as it was, but its gradient is no number."""
    return loss + (0 * loss).sqrt()


def ctrl_c_at(*steps: int) -> Callable[[Report], None]:
    def callback(report: Report) -> None:
        if report.step in steps:
            signal.raise_signal(signal.SIGINT)

    return callback


class Run:
    """A training and all that it told."""

    def __init__(self, path: Path | None = None, at: Any = None, **knobs: Any) -> None:
        self.model, self.reports = Numbers(), list[Report]()
        callbacks = [self.reports.append, *knobs.pop("callbacks", [])]
        settings = StyleTrainSettings(**{"steps": STEPS, "learning_rate": 0.1} | knobs)
        self.lesson = Arithmetic(self.model, at)
        self.trainer = Trainer(self.model, self.lesson, settings, path, callbacks)

    def train(self, resume: bool = False) -> Run:
        if resume:
            self.trainer.resume()
        self.done = self.trainer.train()
        return self

    def weights(self) -> list[bytes]:
        """All that was learned, and the averages, to the bit."""
        tensors = [*self.model.parameters(), *self.trainer.average.values.values()]
        return [tensor.detach().numpy().tobytes() for tensor in tensors]


def test_losses_go_down() -> None:
    run = Run(steps=120).train()
    assert run.done
    assert [report.step for report in run.reports] == list(range(1, 121))
    assert run.reports[-1].losses["weights"] < 0.01 * run.reports[0].losses["weights"]
    first = 1 + 0.1 * np.random.default_rng([0, 0]).random(3)
    assert run.reports[0].losses == pytest.approx({"weights": np.mean(first**2), "rows": 1.0})
    assert run.lesson.asked == [(step, 120) for step in range(120)]
    assert torch.equal(run.model.frozen, torch.ones(2))


def test_the_same_weights_again() -> None:
    first, again = Run().train(), Run().train()
    assert first.weights() == again.weights()
    assert first.weights() != Run(steps=STEPS + 1).train().weights()


def test_the_learning_rate() -> None:
    """Up in a line for 100 steps, down along half a cosine to a fiftieth."""
    run = Run(steps=400, learning_rate=0.05)
    rates = []
    for run.trainer.step in range(400):
        rates.append(run.trainer._learning_rate())
    cosine = [0.5 + 0.5 * math.cos(math.pi * step / 400) for step in range(400)]
    wanted = [
        0.05 * min(1, (step + 1) / WARM_UP) * (FLOOR + (1 - FLOOR) * cosine[step])
        for step in range(400)
    ]
    assert rates == pytest.approx(wanted)
    assert rates[0] == pytest.approx(0.0005) and rates[200] == pytest.approx(0.05 * 0.51)
    assert rates[-1] == pytest.approx(0.05 * 0.02, rel=0.01)


def test_rows_learn_at_their_own_rate() -> None:
    """Adam's first step is as long as the learning rate, whatever the slope."""
    run = Run(steps=1, learning_rate=0.01, row_rate=7.0).train()
    assert run.model.weights.tolist() == pytest.approx([0.01 / WARM_UP] * 3)
    assert run.model.rows[0].tolist() == pytest.approx([0.07 / WARM_UP] * 2)


def test_the_average_follows_every_step() -> None:
    seen: list[Tensor] = []
    run = Run(averaging=0.5)
    run.trainer.callbacks.append(lambda _: seen.append(run.model.weights.detach().clone()))
    run.train()
    average = torch.zeros(3)
    for number, weights in enumerate(seen, start=1):
        decay = min(0.5, (1 + number) / (10 + number))
        average = decay * average + (1 - decay) * weights
    torch.testing.assert_close(run.trainer.average.values["weights"], average)
    with run.trainer.averaged():
        torch.testing.assert_close(run.model.weights.detach(), average)
    assert torch.equal(run.model.weights, seen[-1])


# Stops.


@pytest.mark.parametrize("stops", [(1,), (5,), (3, 4, 9)], ids=str)
def test_resumed_to_the_bit(tmp_path: Path, stops: tuple[int, ...]) -> None:
    whole, path = Run().train(), tmp_path / "c"
    for number, stop in enumerate(stops):
        stopped = Run(path, callbacks=[ctrl_c_at(stop)]).train(resume=number > 0)
        assert not stopped.done and stopped.reports[-1].step == stop
        assert stopped.weights() != whole.weights()
    resumed = Run(path).train(resume=True)
    assert resumed.done and resumed.weights() == whole.weights()
    assert resumed.reports[0].step == stops[-1] + 1
    assert [r.losses for r in resumed.reports] == [r.losses for r in whole.reports[stops[-1] :]]
    assert resumed.reports[0].seconds >= stopped.reports[-1].seconds


def test_stopped_at_the_end_is_done(tmp_path: Path) -> None:
    run = Run(tmp_path / "c", callbacks=[ctrl_c_at(STEPS)]).train()
    assert run.done
    again = Run(tmp_path / "c").train(resume=True)
    assert again.done and not again.reports and again.weights() == run.weights()


def test_after_a_kill_it_goes_on_from_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "CHECKPOINT_SECONDS", -1.0)

    def fall_over(report: Report) -> None:
        if report.step == 5:
            raise SystemExit

    with pytest.raises(SystemExit):
        Run(tmp_path / "c", callbacks=[fall_over]).train()
    resumed = Run(tmp_path / "c").train(resume=True)
    assert resumed.reports[0].step == 5 and resumed.weights() == Run().train().weights()


def test_no_checkpoint_now_and_then_only(tmp_path: Path) -> None:
    seen = []
    Run(tmp_path / "c", callbacks=[lambda _: seen.append((tmp_path / "c").exists())]).train()
    assert not any(seen) and (tmp_path / "c").exists()


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"style_weight": 2.0}, {"steps": 13}, {"style_sizes": (64,)}], ids=str
)
def test_other_settings_are_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    Run(tmp_path / "c", callbacks=[ctrl_c_at(2)]).train()
    run = Run(tmp_path / "c", **other)
    before = run.weights()
    with pytest.raises(ZeuxisError, match="belongs to a run with other settings: give the same"):
        run.train(resume=True)
    assert run.weights() == before


def test_more_paintings_are_refused(tmp_path: Path) -> None:
    Run(tmp_path / "c", callbacks=[ctrl_c_at(2)]).train()
    run = Run(tmp_path / "c")
    run.trainer.trained["rows"] = nn.Parameter(torch.zeros(3, 2))
    with pytest.raises(ZeuxisError, match="belongs to a run with other paintings: give the same"):
        run.trainer.resume()


def test_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(
        ZeuxisError, match=r"nothing to resume, no checkpoint .*: leave --resume out"
    ):
        Run(tmp_path / "c").train(resume=True)


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda _: b"", lambda _: b"[1]"])
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "c"
    Run(path, callbacks=[ctrl_c_at(2)]).train()
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ZeuxisError) as caught:
        Run(path).train(resume=True)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_the_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "c", {"x": torch.zeros(1)}, {"level": 1})
    with pytest.raises(ZeuxisError, match="belongs to a run with other settings"):
        Run(tmp_path / "c").train(resume=True)


# Steps back.


@pytest.mark.parametrize("trouble", [not_finite, infinite_slope])
@pytest.mark.parametrize("step", [0, 7, STEPS - 1])
def test_a_step_that_would_not_be_finite(
    step: int, trouble: Callable[[Tensor], Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes back to the last snapshot, and takes the same steps again, half as long."""
    monkeypatch.setattr(trainer_module, "SNAPSHOT_STEPS", 5)
    run = Run(at={step: [trouble]}).train()
    back = step // 5 * 5
    taken = [*range(1, step + 1), *range(back + 1, STEPS + 1)]
    assert run.done and [report.step for report in run.reports] == taken
    assert [r.recoveries for r in run.reports] == [0] * step + [1] * (STEPS - back)
    assert all(tensor.isfinite().all() for tensor in run.model.parameters())
    assert all(tensor.isfinite().all() for tensor in run.trainer.average.values.values())
    assert run.trainer.slowdown == 0.5
    whole = Run().train()
    assert [r.losses for r in run.reports[:step]] == [r.losses for r in whole.reports[:step]]
    assert run.reports[step].losses == whole.reports[back].losses  # the weights of the snapshot
    assert run.reports[-1].losses != whole.reports[-1].losses


def test_half_as_fast_each_time() -> None:
    run = Run(steps=1, learning_rate=0.01, at={0: [not_finite] * 3}).train()
    assert run.model.weights.tolist() == pytest.approx([0.01 / WARM_UP / 8] * 3)
    assert run.reports[-1].recoveries == 3


def test_steps_back_are_kept_in_the_checkpoint(tmp_path: Path) -> None:
    trouble = {3: [not_finite]}
    whole = Run(at={3: [not_finite]}).train()
    Run(tmp_path / "c", at=trouble, callbacks=[ctrl_c_at(6)]).train()
    _, state = load_checkpoint(tmp_path / "c", torch.device("cpu"))
    assert (state["recoveries"], state["slowdown"]) == (1, 0.5)
    resumed = Run(tmp_path / "c").train(resume=True)
    assert resumed.weights() == whole.weights() and resumed.reports[-1].recoveries == 1


def test_ten_times_is_enough() -> None:
    assert Run(at={4: [not_finite] * 10}).train().done
    with pytest.raises(
        ZeuxisError,
        match=r"not a finite number for the 11th time, at step 4: lower the learning rate",
    ):
        Run(at={4: [not_finite] * 11}).train()


# Minutes.


class Clock:
    """Stands still but for what the steps take."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: Callable[[int], float]) -> None:
        self.now = 1000.0
        self.seconds = seconds
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def watch(self, run: Run) -> Run:
        losses = run.lesson.losses

        def slow(batch: tuple[int, Tensor]) -> dict[str, Tensor]:
            self.now += self.seconds(batch[0])
            return losses(batch)

        run.lesson.losses = slow  # type: ignore[method-assign]
        return run


def test_as_many_steps_as_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first step is slow, one is disturbed: neither counts for the pace."""
    clock = Clock(monkeypatch, lambda step: {0: 3.0, 5: 2.0}.get(step, 0.5))
    run = clock.watch(Run(minutes=0.5, crop_sizes=(64,))).train()
    assert run.done and len(run.reports) == 13 + int((30 - 3 - 2 - 11 * 0.5) / 0.5)
    assert run.reports[-1].seconds == pytest.approx(30.0, abs=0.5)
    assert (
        13,
        len(run.reports),
    ) in run.lesson.asked  # the batches after know how many there will be


def test_larger_crops_later_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, lambda _: 0.1)
    run = clock.watch(Run(minutes=0.5, crop_sizes=(64, 128))).train()
    mean = 0.1 * (1 + 4) / 2
    assert len(run.reports) == 13 + int((30 - 1.3) / mean)


def test_little_time_is_some_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Clock(monkeypatch, lambda _: 9.0).watch(Run(minutes=0.1)).train()
    assert run.done and len(run.reports) == 14


def test_minutes_go_before_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Clock(monkeypatch, lambda _: 1.0).watch(Run(minutes=0.5, steps=2)).train()
    assert len(run.reports) == 30


def test_a_step_back_forgets_no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, lambda _: 1.0)
    run = clock.watch(Run(minutes=0.5, steps=5000, at={20: [not_finite]})).train()
    assert run.trainer.steps == 30 and run.trainer.recoveries == 1


def test_time_before_the_stop_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, lambda _: 1.0)
    for stop in (4, 20):
        run = clock.watch(Run(tmp_path / "c", minutes=0.5, callbacks=[ctrl_c_at(stop)]))
        assert not run.train(resume=stop > 4).done
        clock.now += 1e4  # until someone goes on
    last = clock.watch(Run(tmp_path / "c", minutes=0.5)).train(resume=True)
    assert last.done and last.trainer.steps == 30 and last.reports[-1].seconds == 30


# Reports.


def test_a_report_in_plain_values() -> None:
    report = Report(5, 20, {"style": 1.5}, 10.126, 1)
    assert report.seconds_left == pytest.approx(30.378)
    assert report.plain() == {
        "step": 5, "steps": 20, "losses": {"style": 1.5}, "seconds": 10.13, "recoveries": 1,
    }  # fmt: skip
