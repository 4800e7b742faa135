"""`zeuxis study`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from zeuxis.cli.main import main
from zeuxis.gan.training import finishing

KNOBS = ["--losses", "hinge,minimax", "--networks", "dcgan", "--capacity", "0.1"]
TINY = [*KNOBS, "--batch-size", "8", "--precision", "float32", "--steps", "2"]


@pytest.fixture(autouse=True)
def no_model_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs write no model file: drawing its graphs takes longer than all the rest."""
    monkeypatch.setattr(finishing, "save_generator", lambda *_: None)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty pictures of noise, 16 x 16, in the folder that is worked in."""
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 255, (40, 16, 16, 3), dtype=np.uint8)
    np.save(tmp_path / "noise.npy", pixels)
    return Path("noise.npy")


def zeuxis(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["study", *map(str, arguments)], catch_exceptions=False)


def test_a_table_comes_out_and_again_at_once(data: Path) -> None:
    done = zeuxis(data, *TINY, "-o", "s")
    assert done.exit_code == 0
    for words in ("1 of 2: hinge-dcgan-recipe-0", "regulariser", "s/step", "s/sheet.png shows"):
        assert words in done.output
    again = zeuxis(data, *TINY, "-o", "s", "--quiet")
    assert again.exit_code == 0 and again.stderr == ""
    assert again.stdout == done.stdout
    other = zeuxis(data, *TINY, "--seed", "1", "-o", "s")
    assert other.exit_code == 2 and other.output.count("\n") == 1
    assert "the study in s was begun with seed 0, not 1" in other.output


def test_a_dry_run_says_which_runs_and_how_long(data: Path) -> None:
    done = zeuxis(
        data, *KNOBS, "--minutes", "5", "--regularisers", "none,r1", "-o", "s", "--dry-run"
    )
    assert done.exit_code == 0
    assert "minimax-dcgan-r1-0" in done.output and "s a step" in done.output
    assert "4 runs, about 20:00 of training" in done.output
    assert not Path("s").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing", "-o", "s"], "zeuxis: there is no file or folder nothing"),
        (["noise.npy", "-o", "s", "--losses", "hinge,hinge"], "losses has hinge twice"),
        (["noise.npy", "-o", "s", "--losses", "hinges"], "'hinges' is not one of"),
        (["noise.npy"], "missing option '-o'"),
    ],
)
def test_mistakes_are_told(arguments: list[str], words: str, data: Path) -> None:
    done = zeuxis(*arguments)
    assert done.exit_code == 2 and words in done.output
