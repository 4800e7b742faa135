"""What the commands that measure sets say while they do: a time left only where something tells it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from zeuxis.cli import evaluate_sets
from zeuxis.cli.evaluate_sets import watching


class Lines:
    """A display that keeps all that it is asked to show."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def show(self, text: Callable[[], str]) -> None:
        self.shown.append(text())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the time is: its only item."""
    now = [100.0]
    monkeypatch.setattr(evaluate_sets.time, "monotonic", lambda: now[0])
    return now


def test_time_left_is_told_by_what_was_done_since_the_first_look(clock: list[float]) -> None:
    lines = Lines()
    watch = watching(lines)  # type: ignore[arg-type]
    for seconds, done in ((0, 64), (0.4, 128), (10, 192), (10, 256)):
        clock[0] += seconds
        watch("made pictures seen", done, 600)
    assert lines.shown == [
        "64 of 600 made pictures seen",
        "128 of 600 made pictures seen",  # in less than a second: who knows
        "0:33 left  192 of 600 made pictures seen",  # 408 at 128 in 10.4 seconds
        "0:37 left  256 of 600 made pictures seen",
    ]
    clock[0] += 60
    watch("real pictures seen", 64, 600)  # begins anew
    watch("real pictures seen", 64, None)
    assert lines.shown[4:] == ["64 of 600 real pictures seen", "64 real pictures seen"]


@pytest.mark.parametrize(
    ("terminal", "shown"), [(True, ["being compared", "being drawn"]), (False, [])]
)
def test_what_has_no_count_is_for_a_terminal(
    terminal: bool, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    lines = Lines()
    watch = watching(lines)  # type: ignore[arg-type]
    watch("compared", 0, None)
    watch("drawn", 0, None)
    assert lines.shown == shown
