"""What a training run has around its loop: previews, a trace, figures for the card."""

from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Generic

from torch import nn

from zeuxis.style.training.paintings import digest_of
from zeuxis.style.training.previews import Previews
from zeuxis.style.training.settings import StyleTrainSettings
from zeuxis.training.lines import json_lines
from zeuxis.training.trainer import Batch, Callback, Lesson, Report, Trainer

LAST = 200  # steps that the final losses are the mean of


class Session(Generic[Batch]):
    """A model and its lesson, ready to train, and what is to be told of it.

    Args:
        model: is trained.
        lesson: what it is taught.
        settings: the knobs.
        sources: by what they are, files that are learned from; a checkpoint belongs to these.
    """

    def __init__(
        self,
        model: nn.Module,
        lesson: Lesson[Batch],
        settings: StyleTrainSettings,
        sources: Mapping[str, Sequence[Path]] | None = None,
    ) -> None:
        self.model, self.lesson, self.settings = model, lesson, settings
        self.sources = {what: digest_of(files) for what, files in (sources or {}).items()}
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
            lambda name: self.settings.row_rate if name in ("rows", "plain") else 1.0,
            _growth(self.settings.crop_sizes),
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


def _growth(sides: Sequence[int]) -> float:
    """How many times as long as one with the first crops a step takes on average."""
    return sum(side**2 for side in sides) / len(sides) / sides[0] ** 2
