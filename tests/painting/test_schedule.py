"""When a level is done: by steps, or by its share of the time."""

from __future__ import annotations

import pytest

from zeuxis.painting import schedule
from zeuxis.painting.schedule import Schedule

PIXELS = [100 * 100, 200 * 200, 400 * 400]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(schedule, "time", clock)
    return clock


def test_steps() -> None:
    by_steps = Schedule(PIXELS, 10, None)
    assert not by_steps.is_done(0, 9) and by_steps.is_done(0, 10)
    assert by_steps.is_worth_beginning(2)


def test_no_steps_at_all() -> None:
    assert Schedule(PIXELS, 0, None).is_done(0, 0)


def test_time_is_shared_by_sides(clock: Clock) -> None:
    timed = Schedule(PIXELS, 10, 70.0)
    ends = []
    for level in range(3):
        while not timed.is_done(level, 10**6):
            clock.now += 0.125
        ends.append(timed.elapsed())
    assert ends == pytest.approx([10, 30, 70], abs=0.2)


def test_a_step_that_would_not_fit_is_not_taken(clock: Clock) -> None:
    timed = Schedule([100], 10, 20.0)
    timed.measured(0, evaluations=2, seconds=10.0)
    clock.now += 14
    assert not timed.is_done(0, 1)
    clock.now += 2
    assert timed.is_done(0, 1)


def test_a_level_without_time_for_some_evaluations_is_not_begun(clock: Clock) -> None:
    timed = Schedule(PIXELS, 10, 100.0)
    timed.measured(
        0, evaluations=4, seconds=4.0
    )  # so 4 s an evaluation at level 1, 16 s at level 2
    assert timed.is_worth_beginning(1) and timed.is_worth_beginning(2)
    clock.now += 10
    assert timed.is_worth_beginning(1) and not timed.is_worth_beginning(2)


def test_a_level_that_no_other_can_follow_gets_all_the_time(clock: Clock) -> None:
    timed = Schedule(PIXELS, 10, 70.0)
    timed.measured(
        0, evaluations=1, seconds=5.0
    )  # so 20 s an evaluation at level 1: six are too many
    clock.now += 30
    assert not timed.is_done(0, 3)
    clock.now += 37
    assert timed.is_done(0, 3)


def test_a_level_goes_on_until_it_is_known_to_be_faster(clock: Clock) -> None:
    timed = Schedule(PIXELS, 10, 70.0)
    timed.measured(0, evaluations=1, seconds=5.0)
    clock.now += 15
    assert not timed.is_done(0, 3)
    timed.measured(0, evaluations=1, seconds=0.5)
    assert timed.is_done(0, 4) and timed.is_worth_beginning(1)


def test_a_level_that_was_begun_gets_a_step(clock: Clock) -> None:
    timed = Schedule(PIXELS, 10, 70.0)
    timed.measured(0, evaluations=1, seconds=100.0)
    clock.now += 100
    assert not timed.is_done(0, 0) and timed.is_done(0, 1)


def test_what_was_spent_before_counts(clock: Clock) -> None:
    timed = Schedule(PIXELS, 10, 70.0, spent=69.0)
    assert timed.elapsed() == pytest.approx(69)
    assert timed.seconds_left(2, 5) == pytest.approx(1)
    clock.now += 2
    assert timed.is_done(2, 5) and timed.seconds_left(2, 5) == 0


def test_time_left_by_steps(clock: Clock) -> None:
    by_steps = Schedule(PIXELS, 10, None)
    assert by_steps.seconds_left(0, 0) is None
    by_steps.measured(0, evaluations=1, seconds=1.0)
    assert by_steps.seconds_left(0, 4) == pytest.approx(6 * 1 + 10 * 4 + 10 * 16)
    assert by_steps.seconds_left(2, 10) == pytest.approx(0)
