"""`zeuxis.registry`: choices by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zeuxis.errors import ZeuxisError
from zeuxis.registry import Registry


def distances() -> Registry[Callable[[float, float], float]]:
    registry = Registry[Callable[[float, float], float]]("distance")

    @registry.register("mse")
    def mse(a: float, b: float) -> float:
        return (a - b) ** 2

    @registry.register("l1")
    def l1(a: float, b: float) -> float:
        return abs(a - b)

    return registry


def test_get_gives_what_was_registered() -> None:
    assert distances().get("mse")(1, 3) == 4
    assert distances().get("l1")(1, 3) == 2


def test_names_keep_their_order() -> None:
    assert distances().names() == ("mse", "l1")


def test_the_decorator_returns_what_it_got() -> None:
    registry = Registry[object]("thing")
    thing = object()
    assert registry.register("a")(thing) is thing
    assert registry.get("a") is thing


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(ZeuxisError) as caught:
        distances().get("l2")
    assert str(caught.value) == "there is no distance 'l2': choose one of mse, l1"


def test_a_name_is_taken_once() -> None:
    registry = distances()
    with pytest.raises(ValueError, match="there is a distance 'mse' already"):
        registry.register("mse")(max)
    assert registry.get("mse")(1, 3) == 4
