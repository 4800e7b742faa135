"""A lesson that takes no time, for the tests of the loop; each of them loads this file."""

import math
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from zeuxis.training.trainer import Report, Trainer

STEPS = 12


@dataclass(frozen=True)
class Knobs:
    """What the loop asks for, and two of a job."""

    steps: int = STEPS
    minutes: float | None = None
    learning_rate: float = 0.1
    averaging: float = 0.999
    row_rate: float = 5.0
    seed: int = 0


class Numbers(nn.Module):
    """Some weights, and some that learn as rows do."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(3))
        self.rows = nn.Parameter(torch.zeros(2, 2))
        self.frozen = nn.Parameter(torch.ones(2), requires_grad=False)


class Arithmetic:
    """Teaches numbers near to 1, a little other ones each step.

    Args:
        at: by step, what becomes of its losses; it happens once for each time it is listed.
    """

    def __init__(
        self, model: Numbers, at: dict[int, list[Callable[[Tensor], Tensor]]] | None = None
    ):
        self.model, self.at = model, at or {}
        self.asked: list[tuple[int, int]] = []

    def batch(self, step: int, steps: int) -> tuple[int, Tensor]:
        self.asked.append((step, steps))
        return step, torch.from_numpy(1 + 0.1 * np.random.default_rng([0, step]).random(3)).float()

    def turns(self, batch: tuple[int, Tensor]) -> Iterator[dict[str, Tensor]]:
        step, numbers = batch
        loss = (self.model.weights - numbers).square().mean()
        if self.at.get(step):
            loss = self.at[step].pop()(loss)
        yield {"weights": loss, "rows": (self.model.rows - 1).square().mean()}


def not_finite(loss: Tensor) -> Tensor:
    return loss * math.nan


def infinite_slope(loss: Tensor) -> Tensor:
    """As large as it was, but its gradient is no number."""
    return loss + (0 * loss).sqrt()


def ctrl_c_at(*steps: int) -> Callable[[Report], None]:
    def callback(report: Report) -> None:
        if report.step in steps:
            signal.raise_signal(signal.SIGINT)

    return callback


class Run:
    """A training and all that it told."""

    def __init__(self, path: Path | None = None, at: Any = None, **knobs: Any) -> None:
        self.model, self.reports = Numbers(), list[Report]()
        callbacks = [self.reports.append, *knobs.pop("callbacks", [])]
        sources = {"paintings": knobs.pop("paintings", "")}
        growth, settings = knobs.pop("growth", 1.0), Knobs(**knobs)
        self.lesson = Arithmetic(self.model, at)
        self.trainer = Trainer(
            self.model,
            self.lesson,
            settings,
            path,
            callbacks,
            sources,
            lambda name: settings.row_rate if name == "rows" else 1.0,
            growth,
        )

    def train(self, resume: bool = False) -> "Run":
        if resume:
            self.trainer.resume()
        self.done = self.trainer.train()
        return self

    def weights(self) -> list[bytes]:
        """All that was learned, and the averages, to the bit."""
        tensors = [*self.model.parameters(), *self.trainer.average.values.values()]
        return [tensor.detach().numpy().tobytes() for tensor in tensors]
