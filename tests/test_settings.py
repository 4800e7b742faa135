"""`zeuxis.settings`: one dataclass says everything about its knobs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeuxis.errors import ZeuxisError
from zeuxis.settings import command_of, knobs, setting, validate


@dataclass(frozen=True)
class Everything:
    steps: int = setting(300, "How many steps.", low=1, high=1000)
    weight: float = setting(1.0, "How strong.", low=0)
    least: float = setting(-1.0, "How weak.", high=0.5, unit="dB")
    colors: bool = setting(False, "Keep the colours.")
    start: str = setting("content", "Where to start.", choices=("content", "noise"))
    minutes: float | None = setting(None, "Time budget.", low=0.1, unit="minutes")
    layers: tuple[str, ...] = setting(("relu1_1", "relu2_1"), "Layers.")
    weights: tuple[float, ...] | None = setting(None, "A weight each.", low=0, high=9, unit="kg")
    mask: Path | None = setting(None, "A mask.")
    bits: int = setting(8, "Depth.", choices=(8, 16))
    hidden: object = dataclasses.field(default=None)


def test_knobs_carry_everything() -> None:
    by_name = {knob.name: knob for knob in knobs(Everything)}
    assert list(by_name) == [f.name for f in dataclasses.fields(Everything) if f.name != "hidden"]
    steps = by_name["steps"]
    assert (steps.kind, steps.many, steps.optional, steps.default) == (int, False, False, 300)
    assert (steps.help, steps.low, steps.high, steps.unit) == ("How many steps.", 1, 1000, None)
    weights = by_name["weights"]
    assert (weights.kind, weights.many, weights.optional) == (float, True, True)
    assert (weights.default, weights.unit) == (None, "kg")
    assert by_name["start"].choices == ("content", "noise")
    assert by_name["mask"].kind is Path


def test_a_setting_is_an_ordinary_field() -> None:
    assert Everything().steps == 300
    assert dataclasses.replace(Everything(), steps=2).steps == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("steps", "between 1 and 1000"),
        ("weight", "at least 0"),
        ("least", "at most 0.5"),
        ("start", "one of content, noise"),
        ("layers", "text"),
        ("colors", "true or false"),
    ],
)
def test_what_is_allowed_in_words(name: str, words: str) -> None:
    assert {knob.name: knob.allowed for knob in knobs(Everything)}[name] == words


def test_defaults_are_valid() -> None:
    validate(Everything())


GOOD: list[dict[str, Any]] = [
    {"steps": 1},
    {"steps": 1000},
    {"weight": 0},  # a whole number is a number
    {"weight": 1e9},
    {"least": 0.5},
    {"minutes": 0.1},
    {"layers": ()},
    {"weights": (0.0, 9.0)},
    {"mask": Path("mask.png")},
    {"bits": 16},
]


@pytest.mark.parametrize("changes", GOOD, ids=str)
def test_bounds_are_allowed(changes: dict[str, Any]) -> None:
    validate(Everything(**changes))


BAD: list[tuple[dict[str, Any], str]] = [
    ({"steps": 0}, "steps is 0, but must be between 1 and 1000"),
    ({"steps": 1001}, "steps is 1001, but must be between 1 and 1000"),
    ({"steps": 1.5}, "steps is 1.5, but must be a whole number"),
    ({"steps": True}, "steps is True, but must be a whole number"),
    ({"steps": None}, "steps is None, but must be a whole number"),
    ({"weight": -0.1}, "weight is -0.1, but must be at least 0"),
    ({"weight": float("nan")}, "weight is nan, but must be a finite number"),
    ({"weight": float("inf")}, "weight is inf, but must be a finite number"),
    ({"weight": "2"}, "weight is '2', but must be a finite number"),
    ({"least": 0.6}, "least is 0.6, but must be at most 0.5 dB"),
    ({"colors": 1}, "colors is 1, but must be true or false"),
    ({"start": "cat"}, "start is 'cat', but must be one of content, noise"),
    ({"minutes": 0.0}, "minutes is 0.0, but must be at least 0.1 minutes"),
    ({"layers": ["relu1_1"]}, "layers is ['relu1_1'], but must be a tuple"),
    ({"layers": ("relu1_1", 3)}, "layers is ('relu1_1', 3), but must be text each"),
    ({"weights": (1.0, 10.0)}, "weights is (1.0, 10.0), but must be between 0 and 9 kg each"),
    ({"mask": "mask.png"}, "mask is 'mask.png', but must be a path"),
    ({"bits": 12}, "bits is 12, but must be one of 8, 16"),
]


@pytest.mark.parametrize(("changes", "sentence"), BAD, ids=[str(c) for c, _ in BAD])
def test_the_sentence_names_setting_value_and_range(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ZeuxisError) as caught:
        validate(Everything(**changes))
    assert str(caught.value) == sentence


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_float_slips_through(value: float) -> None:
    if value >= 0 and value < float("inf"):
        validate(Everything(weight=value))
    else:
        with pytest.raises(ZeuxisError):
            validate(Everything(weight=value))


@pytest.mark.parametrize("hint", [dict, int | str, tuple[int, int], list[int]], ids=str)
def test_types_that_no_door_can_offer(hint: Any) -> None:
    made = dataclasses.make_dataclass("Made", [("odd", hint, setting(None, "Odd."))])
    with pytest.raises(TypeError, match="odd: no door can offer"):
        knobs(made)


@dataclass(frozen=True)
class Trip:
    far: bool = setting(False, "Whether it is far.")
    alone: bool = setting(True, "Whether alone.")
    sea_legs: tuple[int, ...] = setting((2,), "Legs.")
    port: str = setting("Samos", "Where to.")


def test_a_command_is_one_that_can_be_given() -> None:
    assert command_of(["sail", "my ship"], Trip()) == "sail 'my ship'"
    trip = Trip(far=True, alone=False, sea_legs=(1, 3), port="St Ives")
    assert command_of(["sail"], trip) == "sail --far --no-alone --sea-legs 1,3 --port 'St Ives'"
