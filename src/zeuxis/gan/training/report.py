"""Where a run is, as the loop tells it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Report:
    """What a step came to.

    Attributes:
        step: of the generator, from 1.
        steps: of the whole run; None if the clock decides.
        seconds: of training so far, earlier sessions included.
        seconds_left: about.
        kimg: real pictures shown so far, in thousands.
        told: losses, mean logits and the like, by name.
        rates: learning rates, by network.
        score: the last distance of made pictures from real ones; None before the first look.
        best: the best so far.
        is_stopping: whether somebody has pressed Ctrl-C: a last look follows, and the end.
    """

    step: int
    steps: int | None
    seconds: float
    seconds_left: float
    kimg: float
    told: dict[str, float]
    rates: dict[str, float]
    score: float | None = None
    best: float | None = None
    is_stopping: bool = False

    def line(self) -> dict[str, Any]:
        """What `metrics.jsonl` gets after each step."""
        where = {"step": self.step, "kimg": round(self.kimg, 3), "seconds": round(self.seconds, 2)}
        rates = {f"{name}_rate": rate for name, rate in self.rates.items()}
        return where | self.told | rates
