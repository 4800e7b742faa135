"""`zeuxis gan features`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from zeuxis.cli.main import main

KNOBS = ["--network", "mlp", "--capacity", "0.1", "--batch-size", "8", "--precision", "float32"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty pictures of noise in two classes, and as many to test with; the folder is worked in."""
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 255, (40, 16, 16), dtype=np.uint8)
    labels = np.arange(20) % 2
    np.savez("noise.npz", x_train=pixels[:20], y_train=labels, x_test=pixels[20:])
    return Path("noise.npz")


def zeuxis(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["gan", *map(str, arguments)], catch_exceptions=False)


def test_features_of_both_parts(data: Path) -> None:
    assert zeuxis("train", data, *KNOBS, "--steps", "1", "-o", "run", "--quiet").exit_code == 0
    done = zeuxis("features", "run", data)
    assert done.exit_code == 0, done.output
    with np.load("features.npz") as held:
        width = held["features"].shape[1]
        assert held["labels"].shape == (20,)
    assert done.output == (
        f"features.npz has {width:,} features of each of 20 pictures, in 2 classes\n"
    )
    again = zeuxis("features", "run", data)
    assert again.exit_code == 2 and "features.npz exists already" in again.output
    test = zeuxis("features", "run", data, "--split", "test", "--force", "--quiet")
    assert test.exit_code == 0 and test.output == ""
    with np.load("features.npz") as held:
        assert sorted(held) == ["features"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fashion", "noise.npz"], "fashion is no folder of a run, which"),
        (["nothing", "noise.npz"], "nothing is no folder of a run"),
        (["noise.npz", "noise.npz"], "noise.npz is no folder of a run"),
        (["nothing", "noise.npz", "-o", "a.txt"], "a.txt would hold arrays"),
    ],
)
def test_mistakes_are_sentences(arguments: list[str], sentence: str, data: Path) -> None:
    done = zeuxis("features", *arguments)
    assert done.exit_code == 2
    assert done.output.startswith(f"zeuxis: {sentence}") and done.output.count("\n") == 1
