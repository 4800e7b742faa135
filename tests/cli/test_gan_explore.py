"""`zeuxis gan interpolate`, `blend`, `arithmetic`, `directions` and `project`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis import Generator
from zeuxis.cli.main import main


def zeuxis(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["gan", *map(str, arguments)], catch_exceptions=False)


def test_a_film_and_a_strip(run: Path) -> None:
    done = zeuxis("interpolate", run, "--seeds", "1,2", "--frames", "6", "--class", "shoe,hat")
    assert done.exit_code == 0 and "interpolation.gif has 6 pictures in 4 s" in done.output
    with Image.open("interpolation.gif") as film:
        assert film.n_frames == 6
    done = zeuxis("interpolate", run, "--seeds", "1,2,3", "--frames", "5", "-o", "walk.webp")
    assert done.exit_code == 0 and "walk.webp has 5 pictures in 4 s" in done.output
    with Image.open("walk.webp") as film:
        assert 2 < film.n_frames <= 5  # two that look alike become one that is shown twice as long
    done = zeuxis(
        "interpolate", run, "--seeds", "1,2", "--frames", "4", "--class", "hat", "-o", "s.png"
    )
    assert done.exit_code == 0, done.output
    with Image.open("s.png") as image:
        strip = np.asarray(image).astype(int)
    generator = Generator.load(run)
    for seed, part in ((1, strip[:, :64]), (2, strip[:, -64:])):
        sample = generator.sample(1, seed=seed, label="hat").array[0].repeat(4, 0).repeat(4, 1)
        assert abs(part - sample).max() <= 1
    again = zeuxis("interpolate", run, "-o", "s.png")
    assert again.exit_code == 2 and "exists already" in again.output


def test_a_blend(run: Path) -> None:
    told = ("--seeds", "1,2", "--weights", "0,1", "--class", "shoe,hat", "-o", "b.png")
    done = zeuxis("blend", run, *told)
    assert done.exit_code == 0 and "b.png has a picture of 16x16" in done.output
    with Image.open("b.png") as image:
        seen = np.asarray(image).astype(int)
    sample = Generator.load(run).sample(1, seed=2, label="hat").array[0]
    sample = sample.repeat(4, 0).repeat(4, 1).squeeze().astype(int)
    assert abs(seen - sample).max() <= 1
    assert "exists already" in zeuxis("blend", run, *told).output


def test_a_sum(run: Path) -> None:
    done = zeuxis(
        "arithmetic", run, "--plus", "0,2", "--minus", "1,3", "--plus", "4", "--seed", "3"
    )
    assert done.exit_code == 0 and "arithmetic.png has 18 pictures" in done.output
    assert Path("arithmetic.png").exists()


def test_directions(run: Path) -> None:
    for method, taken in (("auto", "weights"), ("styles", "styles")):
        done = zeuxis("directions", run, "-n", "2", "--steps", "3", "--method", method, "--force")
        assert done.exit_code == 0 and "directions.png has 6 pictures" in done.output
        assert f"directions by {taken}\n" in done.output


def test_directions_without_torch_say_what_they_are_of(run: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from zeuxis.cli.main import main\n"
        "main(sys.argv[1:])\n"
    )
    command = [sys.executable, "-c", code, "gan", "directions", str(run), "-n", "2"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "directions by styles, not by weights: there is no torch" in done.stderr
    done = subprocess.run(
        [*command, "--method", "weights", "--force"], capture_output=True, text=True
    )
    assert done.returncode == 2 and "cannot look at weights: there is no torch" in done.stderr


def test_a_projection(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zeuxis.gan.projection.CANDIDATES", 4)
    Generator.load(run).sample(1, seed=5).save("target.png")
    job = ("project", "target.png", run, "--steps", "2", "--starts", "2", "-o", "p.png", "--json")
    done = zeuxis(*job)
    told = json.loads(done.stdout)
    assert len(told["losses"]) == 3 and told["loss"] == min(told["losses"])
    assert told["style"] == "p.npy" and told["settings"]["starts"] == 2
    assert done.exit_code == 0 and "p.npy has the style; loss" in done.output
    style = np.load("p.npy")
    assert style.shape == (76,) and np.isfinite(style).all()
    with Image.open("p.png") as sheet:
        assert sheet.width > 2 * 64 and sheet.height == 64
    again = zeuxis("project", "target.png", run, "-o", "p.png")
    assert again.exit_code == 2 and "p.png exists already" in again.output
    Path("p.png").unlink()
    again = zeuxis("project", "target.png", run, "-o", "p.png")
    assert again.exit_code == 2 and "p.npy exists already" in again.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["interpolate", "--seeds", "1"], "give two seeds or more"),
        (["interpolate", "--seeds", "1,a"], "is not whole numbers with commas"),
        (["blend", "--weights", "1,x"], "is not numbers with commas"),
        (["blend", "--weights", "1"], "2 seeds and 1 weights"),
        (["interpolate", "-o", "walk.txt"], "names no picture format"),
        (["interpolate", "--frames", "9999999999"], "ask for 2 to 10,000"),
        (["interpolate", "--frames", "0", "-o", "s.png"], "there are to be 0 pictures"),
        (["interpolate", "--seconds", "nan"], "the film is to take nan seconds"),
        (["arithmetic", "--plus", ","], "there is nothing to add"),
        (["arithmetic", "--plus", "99999999999"], "there is no sample 99999999999"),
        (["arithmetic", "--plus", "1", "--class", "tree"], "choose one of shoe, hat"),
        (["directions", "-n", "99"], "ask for 1 to 12"),
        (["directions", "--steps", "1"], "there are to be 1 steps"),
        (["directions", "--steps", "9999999999"], "ask for 2 to 1,000"),
        (["directions", "--reach", "inf"], "reach is inf, but must be between 0 and 100"),
    ],
)
def test_what_cannot_be_is_a_sentence(run: Path, arguments: list[str], words: str) -> None:
    done = zeuxis(arguments[0], run, *arguments[1:])
    assert done.exit_code == 2 and words in done.output
    assert "Traceback" not in done.output and not list(Path().iterdir())


def test_a_picture_that_is_not_there(run: Path) -> None:
    done = zeuxis("project", "none.png", run)
    assert done.exit_code == 2 and "there is no file none.png" in done.output
