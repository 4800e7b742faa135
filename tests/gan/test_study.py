"""Studies: many short runs, one table."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks import Shape, networks
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.study import playing
from zeuxis.gan.study.design import designed
from zeuxis.gan.study.forecasting import forecast
from zeuxis.gan.study.judging import Judge, reference_for
from zeuxis.gan.study.regularisers import knobs_for
from zeuxis.gan.study.results import Result, StudyFolder
from zeuxis.gan.study.run import Standing, study
from zeuxis.gan.study.settings import REGULARISERS, Cell, StudySettings, cells_of, check
from zeuxis.gan.study.sheet import sheet_of
from zeuxis.gan.study.table import lines_of, markdown
from zeuxis.gan.training import finishing
from zeuxis.gan.training import trainer as trainer_module
from zeuxis.gan.training.report import Report
from zeuxis.images import Picture, read, write
from zeuxis.metrics.quick import QuickScore
from zeuxis.models import load
from zeuxis.settings import knobs

SETTINGS = StudySettings(
    losses=("hinge", "non_saturating"),
    networks=("dcgan",),
    capacity=0.1,
    batch_size=8,
    precision="float32",
    steps=3,
)
HINGE, OTHER = cells_of(SETTINGS)


@pytest.fixture(autouse=True)
def no_model_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs write no model file: drawing its graphs takes longer than all the rest."""
    monkeypatch.setattr(finishing, "save_generator", lambda *_: None)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty pictures of noise to train on and twenty to test with, 16 x 16, in colour."""
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    pixels = np.random.default_rng(0).integers(0, 255, (60, 16, 16, 3), dtype=np.uint8)
    np.savez(tmp_path / "noise.npz", x_train=pixels[:40], x_test=pixels[40:])
    return tmp_path / "noise.npz"


def never(*args: Any, **options: Any) -> Any:
    raise AssertionError("what is over was trained again")


def test_a_study_is_a_table_and_goes_on_to_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Standing] = []
    said: list[str] = []
    made = study(data, tmp_path / "s", SETTINGS, callback=seen.append, say=said.append)
    assert made.is_done and len(made.lines) == 2
    scores = [line.score for line in made.lines]
    assert scores == sorted(scores)
    assert [(each.number, each.to_do) for each in seen] == [(1, 2)] * 3 + [(2, 1)] * 3
    assert said[0] == f"1 of 2: {HINGE.name}" and not any(s.startswith("network") for s in said)
    assert "20 pictures of the test set" in made.notes[0]
    written = json.loads((tmp_path / "s" / "table.json").read_text())
    assert [each["score"] for each in written["runs"]] == scores
    assert [each["steps"] for each in written["runs"]] == [3, 3]
    assert written["runs"][0]["kimg"] == 3 * 8 / 1000
    page = (tmp_path / "s" / "table.md").read_text()
    assert f"| {made.lines[0].texts[3]} |" in page
    assert read(tmp_path / "s" / "sheet.png").height > 2 * 4 * 64

    monkeypatch.setattr(playing, "train", never)
    monkeypatch.setattr(playing, "resume", never)
    monkeypatch.setattr(Judge, "__call__", never)
    again = study(data, tmp_path / "s", SETTINGS, say=said.append)
    assert again == made and said[-1] == "2 of 2 runs are over"


def test_the_score_is_that_of_the_averaged_generator(data: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, losses=("hinge",))
    score = study(data, tmp_path / "s", settings).lines[0].score
    design = designed(data, StudyFolder(tmp_path / "s"), settings)
    run = design.folder.run(HINGE)
    generator = playing.averaged(run, design.job_of(HINGE), torch.device("cpu"))
    kept, _ = load(run.last)
    for name, weights in generator.state_dict().items():
        assert np.array_equal(weights, kept[f"average.{name}"])
    assert not np.array_equal(kept["average.last.weight"], kept["generator.last.weight"])
    latents = np.random.default_rng(0).standard_normal((20, 100), np.float32)
    with torch.no_grad():
        pictures = (generator(torch.from_numpy(latents)) * 255).round() / 255
    real = torch.from_numpy(np.array(reference_for(data, design.job, 20).pictures)).float() / 255
    expected = QuickScore([real.permute(0, 3, 1, 2)])([pictures]).distance
    assert score == pytest.approx(expected, rel=1e-5)


def test_ctrl_c_loses_nothing(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = trainer_module.train_step

    def step(rivals: Any, *args: Any) -> Any:
        if rivals.step == 1 and rivals.settings.loss == "non_saturating":
            os.kill(os.getpid(), signal.SIGINT)
        return original(rivals, *args)

    whole = study(data, tmp_path / "whole", SETTINGS)
    with monkeypatch.context() as patch:
        patch.setattr(trainer_module, "train_step", step)
        assert not study(data, tmp_path / "s", SETTINGS).is_done
    states = [each.state for each in forecast(data, tmp_path / "s", SETTINGS)]
    assert states == ["over", "at step 2"]
    said: list[str] = []
    made = study(data, tmp_path / "s", SETTINGS, say=said.append)
    assert "goes on from step 2" in said
    assert [line.score for line in made.lines] == [line.score for line in whole.lines]


KILLED = """
import os, signal, sys
from zeuxis.gan.study import run
from zeuxis.gan.study.settings import StudySettings
from zeuxis.gan.training import finishing

judged = run.judged

def die(design, cell, judge):
    if cell.loss == "non_saturating":  # the second: it is trained, but not judged
        os.kill(os.getpid(), signal.SIGKILL)
    return judged(design, cell, judge)

run.judged = die
finishing.save_generator = lambda *_: None
run.study(sys.argv[1], sys.argv[2], StudySettings(**eval(sys.argv[3])))
"""


def test_a_killed_study_goes_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = [sys.executable, "-c", KILLED, str(data), str(tmp_path / "s"), repr(asdict(SETTINGS))]
    done = subprocess.run(start, capture_output=True, text=True, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (tmp_path / "s" / "runs" / HINGE.name / "result.json").exists()
    monkeypatch.setattr(playing, "train", never)
    monkeypatch.setattr(playing, "resume", never)  # its budget is spent
    made = study(data, tmp_path / "s", SETTINGS)
    assert made.is_done and all(line.score is not None for line in made.lines)


@pytest.mark.parametrize("error", [ZeuxisError("it is\nNaN"), RuntimeError("it is NaN")])
def test_a_run_that_fails_is_told_and_the_others_go_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    original = playing.train

    def train(data: Any, output: Any, settings: GanSettings, **options: Any) -> Any:
        if settings.loss == "hinge":
            raise error
        return original(data, output, settings, **options)

    monkeypatch.setattr(playing, "train", train)
    made = study(data, tmp_path / "s", SETTINGS)
    first, last = made.lines
    assert first.score is not None and last.score is None
    assert last.texts[0] == "hinge" and last.texts[3] == "failed" and last.texts[-1] == "it is NaN"
    assert "delete its folder" in made.notes[-1]
    monkeypatch.setattr(playing, "train", never)
    assert study(data, tmp_path / "s", SETTINGS) == made


def test_all_may_fail(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def train(*args: Any, **options: Any) -> Any:
        raise ZeuxisError("no")

    monkeypatch.setattr(playing, "train", train)
    made = study(data, tmp_path / "s", SETTINGS)
    assert made.is_done and [line.score for line in made.lines] == [None, None]
    assert not (tmp_path / "s" / "sheet.png").exists()


def test_numbers_that_are_not_finite_end_a_run_and_no_other(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = trainer_module.train_step

    def step(rivals: Any, *args: Any) -> Any:
        told = original(rivals, *args)
        return {k: v * float("nan") for k, v in told.items()} if rivals.play_is_hinge else told

    from zeuxis.gan.losses import losses
    from zeuxis.gan.training.rivals import Rivals

    is_hinge = property(lambda rivals: rivals.play is losses.get("hinge"))
    monkeypatch.setattr(Rivals, "play_is_hinge", is_hinge, raising=False)
    monkeypatch.setattr(trainer_module, "train_step", step)
    made = study(data, tmp_path / "s", SETTINGS)
    assert "a number was not finite for the 11th time" in made.lines[1].texts[-1]
    assert made.lines[0].score is not None


@pytest.mark.parametrize(
    ("turned", "sentence"),
    [
        ({"losses": ("hinge",)}, "begun with losses hinge,non_saturating, not hinge"),
        ({"steps": 4}, "begun with steps 3, not 4"),
        ({"seed": 1}, "begun with seed 0, not 1"),
    ],
)
def test_another_command_is_refused(
    data: Path, tmp_path: Path, turned: dict[str, Any], sentence: str
) -> None:
    design = designed(data, StudyFolder(tmp_path / "s"), SETTINGS)
    design.folder.begin(design.about())
    with pytest.raises(ZeuxisError, match=sentence):
        study(data, tmp_path / "s", replace(SETTINGS, **turned))


def test_other_pictures_are_refused(data: Path, tmp_path: Path) -> None:
    design = designed(data, StudyFolder(tmp_path / "s"), SETTINGS)
    design.folder.begin(design.about())
    with np.load(data) as kept:
        np.savez(data, x_train=kept["x_train"][::-1], x_test=kept["x_test"])
    with pytest.raises(ZeuxisError, match="are not those that the study in"):
        study(data, tmp_path / "s", SETTINGS)


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_damaged_files_are_told(data: Path, tmp_path: Path, content: str) -> None:
    folder = StudyFolder(tmp_path / "s")
    folder.run(HINGE).path.mkdir(parents=True)
    folder.ending(HINGE).write_text(content)
    with pytest.raises(ZeuxisError, match="result.json.*delete it"):
        folder.result(HINGE)
    folder.settings.write_text(content)
    with pytest.raises(ZeuxisError, match="study.json.*begin a new study"):
        study(data, tmp_path / "s", SETTINGS)


def test_mistakes_are_sentences(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(sentence: str, output: Path = tmp_path / "s", **turned: Any) -> None:
        with pytest.raises(ZeuxisError, match=sentence):
            study(data, output, replace(SETTINGS, **turned))
        assert not output.is_dir()

    fails("there are no losses to compare", losses=())
    fails("networks has dcgan twice", networks=("dcgan", "mlp", "dcgan"))
    fails("steps and kimg both say", kimg=1.0)
    fails("losses is .'hinges',.", losses=("hinges",))
    fails("dcgan makes no pictures of 7x7", size="7")
    fails("is a file: give a folder for the study", data)
    monkeypatch.setenv("WORLD_SIZE", "2")
    fails("start it without torchrun")


def test_cells_are_all_ways_once_for_each_seed() -> None:
    settings = StudySettings(
        losses=("hinge", "minimax"), networks=("mlp", "dcgan"), regularisers=("none", "r1"),
        repeat=2, seed=5,
    )  # fmt: skip
    cells = cells_of(settings)
    assert len({cell.name for cell in cells}) == 16
    assert cells[0].name == "hinge-mlp-none-5" and cells[1].name == "hinge-dcgan-none-5"
    assert [cell.seed for cell in cells] == [5] * 8 + [6] * 8


def test_shared_knobs_are_those_of_a_run() -> None:
    own = {"losses", "networks", "regularisers", "repeat", "pictures"}
    known = {knob.name: knob for knob in knobs(GanSettings)}
    for knob in knobs(StudySettings):
        assert knob.name in own or knob == known[knob.name]
    base = replace(SETTINGS, seed=3, size="16", kimg=None).base
    assert base == GanSettings(
        capacity=0.1, batch_size=8, precision="float32", steps=3, seed=3, size="16"
    )
    check(SETTINGS)


def test_regularisers_are_knobs() -> None:
    shape = Shape(28, 28, channels=1)
    recipe = networks.get("modern").recipe(shape)
    turned = {name: knobs_for(name, 28, 28, recipe.batch_size) for name in REGULARISERS}
    assert turned["recipe"] == {}
    assert turned["r1"]["r1_gamma"] == recipe.r1_gamma and turned["r1"]["r2_gamma"] == 0
    assert turned["r1_r2"]["r1_gamma"] == turned["r1_r2"]["r2_gamma"] == recipe.r1_gamma
    assert turned["gradient_penalty"]["gradient_penalty"] == 10
    assert turned["spectral_norm"]["spectral_norm"] and not turned["spectral_norm"]["r1_gamma"]
    for values in turned.values():
        replace(GanSettings(), **values)  # all are knobs
    assert knobs_for("r1", 56, 28, 64)["r1_gamma"] == pytest.approx(recipe.r1_gamma)


def test_without_a_test_set_half_of_the_training_pictures_are_left_to_compare(
    tmp_path: Path, data: Path
) -> None:
    with np.load(data) as kept:
        np.save(tmp_path / "plain.npy", kept["x_train"])
    settings = replace(SETTINGS, size="16")
    job = designed(tmp_path / "plain.npy", StudyFolder(tmp_path / "s"), settings).job
    found = reference_for(tmp_path / "plain.npy", job, 2000)
    assert found.what == "20 pictures that were trained on"
    both = {each.tobytes() for each in (*found.pictures, *found.others)}
    assert len(both) == 40
    assert len(reference_for(tmp_path / "plain.npy", job, 7).pictures) == 7
    assert len(reference_for(data, job, 7).others) == 7


def test_a_forecast_adds_up_and_writes_nothing(data: Path, tmp_path: Path) -> None:
    found = list(forecast(data, tmp_path / "s", SETTINGS))
    assert [each.cell for each in found] == [HINGE, OTHER]
    assert all(each.state == "to do" for each in found)
    assert found[0].seconds == pytest.approx(3 * found[0].seconds_per_step)
    (by_clock, _) = forecast(data, tmp_path / "s", replace(SETTINGS, steps=None, minutes=2.0))
    assert by_clock.seconds == 120
    assert not (tmp_path / "s").exists()


def test_the_time_that_is_left() -> None:
    report = Report(5, 10, seconds=4.0, seconds_left=6.0, kimg=1.0, told={}, rates={})
    assert Standing(HINGE, 1, 4, 3, report).seconds_left == 6 + 2 * 10


def result(loss: str, seed: int, score: float | None, **values: Any) -> Result:
    return Result(Cell(loss, "mlp", "none", seed), score=score, **values)


def test_seeds_are_one_line() -> None:
    lines = lines_of(
        [
            result("hinge", 0, 30.0, variety=0.5, steps=10, seconds=60.0, kimg=1.0),
            result("minimax", 0, None, error="a | b"),
            result("wasserstein", 0, 31.0, warnings={"samples grow alike": 3}, recoveries=2),
            result("hinge", 1, 34.0, variety=0.7, steps=20, seconds=60.0, kimg=2.0),
            result("minimax", 1, 33.0),
        ]
    )
    assert [line.score for line in lines] == [31, 32, 33]
    assert lines[0].texts[-1] == (
        "a number was not finite, 2 steps back; samples grow alike (3 looks)"
    )
    hinge = ("hinge", "mlp", "none", "32.00 ± 2.83", "0.60", "", "", "1.5", "4.000", "1.0", "")
    assert lines[1].texts == hinge
    assert lines[2].texts[-1] == "seed 0: a | b"
    page = markdown(lines, ["A note."])
    assert "| seed 0: a \\| b |" in page and page.endswith("\n\nA note.\n")
    assert len({row.replace("\\|", "").count("|") for row in page.splitlines()[:5]}) == 1


def test_the_sheet_has_a_row_a_loss_and_a_column_a_network(tmp_path: Path) -> None:
    settings = StudySettings(
        losses=("hinge", "minimax"), networks=("mlp", "dcgan"), regularisers=("r1", "none")
    )
    assert sheet_of(settings, lambda cell: tmp_path / f"{cell.name}.png") is None
    shades = {"hinge-mlp-r1-0": 10, "hinge-dcgan-r1-0": 60, "minimax-mlp-none-0": 110}
    for name, shade in shades.items():
        picture = Picture.from_array(np.full((40, 40, 3), shade, np.uint8))
        write(picture, tmp_path / f"{name}.png")
    found = sheet_of(settings, lambda cell: tmp_path / f"{cell.name}.png")
    assert found is not None
    pixels, step = found.bytes[..., 0], 40 + 12
    rows = pixels[-step - 32 :: step, -4 * step + 20 :: step]  # the middles of the pictures
    assert rows.tolist() == [[10, 60, 225, 225], [225, 225, 110, 225]]
