"""The loop: descent, steps back; on a lesson that takes no time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.training import load_checkpoint
from zeuxis.training import trainer as trainer_module
from zeuxis.training.trainer import FLOOR, WARM_UP, Report

spec = spec_from_file_location("arithmetic", Path(__file__).with_name("arithmetic.py"))
assert spec is not None and spec.loader is not None
arithmetic = module_from_spec(spec)
spec.loader.exec_module(arithmetic)
Run, STEPS, ctrl_c_at = arithmetic.Run, arithmetic.STEPS, arithmetic.ctrl_c_at
not_finite, infinite_slope = arithmetic.not_finite, arithmetic.infinite_slope


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
    assert run.model.weights.tolist() == pytest.approx([0.01 / WARM_UP] * 3, rel=1e-4)
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


def test_rivals_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second turn sees what the first has changed, and changes nothing of it."""
    run, seen = Run(steps=1, learning_rate=0.01), list[list[float]]()

    def turns(_: object) -> Iterator[dict[str, Tensor]]:
        yield {"rows": (run.model.rows - 1).square().mean()}
        seen.append([*run.model.rows[0].tolist(), *run.model.weights.tolist()])
        yield {"weights": (run.model.weights - run.model.rows.detach().mean()).square().mean()}

    monkeypatch.setattr(run.lesson, "turns", turns)
    run.train()
    assert seen == [[pytest.approx(0.05 / WARM_UP, rel=1e-4)] * 2 + [0.0] * 3]
    assert run.model.rows[0].tolist() == seen[0][:2]
    assert run.model.weights.tolist() == pytest.approx([0.01 / WARM_UP] * 3, rel=1e-4)
    assert set(run.reports[0].losses) == {"rows", "weights"}


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


# Reports.


def test_a_report_in_plain_values() -> None:
    report = Report(5, 20, {"style": 1.5}, 10.126, 1)
    assert report.seconds_left == pytest.approx(30.378)
    assert report.plain() == {
        "step": 5, "steps": 20, "losses": {"style": 1.5}, "seconds": 10.13, "recoveries": 1,
    }  # fmt: skip
