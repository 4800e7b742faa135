"""Choices by name: losses, networks, samplers."""

from collections.abc import Callable
from typing import Generic, TypeVar

from zeuxis.errors import ZeuxisError

T = TypeVar("T")


class Registry(Generic[T]):
    """Things of one sort by their names.

    Args:
        what: The sort in the singular, for messages: `"style loss"`.

    Example:
        distances = Registry[Distance]("distance")

        @distances.register("mse")
        def mean_squared_error(a, b): ...
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._things: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """A decorator that keeps what it decorates under `name`, and returns it as it was.

        Raises:
            ValueError: If the name is taken.
        """

        def keep(thing: T) -> T:
            if name in self._things:
                raise ValueError(f"there is a {self._what} {name!r} already")
            self._things[name] = thing
            return thing

        return keep

    def get(self, name: str) -> T:
        """What was registered under `name`.

        Raises:
            ZeuxisError: If nothing was; the message lists the known names.
        """
        if name not in self._things:
            raise ZeuxisError(
                f"there is no {self._what} {name!r}: choose one of {', '.join(self.names())}"
            )
        return self._things[name]

    def names(self) -> tuple[str, ...]:
        """The known names, in the order of their registration."""
        return tuple(self._things)
