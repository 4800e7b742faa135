"""`zeuxis stylize --refine`: what it writes, what it refuses."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis import ZeuxisError
from zeuxis.cli import refine
from zeuxis.cli.main import main
from zeuxis.images import Picture, write
from zeuxis.style import Stylizer, gallery


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["stylize", *arguments], input=stdin, standalone_mode=True)


def painted(*arguments: str, **options: Any) -> Result:
    """Run it; it must end well."""
    result = run(*arguments, **options)
    assert result.exit_code == 0, result.output
    return result


def made(folder: Path) -> set[str]:
    """What is in a folder, hidden files too."""
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


class Predictor:
    def __init__(self, tensors: dict[str, np.ndarray], path: Path, threads: int | None) -> None:
        self.length = len(tensors["plain"])

    def row(self, pixels: np.ndarray, stroke_size: float) -> np.ndarray:
        return np.ones(self.length, np.float32)


@pytest.fixture
def any_painting(
    folder: Path, texture: np.ndarray, styles_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any painting can be a style; style.png is one."""
    from zeuxis import runtime

    write(Picture.from_array(texture), "style.png")
    monkeypatch.setattr(gallery, "ANY", styles_file)
    monkeypatch.setattr(runtime, "Predictor", Predictor)


@pytest.mark.usefixtures("any_painting")
def test_refined(folder: Path) -> None:
    options = ["--style", "style.png", "--size", "48"]
    painted("photo.jpg", *options, "-o", "first.png")
    result = painted("photo.jpg", *options, "-o", "o.png", "--refine", "1", "--json")
    line = json.loads(result.stdout)
    assert (line["width"], line["settings"]["levels"], line["interrupted"]) == (48, 1, False)
    assert line["losses"] and "painted o.png (48x32)" in result.stderr
    assert Path("o.png").read_bytes() != Path("first.png").read_bytes()
    stream = painted("-", *options, "--refine", "1", stdin=Path("photo.jpg").read_bytes())
    with Image.open(io.BytesIO(stream.stdout_bytes)) as image:
        assert image.size == (48, 32)
    assert not [name for name in made(folder) if "checkpoint" in name]


@pytest.mark.usefixtures("any_painting")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--style", "scream"], "--refine needs the painting itself, and of scream only what"),
        (["--style", "style.png", "--mask", "photo.jpg"], "--refine knows no --mask"),
        (["--style", "style.png", "-o", "photo.jpg"], "photo.jpg exists already"),
        (["--style", "style.png", "-o", "o.jpg", "--bits", "16"], "no 16 bits"),
    ],
    ids=str,
)
def test_what_cannot_be_refined(folder: Path, options: list[str], message: str) -> None:
    result = run("photo.jpg", "--refine", "1", "--size", "48", *options)
    assert result.exit_code == 2 and message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_refined_is_told_once(folder: Path) -> None:
    result = run("in", "--refine", "1", "--style", "scream")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1


@pytest.mark.usefixtures("any_painting")
def test_refining_without_torch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zeuxis.painting", None)
    with pytest.raises(ZeuxisError, match="--refine needs torch: run pip install"):
        refine.refiner(Stylizer("style.png"), 1, callback=())
