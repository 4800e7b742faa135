"""From the texts of a form to settings."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from zeuxis.errors import ZeuxisError
from zeuxis.settings import Knob, turned

T = TypeVar("T")

YES, NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def settings_of(settings: type[T], knobs: Sequence[Knob], texts: Mapping[str, str]) -> T:
    """A settings object from texts by name; a text that is empty leaves its knob alone.

    Args:
        settings: the dataclass.
        knobs: those that may be turned.
        texts: of these knobs; other names are left alone.

    Raises:
        ZeuxisError: for a text that is no such value, or a value out of its range.
    """
    values = {knob.name: value_of(knob, texts[knob.name]) for knob in knobs if texts.get(knob.name)}
    for knob in knobs:
        given = values.get(knob.name)
        if knob.choices is not None and isinstance(given, str) and given not in knob.choices:
            raise ZeuxisError(f"{knob.name} is {given!r}, but must be {knob.allowed}")
    return turned(settings(), values)


def restored(settings: type[T], values: Mapping[str, Any]) -> T:
    """The settings object whose values went through JSON."""
    return settings(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
    )


def value_of(knob: Knob, text: str) -> Any:
    """The value that a text is for a knob; several are separated by commas.

    Raises:
        ZeuxisError: if it is no value of the knob's kind.
    """
    if knob.many:
        return tuple(_one(knob, part.strip()) for part in text.split(",") if part.strip())
    return _one(knob, text.strip())


def numbers_of(name: str, text: str, kind: type[int] | type[float]) -> list[Any]:
    """Numbers that are separated by commas.

    Raises:
        ZeuxisError: if one of them is none.
    """
    try:
        return [kind(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise ZeuxisError(
            f"{name} is {text[:80]!r}, but must be numbers with commas between them"
        ) from error


def _one(knob: Knob, text: str) -> Any:
    by_text = {str(choice): choice for choice in knob.choices or ()}
    if text in by_text:
        return by_text[text]
    if knob.kind is bool:
        if text.lower() in (*YES, *NO):
            return text.lower() in YES
        raise ZeuxisError(f"{knob.name} is {text[:80]!r}, but must be true or false")
    try:
        return knob.kind(text)
    except (ValueError, OverflowError) as error:
        raise ZeuxisError(f"{knob.name} is {text[:80]!r}, but must be {knob.allowed}") from error
