"""`zeuxis gan train` and `zeuxis gan resume`."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from zeuxis.cli.gan import told
from zeuxis.cli.main import main
from zeuxis.gan.training import trainer as trainer_module
from zeuxis.gan.training.report import Report

KNOBS = ["--network", "dcgan", "--capacity", "0.1", "--batch-size", "8", "--precision", "float32"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty pictures of noise, 16 x 16, in the folder that is worked in."""
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 255, (20, 16, 16, 3), dtype=np.uint8)
    np.save(tmp_path / "noise.npy", pixels)
    return Path("noise.npy")


def zeuxis(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["gan", *map(str, arguments)], catch_exceptions=False)


def test_it_trains_and_goes_on(data: Path) -> None:
    done = zeuxis("train", data, *KNOBS, "--steps", "3", "-o", "run")
    assert done.exit_code == 0
    assert "20 pictures" in done.output and "3 steps" in done.output
    assert "try: zeuxis gan sample run" in done.output
    assert Path("run/generator.safetensors").exists()
    again = zeuxis("resume", "run", "--steps", "5")
    assert again.exit_code == 0
    assert "goes on from step 3" in again.output and "5 steps in" in again.output


def test_a_dry_run_says_the_plan(data: Path) -> None:
    done = zeuxis("train", data, *KNOBS, "--minutes", "2", "--dry-run")
    assert done.exit_code == 0
    for words in ("network    dcgan", "2 minutes, about", "note       there are only 20 pictures"):
        assert words in done.output
    assert not Path("runs").exists()


def test_quiet_says_nothing(data: Path) -> None:
    done = zeuxis("train", data, *KNOBS, "--steps", "1", "--quiet")
    assert done.exit_code == 0 and done.output == ""
    assert Path("runs/noise-1/generator.safetensors").exists()


def test_ctrl_c_is_130_and_says_how_to_go_on(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = trainer_module.train_step

    def step(rivals: Any, *args: Any) -> Any:
        if rivals.step == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return original(rivals, *args)

    monkeypatch.setattr(trainer_module, "train_step", step)
    done = zeuxis("train", data, *KNOBS, "--steps", "9", "-o", "run")
    assert done.exit_code == 130
    assert "stopping: a last look takes some seconds" in done.output
    assert "stopped at step 2: go on with zeuxis gan resume run" in done.output
    data.rename("moved.npy")
    assert "say with --data where they are now" in zeuxis("resume", "run").output
    assert zeuxis("resume", "run", "--data", "moved.npy").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "nothing", "--network", "dcgan"], "nothing"),
        (["train", "noise.npy", "--steps", "3", "--kimg", "1"], "steps and kimg both say how long"),
        (
            ["train", "noise.npy", "--network", "dcgan", "--size", "7"],
            "dcgan makes no pictures of 7x7",
        ),
        (["resume", "."], "there is no run in"),
    ],
)
def test_mistakes_are_sentences(arguments: list[str], sentence: str, data: Path) -> None:
    done = zeuxis(*arguments)
    assert done.exit_code == 2
    assert done.output.startswith("zeuxis: ") and sentence in done.output
    assert done.output.count("\n") == 1


def test_every_knob_is_an_option(data: Path) -> None:
    text = zeuxis("train", "--help").output
    for flag in ("--r1-gamma", "--augmentation", "--no-mirror", "--keep-kimg", "--conditional"):
        assert flag in text


def test_the_line_of_a_run() -> None:
    losses = {"generator_loss": 0.7, "discriminator_loss": 1.3}
    report = Report(120, 400, 60.0, 140.0, 7.68, losses, {})
    assert told(report) == ("2:20 left  step 120/400  7.7 kimg  generator 0.7  discriminator 1.3")
    report = Report(120, None, 60.0, 140.0, 7.68, losses, {}, 31.26, 30.0)
    assert told(report).endswith("discriminator 1.3  score 31.26 (best 30)")
    assert "step 120  " in told(report)
