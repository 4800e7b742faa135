"""Command-line options derived from a settings dataclass, so that no knob is written twice."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from zeuxis.settings import Knob, knobs, range_in_words, validate

Command = TypeVar("Command", bound=Callable[..., Any])
Settings = TypeVar("Settings")

_KINDS: dict[type, str] = {int: "INTEGER", float: "NUMBER", str: "TEXT", Path: "PATH"}


class Number(click.ParamType):  # type: ignore[type-arg]  # which is generic in late versions only
    """A number in a range, which is told in words.

    Args:
        kind: `int` or `float`.
        low: the least, itself included; None for no limit.
        high: the greatest, itself included.
    """

    def __init__(self, kind: type, low: float | None = None, high: float | None = None) -> None:
        self.name = "integer" if kind is int else "number"
        self._kind = kind
        self._low, self._high = low, high

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number that a text says."""
        try:
            number: float = self._kind(value)
        except ValueError:
            what = "a whole number" if self._kind is int else "a number"
            self.fail(f"{value!r} is not {what}", param, ctx)
        under = self._low is not None and number < self._low
        if under or (self._high is not None and number > self._high):
            self.fail(f"{value} is not {range_in_words(self._low, self._high)}", param, ctx)
        return number


MAX_MEGAPIXELS = click.option(
    "--max-megapixels",
    type=Number(float, 0.0001),
    default=200.0,
    metavar="MEGAPIXELS",
    help="The largest picture to read.  [default: 200; at least 0.0001]",
)


def settings_options(settings: type, **metavars: str) -> Callable[[Command], Command]:
    """A decorator: one option for every knob of a settings dataclass, in the order of the fields.

    `style_weight: float` becomes `--style-weight NUMBER`, a bool becomes `--flag / --no-flag`, a
    tuple is written with commas. The help shows unit, range and default.

    Args:
        settings: The dataclass.
        **metavars: What the help is to call the value of a knob, by the knob's name; by default
            its unit (`--minutes MINUTES`), or else its type.

    Raises:
        TypeError: If a knob has a type that cannot be an option.
    """
    return all_of([_option(knob, metavars.get(knob.name)) for knob in knobs(settings)])


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


def _option(knob: Knob, metavar: str | None) -> Callable[[Command], Command]:
    flag = knob.name.replace("_", "-")
    is_flag = knob.kind is bool and not knob.many
    shows_default = knob.default is not None
    return click.option(
        f"--{flag}/--no-{flag}" if is_flag else f"--{flag}",
        knob.name,
        type=None if is_flag else _type(knob),
        metavar=metavar or _metavar(knob),
        default=_default(knob),
        show_default=shows_default and not _has_range(knob),
        help=_help(knob),
    )


def _metavar(knob: Knob) -> str | None:
    if knob.choices is not None and not knob.many:
        return None  # click shows the choices
    name = knob.unit.upper().replace(" ", "-") if knob.unit else _KINDS.get(knob.kind)
    return f"{name},..." if knob.many else name


def _help(knob: Knob) -> str:
    """The knob's help; its range and default behind it, as click shows the defaults of other knobs."""
    text = knob.help if knob.help.endswith("]") else f"{knob.help.rstrip('.')}."
    if knob.many and knob.choices is not None:
        return f"{text.rstrip('.')}; each {knob.allowed}."
    if not _has_range(knob):
        return text
    facts = [] if knob.default is None else [f"default: {_default(knob)}"]
    facts += [f"each {knob.allowed}" if knob.many else knob.allowed]
    if text.endswith("]"):  # it says the default itself
        return f"{text[:-1]}; {facts[-1]}]"
    return f"{text}  [{'; '.join(facts)}]"


def _has_range(knob: Knob) -> bool:
    return knob.choices is None and (knob.low is not None or knob.high is not None)


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
    if knob.kind in (int, float):
        return Number(knob.kind, knob.low, knob.high)
    if knob.kind is Path:
        return click.Path(path_type=Path)
    return click.BOOL if knob.kind is bool else click.STRING
