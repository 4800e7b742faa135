"""Every knob of judging a generator. Free of torch, for the doors that only show them."""

from dataclasses import dataclass

from zeuxis.metrics.settings import EvaluateSettings
from zeuxis.settings import setting

ALL, TRAINING, HELD_OUT, TEST = "all", "training", "held-out", "test"


@dataclass(frozen=True)
class JudgeSettings(EvaluateSettings):
    """How to measure what a generator makes against real pictures."""

    samples: int = setting(10_000, "Pictures to make.", low=2, high=1_000_000)
    real: int | None = setting(
        None, "Real pictures to compare with at most, drawn at random; else all.", low=16
    )
    truncation: float = setting(
        1.0, "From 1, all that was learned, to 0, only the mean picture.", low=0, high=1
    )
    pictures: str = setting(
        ALL,
        "Those of the data to compare with: all, those that the run was trained on, those that it held out, "
        "or the test part of data that comes in these parts.",
        choices=(ALL, TRAINING, HELD_OUT, TEST),
    )
