"""What is looked at now and then, and what is kept and said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis.data import PictureSet
from zeuxis.gan.training import keeper as keeper_module
from zeuxis.gan.training.examining import Examination, Examiner, affordable
from zeuxis.gan.training.keeper import Keeper
from zeuxis.gan.training.report import Report
from zeuxis.models import load
from zeuxis.training.folder import RunFolder

New = Callable[..., Any]


def test_an_examination_finds_numbers_and_leaves_all_as_it_was(
    new_rivals: New, pictures: PictureSet
) -> None:
    rivals = new_rivals()
    rivals.discriminator.train()
    before = {name: tensor.clone() for name, tensor in rivals.state()[0].items()}
    training, held_out = pictures.split(3)
    examiner = Examiner(rivals, training, held_out, 100)
    found = examiner()
    assert found == examiner()
    assert examiner.count == 9  # no more than there are
    assert found.score > 0 and 0 <= found.separation <= 1 and 0 <= found.memorization <= 1
    assert found.held_out_logits is not None
    assert Examiner(rivals, training, None, 100)().held_out_logits is None
    assert rivals.discriminator.training
    assert all(torch.equal(before[name], tensor) for name, tensor in rivals.state()[0].items())


def test_a_generator_of_the_very_pictures_scores_better(
    new_rivals: New, pictures: PictureSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    rivals = new_rivals()
    examiner = Examiner(rivals, pictures, None, 12)
    noise = examiner()
    real = torch.from_numpy(pictures.pictures.transpose(0, 3, 1, 2).copy()).float() / 255
    monkeypatch.setattr(rivals.average, "forward", lambda latents, labels: real[: len(latents)])
    copies = examiner()
    assert copies.score < 1e-2 * noise.score
    assert copies.variety == pytest.approx(1, rel=1e-3)
    assert copies.distinctness == pytest.approx(1, rel=1e-3)
    assert noise.variety < 1 and noise.distinctness < 1


def test_the_discriminator_tells_what_it_prefers(
    new_rivals: New, pictures: PictureSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judge by brightness: training pictures 1, held-out ones 1/4, made ones about 0."""
    rivals = new_rivals()
    monkeypatch.setattr(rivals.discriminator, "forward", lambda x, labels: x.mean((1, 2, 3)))
    monkeypatch.setattr(rivals.average, "forward", lambda z, labels: torch.zeros(len(z), 3, 8, 8))
    light = np.full((12, 8, 8, 3), 255, np.uint8)
    training, held_out = replace(pictures, pictures=light), replace(pictures, pictures=light // 4)
    found = Examiner(rivals, training, held_out, 12)()
    assert found.separation == 1
    assert found.memorization == pytest.approx(0.75, abs=0.01)


def test_the_sheet_is_of_the_same_latents_every_time(new_rivals: New, pictures: PictureSet) -> None:
    examiner = Examiner(new_rivals(), pictures, None, 12)
    sheet = examiner.sheet()
    assert len(sheet) == 64 and sheet[0].shape == (8, 8, 3) and sheet[0].dtype == np.uint8
    assert all(map(np.array_equal, sheet, examiner.sheet()))
    assert not np.array_equal(sheet[0], sheet[1])


def test_a_sheet_has_a_row_a_class(new_rivals: New, pictures: PictureSet) -> None:
    rivals, asked = new_rivals(), []
    rivals.average.forward = lambda z, labels: asked.append(labels) or torch.zeros(len(z), 3, 8, 8)
    examiner = Examiner(rivals, replace(pictures, classes=("crow", "sparrow")), None, 4)
    assert len(examiner.sheet()) == 16
    assert asked[-1].tolist() == [0] * 8 + [1] * 8


def test_what_a_score_may_cost(new_rivals: New, pictures: PictureSet) -> None:
    assert affordable(new_rivals(), pictures, 1e-9) == 128
    assert affordable(new_rivals(), pictures, 1e9) == 1000


class Scripted:
    """An examiner that finds what it is told to."""

    def __init__(self, *found: Examination) -> None:
        self.found = list(found)

    def __call__(self) -> Examination:
        return self.found.pop(0)

    def sheet(self) -> np.ndarray:
        return np.zeros((64, 8, 8, 3), np.uint8)


def found(score: float, **values: float) -> Examination:
    usual = Examination(score, 1.0, 1.0, 0.8, 0.0, 0.0, None, 0.0)
    return replace(usual, **values)


def report(step: int) -> Report:
    return Report(
        step, None, 1.0 * step, 9.0, step / 100, {"generator_loss": 1.5}, {"generator": 0.1}
    )


def state() -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    return {"weight": torch.ones(2)}, {"step": 7}


@pytest.fixture
def new_keeper(tmp_path: Path) -> New:
    def new(*examinations: Examination, **how: Any) -> Keeper:
        examiner: Any = Scripted(*examinations)
        keeper = Keeper(RunFolder(tmp_path), examiner, how.pop("keep_best", lambda _: None), **how)
        keeper.begin()
        return keeper

    return new


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_the_best_is_kept(new_keeper: New, tmp_path: Path) -> None:
    kept: list[float | None] = []
    keeper = new_keeper(found(9), found(5), found(7), keep_best=lambda r: kept.append(r.score))
    for step in (10, 20, 30):
        keeper.look(report(step), state)
    assert kept == [9, 5]
    assert [line["best"] for line in lines(tmp_path)] == [9, 5, 5]
    assert sorted(p.name for p in (tmp_path / "samples").iterdir()) == [
        "000010.png",
        "000020.png",
        "000030.png",
    ]
    assert load(tmp_path / "checkpoints" / "best.safetensors")[1].extra["step"] == 7
    assert load(tmp_path / "checkpoints" / "last.safetensors")[1].extra["step"] == 7


def test_every_so_many_pictures_a_checkpoint_stays(new_keeper: New, tmp_path: Path) -> None:
    keeper = new_keeper(keep_kimg=0.5)
    for step in range(1, 121):
        keeper.note(report(step), state)
    assert sorted(p.name for p in (tmp_path / "checkpoints").iterdir()) == [
        "kimg-000000.5.safetensors",
        "kimg-000001.safetensors",
    ]


def test_a_warning_is_said_when_it_begins(new_keeper: New, tmp_path: Path) -> None:
    said: list[str] = []
    worse = found(6, separation=1.0)
    keeper = new_keeper(found(5), *[worse] * 5, found(4.5), *[worse] * 3, say=said.append)
    for step in range(10):
        keeper.look(report(step), state)
    assert [bool(line["warnings"]) for line in lines(tmp_path)] == [False] * 3 + [True] * 3 + [
        False,
        False,
        False,
        True,
    ]
    assert len(said) == 2 and all("has won" in sentence for sentence in said)


def test_it_goes_on_from_its_state(new_keeper: New, tmp_path: Path) -> None:
    keeper = new_keeper(found(5))
    for step in (1, 2, 3):
        keeper.note(report(step), state)
    keeper.look(report(3), state)
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4}\n{"step": 5, "kim')  # killed while it wrote
    other = Keeper(RunFolder(tmp_path), keeper.examiner, lambda _: None)
    other.restore(keeper.state() | {"step": 3})
    assert other.best == 5 and other.history == keeper.history
    assert [line["step"] for line in lines(tmp_path)] == [1, 2, 3, 3]


def test_a_step_back_takes_lines_away_and_is_told(new_keeper: New, tmp_path: Path) -> None:
    said: list[str] = []
    keeper = new_keeper(say=said.append)
    for step in (1, 2, 3):
        keeper.note(report(step), state)
    keeper.step_back(1, "stepped back")
    keeper.note(report(2), state)
    assert [line["step"] for line in lines(tmp_path)] == [1, 2]
    assert said == ["stepped back"]


def test_callbacks_know_the_last_score(new_keeper: New, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Report] = []
    keeper = new_keeper(found(5), found(8), callbacks=[told.append])
    for step in (1, 2, 3):
        keeper.note(report(step), state)
        if step < 3:
            keeper.look(report(step), state)
    assert [(each.score, each.best) for each in told] == [(None, None), (5, 5), (8, 5)]


def test_history_does_not_grow_for_ever(new_keeper: New, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "HISTORY", 2)
    keeper = new_keeper(found(1), found(2), found(3))
    for step in (1, 2, 3):
        keeper.look(report(step), state)
    assert [each["score"] for each in keeper.history] == [2, 3]
