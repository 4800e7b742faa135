"""The loop stopped: Ctrl-C and --resume to the bit, checkpoints that are refused, minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.training import save_checkpoint
from zeuxis.training import trainer as trainer_module
from zeuxis.training.trainer import Report

spec = spec_from_file_location("arithmetic", Path(__file__).with_name("arithmetic.py"))
assert spec is not None and spec.loader is not None
arithmetic = module_from_spec(spec)
spec.loader.exec_module(arithmetic)
Run, STEPS, ctrl_c_at = arithmetic.Run, arithmetic.STEPS, arithmetic.ctrl_c_at
not_finite = arithmetic.not_finite


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
    "other", [{"seed": 1}, {"row_rate": 2.0}, {"steps": 13}, {"averaging": 0.9}], ids=str
)
def test_other_settings_are_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    Run(tmp_path / "c", callbacks=[ctrl_c_at(2)]).train()
    run = Run(tmp_path / "c", **other)
    before = run.weights()
    with pytest.raises(ZeuxisError, match="belongs to a run with other settings: give the same"):
        run.train(resume=True)
    assert run.weights() == before


def test_other_paintings_are_refused(tmp_path: Path) -> None:
    Run(tmp_path / "c", callbacks=[ctrl_c_at(2)], paintings="these").train()
    run = Run(tmp_path / "c", paintings="others")
    before = run.weights()
    with pytest.raises(ZeuxisError, match="belongs to a run with other paintings: give the same"):
        run.train(resume=True)
    assert run.weights() == before
    assert Run(tmp_path / "c", paintings="these").train(resume=True).done


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


# Minutes.


class Clock:
    """Stands still but for what the steps take."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: Callable[[int], float]) -> None:
        self.now = 1000.0
        self.seconds = seconds
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def watch(self, run: Run) -> Run:
        turns = run.lesson.turns

        def slow(batch: tuple[int, Tensor]) -> Iterator[dict[str, Tensor]]:
            self.now += self.seconds(batch[0])
            return turns(batch)

        run.lesson.turns = slow  # type: ignore[method-assign]
        return run


def test_as_many_steps_as_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first step is slow, one is disturbed: neither counts for the pace."""
    clock = Clock(monkeypatch, lambda step: {0: 3.0, 5: 2.0}.get(step, 0.5))
    run = clock.watch(Run(minutes=0.5)).train()
    assert run.done and len(run.reports) == 13 + int((30 - 3 - 2 - 11 * 0.5) / 0.5)
    assert run.reports[-1].seconds == pytest.approx(30.0, abs=0.5)
    assert (
        13,
        len(run.reports),
    ) in run.lesson.asked  # the batches after know how many there will be


def test_larger_crops_later_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, lambda _: 0.1)
    run = clock.watch(Run(minutes=0.5, growth=2.5)).train()
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
