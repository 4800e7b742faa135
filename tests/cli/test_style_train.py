"""`zeuxis style train`, `add` and `train-any` as they are typed: what they write, say and refuse."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from zeuxis.cli import display
from zeuxis.cli.main import main
from zeuxis.cli.training import told
from zeuxis.images import Picture, write
from zeuxis.models import load, read_card
from zeuxis.style import gallery
from zeuxis.style.training import any_lesson, run
from zeuxis.style.training.settings import ADDING
from zeuxis.training.trainer import Report

SEEN = ["--content-layers", "relu2_2", "--style-layers", "relu1_2,relu2_2", "--crop-sizes", "64",
        "--batch-size", "1", "--precision", "float32", "--device", "cpu"]  # fmt: skip
TRAINING = [*SEEN, "--widths", "4,6,8", "--blocks", "1", "--style-sizes", "64", "--steps", "2"]
ANY = [*SEEN, "--style-crop", "64", "--hidden", "8", "--steps", "2"]


@pytest.fixture(autouse=True)
def folder(
    tmp_path: Path, photo: np.ndarray, texture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder to work in: two paintings, photographs, a file about the paintings."""
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(any_lesson, "DESCRIBED", 4)
    monkeypatch.setattr(display, "SECONDS_BETWEEN_LINES", -1.0)
    for name in ("photos", "paintings"):
        Path(name).mkdir()
    write(Picture.from_array(photo), "photos/coffee.png")
    write(Picture.from_array(texture), "paintings/tissue.png")
    write(Picture.from_array(1 - photo), "paintings/big_night.png")
    Path("about.toml").write_text('[big_night]\ntitle = "Night"\nyear = 1889\n', encoding="utf-8")
    return tmp_path


def style(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["style", *map(str, arguments)])


def train(*arguments: Any) -> Result:
    return style("train", "paintings/tissue.png", "paintings/big_night.png", "--content", "photos",
                 "-o", "mine.safetensors", *TRAINING, *arguments)  # fmt: skip


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after the first step."""

    def put(report: Report) -> str:
        signal.raise_signal(signal.SIGINT)
        return told(report)

    monkeypatch.setattr("zeuxis.cli.style_runs.told", put)


# train.


def test_train() -> None:
    result = train("--about", "about.toml", "--trace", "t.jsonl", "--preview", "photos/coffee.png",
                   "--preview-every", "1")  # fmt: skip
    assert (result.exit_code, result.stdout) == (0, "")
    lines = result.stderr.splitlines()
    assert [line.split("step ")[1].split()[0] for line in lines[:2]] == ["1/2", "2/2"]
    assert all(name in lines[0] for name in ("left", "content", "style", "tv", "plain"))
    assert lines[2:] == [
        "mine.safetensors paints in 2 styles: tissue, big-night",
        "try: zeuxis stylize photo.jpg --style mine.safetensors#tissue",
    ]
    card = read_card("mine.safetensors")
    assert card.extra["styles"][1] == {"name": "big-night", "title": "Night", "year": "1889"}
    assert card.extra["network"]["widths"] == [4, 6, 8]
    assert len(Path("t.jsonl").read_text().splitlines()) == 2
    assert Path("mine.preview.jpg").exists()
    typed = ["photos/coffee.png", "--style", "mine.safetensors#big-night", "-o", "o.png"]
    assert CliRunner().invoke(main, ["stylize", *typed]).exit_code == 0 and Path("o.png").exists()


def test_the_command_on_the_card_trains_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    train()
    words = read_card("mine.safetensors").command.split()
    first = load("mine.safetensors")[0]
    monkeypatch.chdir("paintings")
    Path("photos").symlink_to("../photos")
    assert words[0] == "zeuxis"
    assert CliRunner().invoke(main, words[1:]).exit_code == 0
    again = load("mine.safetensors")[0]
    assert first.keys() == again.keys()
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)


def test_from_the_shipped_network() -> None:
    assert train("--start", "shipped").exit_code == 0
    card = read_card("mine.safetensors")
    assert card.extra["network"] == read_card(gallery.SHIPPED).extra["network"]
    assert "--start styles.safetensors" in card.command
    assert train("--start", "mine.safetensors", "-o", "on.safetensors").exit_code == 0


def test_quiet() -> None:
    result = train("--quiet")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.usefixtures("stopped")
def test_stopped_and_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    result = train()
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == (
        "stopped: mine.safetensors paints as far as it got; go on with the same and --resume"
    )
    assert read_card("mine.safetensors").metrics["steps"] == 1
    again = train()
    assert again.exit_code == 2 and "exists already" in again.stderr
    monkeypatch.setattr("zeuxis.cli.style_runs.told", told)
    assert train("--resume").exit_code == 0
    assert read_card("mine.safetensors").metrics["steps"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--widths", "4,6"], "widths is 4,6, but must be three numbers"),
        (["--crop-sizes", ""], "crop_sizes is empty: give at least one"),
        (["--content", "nowhere"], "nowhere"),
        (["--content", "about.toml"], "about.toml"),
        (["-o", "mine.pth"], "give a name that ends in .safetensors"),
        (["--network", "johnson"], "johnson holds one style, but there are 2 paintings"),
        (["--resume"], "nothing to resume"),
        (["--about", "none.toml"], "cannot read none.toml as TOML"),
        (["--about", "photos/coffee.png"], "cannot read photos/coffee.png as TOML"),
        (["--preview", "none.jpg"], "none.jpg"),
        (["--style-layers", "relu0_0"], "vgg16 has no layer 'relu0_0'"),
        (["--vgg", "vgg99"], "vgg99"),
    ],
    ids=str,
)
def test_a_mistake_is_one_sentence(options: list[str], message: str) -> None:
    result = train(*options)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("zeuxis: ") and result.stderr.count("\n") == 1
    assert message in result.stderr
    assert not Path("mine.safetensors").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "x"', "must have a table a painting"),
        ('[nihgt]\ntitle = "x"', "'nihgt' is described but is no painting here"),
        ("[big_night", "cannot read about.toml as TOML"),
    ],
)
def test_files_about_paintings(text: str, message: str) -> None:
    Path("about.toml").write_text(text)
    result = train("--about", "about.toml")
    assert result.exit_code == 2 and message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "options", [["--steps", "0"], ["--device", "tpu"], ["--zoom", "x"], ["--frobnicate"]], ids=str
)
def test_what_is_no_option(options: list[str]) -> None:
    result = train(*options)
    assert result.exit_code == 2 and options[0] in result.stderr
    assert "Traceback" not in result.output


def test_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = train("--device", "cuda")
    assert result.exit_code == 2
    assert result.stderr == (
        "zeuxis: there is no GPU that torch can use: leave --device out to use the CPU\n"
    )


def test_without_torch() -> None:
    code = (
        "import sys\nsys.modules['torch'] = None\nfrom zeuxis.cli.main import main\n"
        "main(['style', 'train', 'paintings/tissue.png', '--content', 'photos', '-o', 'a.safetensors'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "zeuxis: this needs torch and onnx: run pip install 'zeuxis[train]'\n"


# add.


@pytest.fixture
def adding(monkeypatch: pytest.MonkeyPatch, styles_file: Path) -> Callable[..., Result]:
    """Adds a style to mine.safetensors, in no time."""
    Path("mine.safetensors").write_bytes(styles_file.read_bytes())
    seen = {"content_layers": ("relu2_2",), "style_layers": ("relu1_2",), "style_sizes": (64,)}
    little = {**seen, "crop_sizes": (64,), "batch_size": 1, "precision": "float32", "device": "cpu"}
    changed = ADDING.__class__(**vars(ADDING) | little)
    monkeypatch.setattr("zeuxis.cli.style.ADDING", changed)
    ticks = iter(range(10**6))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))

    def add(*arguments: Any) -> Result:
        options = ["--content", "photos", "--minutes", "0.1", *arguments]
        return style("add", "paintings/tissue.png", *options)

    return add


def test_add(adding: Callable[..., Result]) -> None:
    result = adding("--to", "mine.safetensors", "--painter", "Nobody", "--trace", "t.jsonl")
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    assert result.stderr.splitlines()[-2:] == [
        "mine.safetensors paints in the style tissue too",
        "try: zeuxis stylize photo.jpg --style mine.safetensors#tissue",
    ]
    styles = read_card("mine.safetensors").extra["styles"]
    assert len(styles) == 4 and styles[3] == {"name": "tissue", "painter": "Nobody"}
    assert Path("t.jsonl").exists()
    again = adding("--to", "mine.safetensors")
    assert again.exit_code == 2 and "has a style 'tissue' already" in again.stderr
    named = adding(
        "--to", "mine.safetensors", "--name", "cells", "-o", "more.safetensors", "--quiet"
    )
    assert (named.exit_code, named.output) == (0, "")
    assert read_card("more.safetensors").extra["styles"][4]["name"] == "cells"


@pytest.mark.usefixtures("stopped")
def test_add_stopped(adding: Callable[..., Result]) -> None:
    result = adding("--to", "mine.safetensors")
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == (
        "stopped: mine.safetensors has the style as far as it got; begin anew with --force"
    )


def test_add_to_the_shipped_network(
    adding: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("shipped.safetensors").write_bytes(Path("mine.safetensors").read_bytes())
    before = Path("shipped.safetensors").read_bytes()
    monkeypatch.setattr(gallery, "SHIPPED", Path("shipped.safetensors"))
    result = adding("--to", "shipped")
    assert result.exit_code == 2
    assert result.stderr == (
        "zeuxis: the styles that come with Zeuxis stay as they are: give a file with -o\n"
    )
    more = adding("--to", "shipped", "-o", "more.safetensors")
    assert more.exit_code == 0 and "more.safetensors paints in the style tissue too" in more.stderr
    assert len(read_card("more.safetensors").extra["styles"]) == 4
    assert Path("shipped.safetensors").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--to", "none.safetensors"], "none.safetensors does not exist"),
        (["--to", "about.toml"], "give a name that ends in .safetensors"),
        (["--to", "mine.safetensors", "--name", "scream"], "has a style 'scream' already"),
        (["--to", "mine.safetensors", "--content", "none"], "none"),
    ],
    ids=str,
)
def test_what_cannot_be_added(
    adding: Callable[..., Result], options: list[str], message: str
) -> None:
    before = Path("mine.safetensors").read_bytes()
    result = adding(*options)
    assert result.exit_code == 2 and message in result.stderr
    assert result.stderr.startswith("zeuxis: ") and result.stderr.count("\n") == 1
    assert Path("mine.safetensors").read_bytes() == before


# train-any.


def train_any(*arguments: Any) -> Result:
    return style(
        "train-any", "paintings", "--content", "photos", "-o", "any.safetensors", *ANY, *arguments
    )


def test_train_any(styles_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = train_any("--start", styles_file)
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    assert result.stderr.splitlines()[-1] == "any.safetensors reads the style of any picture"
    assert "step 2/2" in result.stderr
    again = train_any("--start", styles_file)
    assert again.exit_code == 2 and "exists already" in again.stderr
    monkeypatch.setattr(gallery, "SHIPPED", styles_file)
    assert train_any("--start", "shipped", "--force", "--quiet").output == ""
    monkeypatch.setattr(gallery, "ANY", Path("any.safetensors").resolve())
    typed = ["photos/coffee.png", "--style", "paintings/tissue.png", "-o", "o.png"]
    assert CliRunner().invoke(main, ["stylize", *typed]).exit_code == 0 and Path("o.png").exists()


@pytest.mark.usefixtures("stopped")
def test_train_any_stopped(styles_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = train_any("--start", styles_file)
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1].startswith("stopped: any.safetensors paints as far as")
    monkeypatch.setattr("zeuxis.cli.style_runs.told", told)
    assert train_any("--start", styles_file, "--resume").exit_code == 0
    assert read_card("any.safetensors").metrics["steps"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--start", "none.safetensors"], "none.safetensors does not exist"),
        (["--start", "about.toml"], "about.toml"),
        (["--start", "STYLES", "--content", "none"], "none"),
        (["--start", "STYLES", "-o", "any.onnx"], "give a name that ends in .safetensors"),
        (["--start", "STYLES", "--style-layers", ""], "style_layers is empty"),
    ],
    ids=str,
)
def test_what_cannot_be_trained(styles_file: Path, options: list[str], message: str) -> None:
    result = train_any(*(styles_file if each == "STYLES" else each for each in options))
    assert result.exit_code == 2 and message in result.stderr
    assert result.stderr.startswith("zeuxis: ") and result.stderr.count("\n") == 1


# What it says.


def test_a_line() -> None:
    report = Report(30, 100, {"content": 1.2345, "style": 0.5}, 60.0, 0)
    assert told(report) == "2:20 left  step 30/100  content 1.23  style 0.5"
    assert told(Report(30, 100, {"style": 0.5}, 60.0, 2)).endswith("style 0.5  (2 steps back)")


@pytest.mark.parametrize("command", ["train", "add", "train-any"])
def test_help_needs_no_torch(command: str) -> None:
    code = (
        "import sys\nfrom zeuxis.cli.main import main\n"
        f"try: main(['style', {command!r}, '--help'])\nfinally: assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and "--content" in done.stdout, done.stderr


def test_photographs_of_the_package_are_the_default() -> None:
    assert "four that come with Zeuxis" in " ".join(style("add", "--help").stdout.split())
    assert len([file for file in run.OUR_PHOTOGRAPHS.iterdir() if file.suffix == ".webp"]) == 4
