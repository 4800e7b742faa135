"""From a folder of pictures to a generator."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from zeuxis import ZeuxisError
from zeuxis.gan.augmentation.ada import AdaptiveAugment
from zeuxis.gan.augmentation.diffaugment import DiffAugment
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training import setting_up
from zeuxis.gan.training.keeper import Keeper
from zeuxis.gan.training.report import Report
from zeuxis.gan.training.run import resume, train
from zeuxis.gan.training.setting_up import augment_for, parsed_size, set_up
from zeuxis.models import load

SETTINGS = GanSettings(
    network="dcgan", capacity=0.1, latent_dim=6, batch_size=8, steps=4, precision="float32"
)


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path_factory.mktemp("cache")))


def many(folder: Path, count: int) -> Path:
    """An array of so many grey pictures of noise, 16 x 16."""
    pixels = np.random.default_rng(0).integers(0, 255, (count, 16, 16), dtype=np.uint8)
    np.save(folder / "digits.npy", pixels)
    return folder / "digits.npy"


def test_a_run_makes_a_generator(dots: Path, tmp_path: Path) -> None:
    said: list[str] = []
    reports: list[Report] = []
    outcome = train(dots, tmp_path / "run", SETTINGS, callbacks=[reports.append], say=said.append)
    assert outcome.is_done and outcome.step == 4 and outcome.best is not None
    assert len(reports) == 4
    assert any("24 pictures" in line and "16x16 RGB" in line for line in said)
    there = {p.relative_to(tmp_path / "run").as_posix() for p in (tmp_path / "run").rglob("*")}
    assert there == {
        "checkpoints",
        "checkpoints/best.safetensors",
        "checkpoints/last.safetensors",
        "generator.safetensors",
        "metrics.jsonl",
        "samples",
        "samples/000004.png",
        "settings.json",
    }
    with Image.open(tmp_path / "run" / "samples" / "000004.png") as sheet:
        assert sheet.size == (8 * 66 - 2, 8 * 66 - 2)  # 16 pixels are shown as 64
    about = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert about["settings"]["loss"] == "non_saturating" and about["settings"]["size"] == "16x16"
    assert about["command"] == (
        "zeuxis gan train dots --network dcgan --latent-dim 6 --capacity 0.1 --batch-size 8 --steps 4 "
        "--precision float32"
    )


def test_the_file_holds_the_averaged_generator(dots: Path, tmp_path: Path) -> None:
    train(dots, tmp_path / "run", replace(SETTINGS, conditional=True))
    tensors, card = load(tmp_path / "run" / "generator.safetensors")
    checkpoint = load(tmp_path / "run" / "checkpoints" / "best.safetensors")[0]
    averaged = {k.removeprefix("average."): v for k, v in checkpoint.items() if "average." in k}
    weights = {k: v for k, v in tensors.items() if k in averaged}
    assert weights.keys() == averaged.keys()
    assert all(np.array_equal(weights[name], averaged[name]) for name in weights)
    assert card.metrics["steps"] == 4 and card.metrics["score"] > 0
    assert card.extra["network"] == "dcgan" and card.extra["classes"] == ["dark", "light"]
    assert len(tensors["style_mean"]) == 2


def test_the_same_seed_makes_the_same_generator(dots: Path, tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        train(dots, tmp_path / name, replace(SETTINGS, seed=seed))
    one, again, other = (
        load(tmp_path / name / "checkpoints" / "last.safetensors")[0]
        for name in ("one", "again", "other")
    )
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert not all(np.array_equal(one[name], other[name]) for name in one)


def test_a_dry_run_only_speaks(dots: Path, tmp_path: Path) -> None:
    said: list[str] = []
    outcome = train(dots, tmp_path / "run", SETTINGS, dry_run=True, say=said.append)
    assert not outcome.is_done and not (tmp_path / "run").exists()
    assert any("4 steps" in line for line in said)


def test_a_run_without_a_name_gets_one(
    dots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = [train(dots, None, replace(SETTINGS, steps=1)).folder for _ in range(2)]
    assert found == [Path("runs/dots-1"), Path("runs/dots-2")]


def test_a_run_is_made_longer(dots: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(dots, whole, replace(SETTINGS, steps=6))
    train(dots, parts, replace(SETTINGS, steps=2))
    with pytest.raises(ZeuxisError, match="is done, with 2 steps .* ask for more --steps"):
        resume(parts)
    said: list[str] = []
    assert resume(parts, steps=6, say=said.append).step == 6
    assert said == ["goes on from step 2"]
    one, other = (load(p / "checkpoints" / "last.safetensors")[0] for p in (whole, parts))
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert json.loads((parts / "settings.json").read_text())["settings"]["steps"] == 6
    assert resume(parts, kimg=0.064).step == 8
    with pytest.raises(ZeuxisError, match="steps and minutes both say"):
        resume(parts, steps=9, minutes=1.0)


def test_ctrl_c_loses_nothing(dots: Path, tmp_path: Path) -> None:
    def interrupt(report: Report) -> None:
        if report.step == 2:
            signal.raise_signal(signal.SIGINT)

    outcome = train(dots, tmp_path / "run", SETTINGS, callbacks=[interrupt])
    assert not outcome.is_done and outcome.step < 4
    assert (tmp_path / "run" / "generator.safetensors").exists()
    assert resume(tmp_path / "run").step == 4


def test_a_run_killed_before_its_first_checkpoint_begins_anew(dots: Path, tmp_path: Path) -> None:
    train(dots, tmp_path / "run", SETTINGS)
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    said: list[str] = []
    assert resume(tmp_path / "run", say=said.append).step == 4
    assert said[0].startswith("begins anew")
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4, 4]


def test_pictures_that_changed_are_noticed(dots: Path, tmp_path: Path) -> None:
    shutil.copytree(dots, tmp_path / "dots")
    train(tmp_path / "dots", tmp_path / "run", SETTINGS)
    next((tmp_path / "dots" / "dark").glob("*.png")).unlink()
    with pytest.raises(ZeuxisError, match="are not those that the run began with"):
        resume(tmp_path / "run", steps=9)


def test_pictures_may_move(dots: Path, tmp_path: Path) -> None:
    shutil.copytree(dots, tmp_path / "dots")
    train(tmp_path / "dots", tmp_path / "run", SETTINGS)
    (tmp_path / "dots").rename(tmp_path / "elsewhere")
    with pytest.raises(ZeuxisError, match="are not in .*dots: say with --data where they are now"):
        resume(tmp_path / "run", steps=6)
    assert resume(tmp_path / "run", steps=6, data=tmp_path / "elsewhere").step == 6
    assert resume(tmp_path / "run", steps=7).step == 7


def test_a_second_ctrl_c_loses_nothing_either(
    dots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(report: Report) -> None:
        if report.step == 2:
            signal.raise_signal(signal.SIGINT)

    def look(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Keeper, "look", look)
        with pytest.raises(KeyboardInterrupt):
            train(dots, tmp_path / "run", SETTINGS, callbacks=[interrupt])
    said: list[str] = []
    assert resume(tmp_path / "run", say=said.append).step == 4
    assert said == ["goes on from step 3"]


def test_a_size_that_cannot_be_is_told_before_pictures_are_prepared(
    dots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_up, "prepare", lambda *_, **__: pytest.fail("too late"))
    with pytest.raises(ZeuxisError, match="dcgan makes no pictures of 17x17"):
        train(dots, tmp_path / "run", replace(SETTINGS, size="17"))


def test_what_is_not_a_run_is_told(dots: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeuxisError, match="there is no run in"):
        resume(dots)
    (tmp_path / "settings.json").write_text('{"settings": {"birds": 3}}')
    with pytest.raises(ZeuxisError, match="is not of a run that this Zeuxis understands"):
        resume(tmp_path)
    train(dots, tmp_path / "run", SETTINGS)
    with pytest.raises(ZeuxisError, match="there is a run in .*run already"):
        train(dots, tmp_path / "run", SETTINGS)


@pytest.mark.parametrize(
    ("knobs", "sentence"),
    [
        ({"steps": 3, "minutes": 2.0}, "steps and minutes both say how long"),
        ({"batch_size": 9, "accumulation": 2}, "a batch of 9 pictures cannot be cut into 1 x 2"),
        (
            {"network": "mlp", "batch_size": 2, "accumulation": 2},
            "mlp takes 2 pictures at once or more, and a batch of 2 in 1 x 2 parts",
        ),
        ({"size": "16x"}, "size is '16x', but must be like 64, or 96x64"),
        ({"size": "big"}, "size is 'big'"),
        ({"size": "17"}, "dcgan makes no pictures of 17x17"),
    ],
)
def test_what_cannot_be_is_told(
    knobs: dict[str, Any], sentence: str, dots: Path, tmp_path: Path
) -> None:
    with pytest.raises(ZeuxisError, match=sentence):
        train(dots, tmp_path / "run", replace(SETTINGS, **knobs))
    assert not (tmp_path / "run").exists()


def test_classes_have_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ZeuxisError, match="has no classes"):
        train(many(tmp_path, 30), tmp_path / "run", replace(SETTINGS, conditional=True))


@pytest.mark.parametrize(
    ("count", "held_out"), [(199, None), (200, 20), (1000, 20), (2000, 40), (30_000, 500)]
)
def test_some_pictures_are_held_out(count: int, held_out: int | None, tmp_path: Path) -> None:
    job = set_up(many(tmp_path, count), SETTINGS)
    assert (None if job.held_out is None else len(job.held_out)) == held_out
    assert len(job.pictures) + (held_out or 0) == count


def test_settings_are_settled(dots: Path, tmp_path: Path) -> None:
    job = set_up(dots, GanSettings(network="dcgan", size="32x16", color="grey"))
    assert (job.shape.width, job.shape.height, job.shape.channels) == (32, 16, 1)
    settings = job.settings
    assert (settings.size, settings.color, settings.mirror) == ("32x16", "grey", False)
    assert settings.batch_size == 128 and settings.beta1 == 0.5  # of the paper
    assert None not in (settings.r1_gamma, settings.average_kimg, settings.spectral_norm)
    assert set_up(dots, SETTINGS).settings.mirror
    assert set_up(many(tmp_path, 30), SETTINGS).shape.channels == 1


@pytest.mark.parametrize(
    ("size", "parsed"), [("64", (64, 64)), ("96x64", (64, 96)), ("8X4", (4, 8))]
)
def test_sizes(size: str, parsed: tuple[int, int]) -> None:
    assert parsed_size(size) == parsed


def test_augmentations(settings: GanSettings) -> None:
    assert isinstance(augment_for(replace(settings, augmentation="diffaugment")), DiffAugment)
    adaptive = augment_for(replace(settings, augmentation="ada", ada_target=0.5, mirror=False))
    assert isinstance(adaptive, AdaptiveAugment)
    assert (adaptive.target, adaptive.has_flips, adaptive.has_turns) == (0.5, False, False)
    plain: Callable[..., Any] = augment_for(settings)
    assert plain(3, None) == 3
