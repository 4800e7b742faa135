"""What a verb is to server, worker and page."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from zeuxis.registry import Registry
from zeuxis.settings import Knob, knobs
from zeuxis.studio.asked import Asked
from zeuxis.studio.task import Task


@dataclass(frozen=True)
class File:
    """A picture that a request may carry.

    Attributes:
        name: of the form's field.
        help: one sentence.
        many: whether there may be several.
    """

    name: str
    help: str
    many: bool = False


@dataclass(frozen=True)
class Field:
    """A text that a request may carry, and that is no knob.

    Attributes:
        name: of the form's field.
        help: one sentence.
        many: whether there may be several.
        example: for the documentation.
    """

    name: str
    help: str
    many: bool = False
    example: str = ""


@dataclass(frozen=True)
class Prepared:
    """A request that has been checked.

    Attributes:
        request: what the worker is told, as plain values.
        settings: the knobs.
        command: the equivalent command line.
    """

    request: dict[str, Any]
    settings: Any
    command: str


@dataclass(frozen=True)
class Verb:
    """Something that the studio does.

    Attributes:
        name: of the route.
        help: one sentence.
        settings: the dataclass of its knobs.
        prepare: checks a request, in the server; must be quick, and decode nothing.
        run: does it, in a worker.
        warm: loads what most requests need, in a worker that has nothing to do yet; None for nothing.
        files: pictures that it takes.
        fields: texts that it takes besides its knobs.
        hidden: knobs that are the server's business: memory, threads, devices, files.
        narrowed: by knob, the only values that a stranger may give.
        is_long: whether it takes minutes, and a worker of its own.
        is_graceful: whether it can be stopped and keep what it has.
        is_training: whether its limit is that of training.
    """

    name: str
    help: str
    settings: type
    prepare: Callable[[Asked], Prepared]
    run: Callable[[Task], None]
    warm: Callable[[], None] | None = None
    files: tuple[File, ...] = ()
    fields: tuple[Field, ...] = ()
    hidden: frozenset[str] = frozenset({"threads", "max_memory", "device"})
    narrowed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_long: bool = False
    is_graceful: bool = False
    is_training: bool = False

    @property
    def knobs(self) -> list[Knob]:
        """Those that may be turned from outside."""
        return [
            replace(knob, choices=self.narrowed.get(knob.name, knob.choices))
            for knob in knobs(self.settings)
            if knob.name not in self.hidden
        ]

    def turned(self, settings: Any) -> dict[str, Any]:
        """The knobs that are not at their default."""
        return {
            knob.name: value
            for knob in self.knobs
            if (value := getattr(settings, knob.name)) != knob.default
        }


verbs: Registry[Verb] = Registry("verb")


def register(verb: Verb) -> None:
    """Offer a verb under its name."""
    verbs.register(verb.name)(verb)
