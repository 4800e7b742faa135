"""Settings are data: what a knob means is written once, where the knob is.

A job's settings are a frozen dataclass whose fields are made with `setting`. The command line, files
and forms are derived from `knobs`; `validate` holds the values to what the knobs allow.

    @dataclass(frozen=True)
    class PaintSettings:
        steps: int = setting(300, "How many steps to take.", low=1)
"""

import dataclasses
import math
import shlex
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, Union

from zeuxis.errors import ZeuxisError

T = TypeVar("T")

_KEY = "zeuxis"  # in the metadata of a dataclass field
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    str: "text",
    Path: "a path",
}


@dataclass(frozen=True)
class Knob:
    """One setting, with everything a door needs to offer it.

    Attributes:
        name: The field's name, e.g. `"style_weight"`.
        kind: The type of one value: `bool`, `int`, `float`, `str` or `Path`.
        many: True for a tuple of such values.
        optional: True where None is a value too.
        default: What it is when nobody turns it.
        help: One sentence on what it does.
        low: The least value allowed, itself included; None for no limit.
        high: The greatest value allowed, itself included; None for no limit.
        choices: The only values allowed; None for any.
        unit: What the number counts, e.g. `"pixels"`.
    """

    name: str
    kind: type
    many: bool
    optional: bool
    default: Any
    help: str
    low: float | None
    high: float | None
    choices: tuple[Any, ...] | None
    unit: str | None

    @property
    def allowed(self) -> str:
        """What the value may be, in words: `"between 0 and 1"`, `"one of mse, l1"`."""
        if self.choices is not None:
            return f"one of {', '.join(str(choice) for choice in self.choices)}"
        return range_in_words(self.low, self.high) or _KINDS[self.kind]


def range_in_words(low: float | None, high: float | None) -> str:
    """Limits, themselves included: `"between 0 and 1"`, `"at least 2"`; empty for none."""
    if low is not None and high is not None:
        return f"between {low} and {high}"
    if low is not None:
        return f"at least {low}"
    return "" if high is None else f"at most {high}"


def setting(
    default: T,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Iterable[Any] | None = None,
    unit: str | None = None,
) -> T:
    """A field of a settings dataclass.

    Args:
        default: The value when nobody says otherwise; not checked against the range.
        help: One sentence, shown by the command line and by forms.
        low: The least value allowed, itself included. For a tuple, of each of its values.
        high: The greatest value allowed, itself included.
        choices: The only values allowed.
        unit: What the number counts, e.g. `"pixels"`.

    Returns:
        A `dataclasses.field`; typed as its default, as `dataclasses.field` itself is.
    """
    about = {
        "help": help,
        "low": low,
        "high": high,
        "choices": None if choices is None else tuple(choices),
        "unit": unit,
    }
    return dataclasses.field(default=default, metadata={_KEY: about})


def knobs(settings: type) -> list[Knob]:
    """The fields of a settings dataclass that were made with `setting`, in order.

    Raises:
        TypeError: If a field has a type that no door can offer; `bool`, `int`, `float`, `str`,
            `Path`, a `tuple[..., ...]` of one of them, and any of these `| None` can be.
    """
    hints = typing.get_type_hints(settings)
    return [
        _knob(field, hints[field.name])
        for field in dataclasses.fields(settings)
        if _KEY in field.metadata
    ]


def validate(settings: Any) -> None:
    """Hold every knob of a settings object to what it allows.

    Raises:
        ZeuxisError: Naming the first setting that is out of bounds, its value, and what is allowed.
    """
    for knob in knobs(type(settings)):
        value = getattr(settings, knob.name)
        if value is None and knob.optional:
            continue
        if knob.many and not isinstance(value, tuple):
            raise ZeuxisError(f"{knob.name} is {value!r}, but must be a tuple")
        values: Sequence[Any] = value if knob.many else (value,)
        for each in values:
            if not _is_kind(each, knob.kind):
                raise ZeuxisError(_complaint(knob, value, _KINDS[knob.kind]))
            if not _is_allowed(each, knob):
                raise ZeuxisError(_complaint(knob, value, knob.allowed))


def turned(settings: T, values: Mapping[str, Any]) -> T:
    """A settings object with some knobs turned, held to its ranges.

    Raises:
        ZeuxisError: If there is no such knob, or a value is out of its range.
    """
    known = {knob.name for knob in knobs(type(settings))}
    for name in values:
        if name not in known:
            raise ZeuxisError(
                f"there is no setting {name!r}: choose among {', '.join(sorted(known))}"
            )
    chosen: T = dataclasses.replace(settings, **values)  # type: ignore[type-var]
    validate(chosen)
    return chosen


def command_of(words: Sequence[str], settings: Any) -> str:
    """A command that can be given: some words, and an option for each setting that is not as by default."""
    said = [*words]
    for knob in knobs(type(settings)):
        value, flag = getattr(settings, knob.name), knob.name.replace("_", "-")
        if value == knob.default:
            continue
        if knob.kind is bool:
            said.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            said += [f"--{flag}", ",".join(map(str, value)) if knob.many else str(value)]
    return shlex.join(said)


def _complaint(knob: Knob, value: Any, allowed: str) -> str:
    unit = f" {knob.unit}" if knob.unit and knob.choices is None else ""
    each = " each" if knob.many else ""
    return f"{knob.name} is {value!r}, but must be {allowed}{unit}{each}"


def _is_kind(value: Any, kind: type) -> bool:
    if kind is float:
        return _is_kind(value, int) or (isinstance(value, float) and math.isfinite(value))
    if kind is int and isinstance(value, bool):
        return False
    return isinstance(value, kind)


def _is_allowed(value: Any, knob: Knob) -> bool:
    if knob.choices is not None:
        return value in knob.choices
    return (knob.low is None or value >= knob.low) and (knob.high is None or value <= knob.high)


def _knob(field: "dataclasses.Field[Any]", hint: Any) -> Knob:
    kind, optional = _without_none(hint)
    many = typing.get_origin(kind) is tuple
    if many:
        inside = typing.get_args(kind)
        kind = inside[0] if inside[1:] == (...,) else None
    if kind not in _KINDS:
        raise TypeError(f"{field.name}: no door can offer a setting of type {hint}")
    return Knob(
        name=field.name,
        kind=kind,
        many=many,
        optional=optional,
        default=field.default,
        **field.metadata[_KEY],
    )


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) not in (Union, types.UnionType):
        return hint, False
    rest = [each for each in typing.get_args(hint) if each is not type(None)]
    return (rest[0] if len(rest) == 1 else None), True
