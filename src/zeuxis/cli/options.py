"""Command-line options derived from a settings dataclass, so that no knob is written twice."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from zeuxis.settings import Knob, knobs, validate

Command = TypeVar("Command", bound=Callable[..., Any])
Settings = TypeVar("Settings")


def settings_options(settings: type) -> Callable[[Command], Command]:
    """A decorator: one option for every knob of a settings dataclass, in the order of the fields.

    `style_weight: float` becomes `--style-weight FLOAT`, a bool becomes `--flag / --no-flag`, a
    tuple is written with commas. The help shows unit, range and default.

    Raises:
        TypeError: If a knob has a type that cannot be an option.
    """
    return all_of([_option(knob) for knob in knobs(settings)])


def all_of(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """A decorator: several arguments and options, in the order they are to be shown in."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):  # decorators apply from the bottom up
            command = option(command)
        return command

    return decorate


def settings_from(values: Mapping[str, Any], settings: type[Settings]) -> Settings:
    """The settings object that the values of the options make, held to its ranges.

    Args:
        values: What click passed to the command, by parameter name; others than the knobs are
            left alone.
        settings: The dataclass given to `settings_options`.

    Raises:
        ZeuxisError: If a value is out of its range.
    """
    turned = [knob for knob in knobs(settings) if knob.name in values]
    made = settings(**{knob.name: _value(knob, values[knob.name]) for knob in turned})
    validate(made)
    return made


def _value(knob: Knob, value: Any) -> Any:
    if knob.choices is None or value is None:
        return value
    by_text = {str(choice): choice for choice in knob.choices}  # click's choices are text
    return tuple(by_text[each] for each in value) if knob.many else by_text[value]


def _option(knob: Knob) -> Callable[[Command], Command]:
    flag = knob.name.replace("_", "-")
    is_flag = knob.kind is bool and not knob.many
    return click.option(
        f"--{flag}/--no-{flag}" if is_flag else f"--{flag}",
        knob.name,
        type=None if is_flag else _type(knob),
        metavar=f"{knob.kind.__name__.upper()},..." if knob.many else None,
        default=_default(knob),
        show_default=knob.default is not None,
        help=_help(knob),
    )


def _help(knob: Knob) -> str:
    text = knob.help.rstrip(".")
    if knob.unit:
        text += f", in {knob.unit}"
    if knob.many:
        text += f"; each {knob.allowed}"  # click shows the range of a single value by itself
    return f"{text}."


def _default(knob: Knob) -> Any:
    if knob.default is None:
        return None
    if knob.many:
        return ",".join(str(each) for each in knob.default)
    return str(knob.default) if knob.choices else knob.default


def _type(knob: Knob) -> Any:
    each = _single_type(knob)
    return _comma_separated(each) if knob.many else each


def _comma_separated(each: "click.ParamType[Any]") -> Callable[[str], tuple[Any, ...]]:
    """Reads several values in one argument: `0.5,1,1` or `relu1_1,relu2_1`."""

    def values(text: str) -> tuple[Any, ...]:
        parts = [part.strip() for part in text.split(",")]
        return tuple(each.convert(part, None, None) for part in parts if part)

    return values


def _single_type(knob: Knob) -> "click.ParamType[Any]":
    if knob.choices is not None:
        return click.Choice([str(choice) for choice in knob.choices])
    if knob.kind is int:
        return click.IntRange(_whole(knob.low), _whole(knob.high))
    if knob.kind is float:
        return click.FloatRange(knob.low, knob.high)
    if knob.kind is Path:
        return click.Path(path_type=Path)
    return click.BOOL if knob.kind is bool else click.STRING


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)
