"""Stopped with Ctrl-C and gone on with, a painting is what it would have been."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis import Painting, ZeuxisError, paint
from zeuxis.painting import Progress, painter, precondition
from zeuxis.training import Interrupt, load_checkpoint, save_checkpoint

JOB: dict[str, Any] = {"size": "64x64", "levels": 2, "iterations": 4}


def ctrl_c_at(level: int, iteration: int) -> Callable[[Progress], None]:
    """A callback that does what Ctrl-C does, once this step is done."""

    def callback(progress: Progress) -> None:
        if (progress.level, progress.iteration) == (level, iteration):
            os.kill(os.getpid(), signal.SIGINT)

    return callback


@pytest.fixture(autouse=True)
def learnt_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is learnt on the way is used from the second step on, so that it must be kept."""
    monkeypatch.setattr(precondition, "WARM_UP", 1)


@pytest.fixture
def start(photo: np.ndarray, texture: np.ndarray, tmp_path: Path) -> Callable[..., Painting]:
    """Paints with a checkpoint beside."""

    def run(**options: Any) -> Painting:
        chosen = JOB | {"checkpoint": tmp_path / "checkpoint"} | options
        return paint(photo, texture, **chosen)

    return run


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("stop", [(0, 2), (0, 4), (1, 1), (1, 3)], ids=str)
def test_the_same_picture_bit_for_bit(
    start: Callable[..., Painting], tmp_path: Path, optimizer: str, stop: tuple[int, int]
) -> None:
    whole = start(optimizer=optimizer, checkpoint=None)
    stopped = start(optimizer=optimizer, callback=ctrl_c_at(*stop))
    assert stopped.interrupted and not whole.interrupted
    assert stopped.evaluations < whole.evaluations
    assert (tmp_path / "checkpoint").exists()

    resumed = start(optimizer=optimizer, resume=True)

    assert resumed.picture.pixels.tobytes() == whole.picture.pixels.tobytes()
    assert (resumed.loss, resumed.losses) == (whole.loss, whole.losses)
    assert resumed.evaluations == whole.evaluations
    assert not resumed.interrupted
    assert not (tmp_path / "checkpoint").exists()


def test_stopped_again_and_again(start: Callable[..., Painting], tmp_path: Path) -> None:
    whole = start(checkpoint=None)
    last = start(callback=ctrl_c_at(0, 1))
    for stop in ((0, 3), (1, 2)):
        last = start(callback=ctrl_c_at(*stop), resume=True)
        assert last.interrupted
    last = start(resume=True)
    assert last.picture.pixels.tobytes() == whole.picture.pixels.tobytes()


def test_best_so_far_has_the_full_size(start: Callable[..., Painting], photo: np.ndarray) -> None:
    stopped = start(callback=ctrl_c_at(0, 2))
    assert stopped.picture.pixels.shape == (64, 64, 3)
    untouched = start(iterations=0, checkpoint=None)
    assert np.abs(stopped.picture.pixels - untouched.picture.pixels).mean() > 0.005


def test_after_a_kill_it_goes_on_from_the_last_checkpoint(
    start: Callable[..., Painting], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A callback's own error is no Ctrl-C, but what was done is kept all the same."""
    monkeypatch.setattr(painter, "CHECKPOINT_SECONDS", 0.0)
    whole = start(checkpoint=None)

    def fall_over(progress: Progress) -> None:
        if (progress.level, progress.iteration) == (1, 2):
            raise SystemExit  # as a kill: nothing is done on the way out

    with pytest.raises(SystemExit):
        start(callback=fall_over)
    resumed = start(resume=True)
    assert resumed.picture.pixels.tobytes() == whole.picture.pixels.tobytes()


def test_a_bug_in_a_callback_loses_nothing(start: Callable[..., Painting]) -> None:
    def bug(progress: Progress) -> None:
        if progress.iteration == 3:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        start(callback=bug)
    whole = start(checkpoint=None)
    assert start(resume=True).picture.pixels.tobytes() == whole.picture.pixels.tobytes()


def test_time_spent_before_the_stop_counts(start: Callable[..., Painting]) -> None:
    first = start(minutes=0.05, levels=1, callback=ctrl_c_at(0, 1))
    again = start(minutes=0.05, levels=1, resume=True)
    assert first.interrupted and first.seconds < again.seconds < 30


@pytest.mark.parametrize(
    "other", [{"style_weight": 2.0}, {"seed": 1}, {"iterations": 5}, {"optimizer": "adam"}], ids=str
)
def test_another_job_is_refused(start: Callable[..., Painting], other: dict[str, Any]) -> None:
    start(callback=ctrl_c_at(0, 1))
    with pytest.raises(ZeuxisError, match="belongs to another painting"):
        start(resume=True, **other)


def test_nothing_to_resume(start: Callable[..., Painting]) -> None:
    with pytest.raises(
        ZeuxisError, match=r"nothing to resume: no checkpoint .*; leave --resume out"
    ):
        start(resume=True)
    with pytest.raises(ZeuxisError, match="say from which checkpoint"):
        start(resume=True, checkpoint=None)


def halved(content: bytes) -> bytes:
    return content[: len(content) // 2]


def altered(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("damage", [halved, altered, lambda _: b"", lambda _: b"not a checkpoint"])
def test_a_damaged_checkpoint_is_refused(
    start: Callable[..., Painting], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    start(callback=ctrl_c_at(0, 1))
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_bytes(damage(checkpoint.read_bytes()))
    with pytest.raises(ZeuxisError) as caught:
        start(resume=True)
    assert str(checkpoint) in str(caught.value) and "\n" not in str(caught.value)


def test_weights_are_no_checkpoint(start: Callable[..., Painting]) -> None:
    from zeuxis.perception.sources import find

    with pytest.raises(ZeuxisError, match="is not a checkpoint but a vgg16"):
        start(resume=True, checkpoint=find("vgg16"))


def test_checkpoints_hold_tensors_to_the_bit(tmp_path: Path) -> None:
    tensors = {"a": torch.randn(3, 4), "b": torch.tensor([1.5], dtype=torch.float64)}
    state = {"loss": 0.1 + 0.2, "parts": {"tv": 1e-30}, "notes": ["one"], "stalled": False}
    save_checkpoint(tmp_path / "c", tensors, state)
    loaded, kept = load_checkpoint(tmp_path / "c", torch.device("cpu"))
    assert all(torch.equal(loaded[name], tensor) for name, tensor in tensors.items())
    assert kept == state


@pytest.fixture
def own_handler() -> Iterator[list[int]]:
    """Counts the interrupts that get past."""
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    yield seen
    signal.signal(signal.SIGINT, before)


def test_the_second_ctrl_c_is_as_usual(own_handler: list[int]) -> None:
    with Interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.asked and not own_handler
        signal.raise_signal(signal.SIGINT)
        assert len(own_handler) == 1
    signal.raise_signal(signal.SIGINT)
    assert len(own_handler) == 2


def test_afterwards_ctrl_c_is_as_usual(own_handler: list[int]) -> None:
    with Interrupt() as interrupt:
        pass
    signal.raise_signal(signal.SIGINT)
    assert not interrupt.asked and len(own_handler) == 1
