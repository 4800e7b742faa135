"""`zeuxis.cli.options`: the settings dataclass is the command line."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from zeuxis.cli.options import settings_from, settings_options
from zeuxis.errors import ZeuxisError
from zeuxis.settings import setting


@dataclass(frozen=True)
class Knobs:
    steps: int = setting(300, "How many steps.", low=1, high=1000)
    style_weight: float = setting(1.5, "How strong the style is.", low=0)
    size: int | None = setting(None, "Longest side.", low=16, unit="pixels")
    keep_colors: bool = setting(False, "Keep the colours of the photograph.")
    polish: bool = setting(True, "Polish at the end.")
    start: str = setting("content", "Where to start.", choices=("content", "noise"))
    bits: int = setting(8, "Depth.", choices=(8, 16))
    layers: tuple[str, ...] = setting(("relu1_1", "relu2_1"), "Style layers.")
    weights: tuple[float, ...] | None = setting(None, "A weight each.", low=0, high=9)
    pools: tuple[str, ...] = setting((), "Pools.", choices=("max", "average"))
    mask: Path | None = setting(None, "A mask.")
    hours: float | None = setting(None, "Or for so long.  [default: 30]", low=1, unit="hours")
    jobs: int = setting(9, "Jobs that may wait.", high=99, unit="jobs")
    secret: object = dataclasses.field(default="kept")


def run(*args: str) -> tuple[Result, Knobs | None]:
    made: list[Knobs] = []

    @click.command()
    @click.argument("photo")
    @settings_options(Knobs, mask="THIS|FILE")
    def paint(photo: str, **values: Any) -> None:
        assert photo == "photo.jpg"
        made.append(settings_from({"photo": photo, **values}, Knobs))

    result = CliRunner().invoke(paint, ["photo.jpg", *args])
    return result, made[0] if made else None


def test_without_options_come_the_defaults() -> None:
    result, made = run()
    assert result.exit_code == 0, result.output
    assert made == Knobs()


@pytest.mark.parametrize(
    ("args", "changes"),
    [
        ("--steps 7", {"steps": 7}),
        ("--style-weight 2", {"style_weight": 2.0}),
        ("--size 512", {"size": 512}),
        ("--keep-colors", {"keep_colors": True}),
        ("--no-polish", {"polish": False}),
        ("--start noise", {"start": "noise"}),
        ("--bits 16", {"bits": 16}),
        ("--layers relu4_1", {"layers": ("relu4_1",)}),
        ("--weights 0.5,1,9", {"weights": (0.5, 1.0, 9.0)}),
        ("--pools max,average", {"pools": ("max", "average")}),
        ("--mask a/b.png", {"mask": Path("a/b.png")}),
    ],
)
def test_each_option_turns_its_knob(args: str, changes: dict[str, Any]) -> None:
    result, made = run(*args.split())
    assert result.exit_code == 0, result.output
    assert made == Knobs(**changes)


def test_spaces_after_commas_do_no_harm() -> None:
    assert run("--weights", "0.5, 1 ,")[1] == Knobs(weights=(0.5, 1.0))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("--steps 0", "0 is not between 1 and 1000"),
        ("--steps 1001", "1001 is not between 1 and 1000"),
        ("--steps many", "'many' is not a whole number"),
        ("--style-weight -1", "-1 is not at least 0"),
        ("--jobs 100", "100 is not at most 99"),
        ("--start cat", "'cat' is not one of"),
        ("--bits 12", "'12' is not one of"),
        ("--weights 1,x", "'x' is not a number"),
        ("--weights 1,10", "10 is not between 0 and 9"),
        ("--pools max,min", "'min' is not one of"),
    ],
)
def test_what_the_knob_does_not_allow_is_a_usage_error(args: str, message: str) -> None:
    option, value = args.split()
    result, made = run(option, value)
    assert made is None
    assert result.exit_code == 2
    assert option in result.output and message in result.output


def test_not_a_number_gets_past_click_but_not_past_us() -> None:
    result, made = run("--style-weight", "nan")
    assert made is None
    assert isinstance(result.exception, ZeuxisError)
    assert str(result.exception) == "style_weight is nan, but must be a finite number"


def test_help_says_what_the_knob_says() -> None:
    result, _ = run("--help")
    text = " ".join(result.output.split())
    assert "--steps INTEGER How many steps. [default: 300; between 1 and 1000]" in text
    assert "--style-weight NUMBER How strong the style is. [default: 1.5; at least 0]" in text
    assert "--size PIXELS Longest side. [at least 16]" in text
    assert "--hours HOURS Or for so long. [default: 30; at least 1]" in text
    assert "--jobs JOBS Jobs that may wait." in text
    assert "--keep-colors / --no-keep-colors" in text
    assert "[content|noise]" in text
    assert "--layers TEXT,... Style layers. [default: relu1_1,relu2_1]" in text
    assert "--mask THIS|FILE A mask." in text
    assert "A weight each. [each between 0 and 9]" in text
    assert "Pools; each one of max, average." in text


def test_options_come_in_the_order_of_the_fields() -> None:
    result, _ = run("--help")
    shown = [line.split()[0] for line in result.output.splitlines() if line.startswith("  --")]
    names = [f.name for f in dataclasses.fields(Knobs) if f.name != "secret"]
    assert shown == ["--" + name.replace("_", "-") for name in names] + ["--help"]
