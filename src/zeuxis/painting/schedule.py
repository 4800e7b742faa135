"""When a level of a painting is done: after so many steps, or when its share of the time is over."""

import math
import time
from collections.abc import Sequence

LEAST_EVALUATIONS = 6  # that must fit into the time left, or a level is not begun


class Schedule:
    """Steps or seconds for each level.

    Args:
        pixels: of each level, coarsest first.
        iterations: steps at each level, when no time is given.
        seconds: for all levels together; each has a share in proportion to its side.
        spent: seconds that a run which is resumed had used before.
        coarse_iterations: steps at each level but the last, if they are to be others.
    """

    def __init__(
        self,
        pixels: Sequence[int],
        iterations: int,
        seconds: float | None,
        spent: float = 0.0,
        coarse_iterations: int | None = None,
    ) -> None:
        self.pixels, self.seconds = pixels, seconds
        coarse = iterations if coarse_iterations is None else coarse_iterations
        self.iterations = [coarse] * (len(pixels) - 1) + [iterations]
        self._began = time.monotonic() - spent
        sides = [math.sqrt(count) for count in pixels]
        self._shares = [sum(sides[: k + 1]) / sum(sides) for k in range(len(sides))]
        self._rate: float | None = None  # seconds an evaluation takes for each pixel

    def elapsed(self) -> float:
        """Seconds since the painting was begun, without those between a stop and its resumption."""
        return time.monotonic() - self._began

    def measured(self, level: int, evaluations: int, seconds: float) -> None:
        """Learn from some evaluations at `level` how long one takes."""
        if evaluations > 0:
            self._rate = seconds / evaluations / self.pixels[level]

    def is_worth_beginning(self, level: int) -> bool:
        """Whether enough time is left to get anywhere at `level`."""
        if self.seconds is None or self._rate is None:
            return True
        needed = LEAST_EVALUATIONS * self._rate * self.pixels[level]
        return self.elapsed() + needed <= self.seconds

    def is_done(self, level: int, iteration: int) -> bool:
        """Whether `level` is done after `iteration` steps.

        By time, a level that was begun gets a step, and one that no other can follow gets all the time.
        """
        if self.seconds is None:
            return iteration >= self.iterations[level]
        is_last = level == len(self.pixels) - 1 or not self.is_worth_beginning(level + 1)
        share = 1.0 if is_last else self._shares[level]
        after_next = self.elapsed() + (self._rate or 0.0) * self.pixels[level]
        return iteration > 0 and after_next > self.seconds * share

    def seconds_left(self, level: int, iteration: int) -> float | None:
        """About how long it takes from here; None before anything was measured."""
        if self.seconds is not None:
            return max(self.seconds - self.elapsed(), 0.0)
        if self._rate is None:
            return None
        steps = [0] * level + [self.iterations[level] - iteration, *self.iterations[level + 1 :]]
        return self._rate * sum(n * p for n, p in zip(steps, self.pixels, strict=True))
