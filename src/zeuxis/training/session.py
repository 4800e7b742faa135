"""What a training run has around its loop: previews, a trace, figures for the card."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Generic, Protocol

from torch import nn

from zeuxis.training.lines import json_lines
from zeuxis.training.trainer import (
    Batch,
    Callback,
    Lesson,
    Report,
    Trainer,
    TrainSettings,
)

LAST = 200  # steps that the final losses are the mean of


class Previews(Protocol):
    """Pictures of how far a model has come."""

    def is_due(self, step: int) -> bool:
        """Whether some are to be written after a step."""

    def write(self) -> None:
        """Write them, of the model as it is."""


class Session(Generic[Batch]):
    """A model and its lesson, ready to train, and what is to be told of it.

    Args:
        model: is trained.
        lesson: what it is taught.
        settings: the knobs, a dataclass.
        sources: by what they are, files that are learned from; a checkpoint belongs to these.
        rates: times the learning rate, for a parameter by its name.
        growth: times the time of a first step that a step takes on average.
    """

    def __init__(
        self,
        model: nn.Module,
        lesson: Lesson[Batch],
        settings: TrainSettings,
        sources: Mapping[str, Sequence[Path]] | None = None,
        rates: Callable[[str], float] = lambda _: 1.0,
        growth: float = 1.0,
    ) -> None:
        self.model, self.lesson, self.settings = model, lesson, settings
        self.sources = {what: _digest(files) for what, files in (sources or {}).items()}
        self.rates, self.growth = rates, growth
        self.callbacks: list[Callback] = []
        self.losses: deque[dict[str, float]] = deque(maxlen=LAST)
        self.trainer: Trainer[Batch] | None = None

    def preview(self, previews: Previews) -> None:
        """Write sheets every so many steps, with the averaged weights."""

        def write(report: Report) -> None:
            if previews.is_due(report.step) and self.trainer is not None:
                with self.trainer.averaged():
                    previews.write()

        self.callbacks.append(write)

    def trace(self, path: Path, append: bool = False) -> None:
        """Write a line of JSON for each step.

        Raises:
            ZeuxisError: if the file cannot be written.
        """
        put = json_lines(path, append)
        self.callbacks.append(lambda report: put(report.plain()))

    def train(
        self,
        callbacks: Sequence[Callback] = (),
        checkpoint: Path | None = None,
        resume: bool = False,
    ) -> bool:
        """Train; whether to the end. The model then has its averaged weights."""
        self.trainer = Trainer(
            self.model,
            self.lesson,
            self.settings,
            checkpoint,
            [*callbacks, *self.callbacks, lambda report: self.losses.append(report.losses)],
            self.sources,
            self.rates,
            self.growth,
        )
        if resume:
            self.trainer.resume()
        done = self.trainer.train()
        self.trainer.average.swap(self.model)
        return done

    def metrics(self) -> dict[str, float]:
        """Steps and seconds that it took, and the mean losses of the last steps, weighted."""
        assert self.trainer is not None
        parts = self.losses[0] if self.losses else {}
        losses = {f"{name}_loss": fmean(each[name] for each in self.losses) for name in parts}
        taken = {"steps": self.trainer.step, "seconds": round(self.trainer.seconds)}
        return taken | {name: round(loss, 4) for name, loss in losses.items()}


def _digest(files: Iterable[Path]) -> str:
    """What tells these files, in this order, from others; one that cannot be read counts as empty."""
    whole = hashlib.sha256()
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            content = b""
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()
