"""What is kept of a run while it goes on: lines, sheets, checkpoints, the best generator so far."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from torch import Tensor

from zeuxis.gan.sheets import sheet
from zeuxis.gan.training.examining import ACROSS, Examination, Examiner
from zeuxis.gan.training.report import Report
from zeuxis.gan.training.warnings import (
    discriminator_has_won,
    overfitting,
    samples_get_worse,
    samples_grow_alike,
)
from zeuxis.images import write
from zeuxis.training import save_checkpoint
from zeuxis.training.board import Board
from zeuxis.training.folder import RunFolder
from zeuxis.training.lines import cut_back, json_lines

HISTORY = 100  # examinations that warnings look back at

Callback = Callable[[Report], None]
Say = Callable[[str], None]
TakeState = Callable[[], tuple[dict[str, Tensor], dict[str, Any]]]


class Keeper:
    """Watches two rivals and writes what comes of them into a folder.

    Args:
        folder: of the run.
        examiner: what looks at them.
        keep_best: writes the model file of the generator as it is, given the report.
        keep_kimg: a checkpoint is kept each time so many thousand pictures were shown; None for never.
        callbacks: called with each report.
        say: given sentences for people.

    Attributes:
        best: score of the best look so far.
        history: what the last looks found.
    """

    def __init__(
        self,
        folder: RunFolder,
        examiner: Examiner,
        keep_best: Callable[[Report], None],
        keep_kimg: float | None = None,
        callbacks: Sequence[Callback] = (),
        say: Say = lambda _: None,
    ) -> None:
        self.folder, self.examiner, self.keep_best = folder, examiner, keep_best
        self.keep_kimg, self.callbacks, self.say = keep_kimg, callbacks, say
        self.best: float | None = None
        self.history: list[dict[str, Any]] = []
        self._kept = 0  # multiples of keep_kimg
        self._warned: set[str] = set()

    def begin(self, step: int = 0) -> None:
        """Have lines and event files go on from a step; those of later ones are taken away."""
        cut_back(self.folder.metrics, step)
        self._put = json_lines(self.folder.metrics, append=True)
        self.board = Board(self.folder.path / "tensorboard", step)

    def note(self, report: Report, state: TakeState) -> None:
        """Add a line for a step; keep its checkpoint if it is one of those that stay."""
        self._line(report.line())
        if self.keep_kimg is not None and int(report.kimg / self.keep_kimg) > self._kept:
            self._kept = int(report.kimg / self.keep_kimg)
            save_checkpoint(self.folder.kept(self._kept * self.keep_kimg), *state())
        report = replace(
            report, score=self.history[-1]["score"] if self.history else None, best=self.best
        )
        for callback in self.callbacks:
            callback(report)

    def look(self, report: Report, state: TakeState) -> None:
        """Examine the rivals, write a sheet, warn if there is cause; write the checkpoint to go on from."""
        found = self.examiner()
        shown = sheet(self.examiner.sheet(), ACROSS)
        sample = self.folder.sample(report.step)
        sample.parent.mkdir(parents=True, exist_ok=True)
        write(shown, sample, overwrite=True)
        self.board.picture("samples", shown.pixels, report.step)
        self.history = [*self.history, found.plain()][-HISTORY:]
        is_best = self.best is None or found.score < self.best
        if is_best:
            self.best = found.score
        self._line(self._found(report, found))
        if is_best:
            self.keep_best(replace(report, score=found.score, best=found.score))
            save_checkpoint(self.folder.best, *state())
        self.save(state)

    def save(self, state: TakeState) -> None:
        """Write the checkpoint to go on from."""
        save_checkpoint(self.folder.last, *state())

    def step_back(self, step: int, sentence: str) -> None:
        """The rivals went back to a step."""
        self.close()
        self.begin(step)
        self.say(sentence)

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds of it."""
        return {"best": self.best, "history": self.history, "kept": self._kept}

    def restore(self, numbers: dict[str, Any]) -> None:
        """Begin from what `state` gave."""
        self.best, self.history, self._kept = (
            numbers["best"],
            numbers["history"],
            numbers["kept"],
        )
        self.begin(numbers["step"])

    def close(self) -> None:
        """Write what is not written yet."""
        self.board.close()

    def _line(self, line: dict[str, Any]) -> None:
        self._put(line)
        self.board.line(line)

    def _found(self, report: Report, found: Examination) -> dict[str, Any]:
        line = report.line()
        where = {name: line[name] for name in ("step", "kimg", "seconds")}
        return where | found.plain() | {"best": self.best, "warnings": self._warnings()}

    def _warnings(self) -> list[str]:
        """What is wrong now; said aloud when it begins."""
        scores = self._course("score")
        sentences = {
            "won": discriminator_has_won(self._course("separation"), scores),
            "alike": samples_grow_alike(
                self._course("variety"), self._course("distinctness"), scores
            ),
            "worse": samples_get_worse(scores),
            "known": overfitting(self._course("memorization")),
        }
        now = {name: sentence for name, sentence in sentences.items() if sentence is not None}
        for name, sentence in now.items():
            if name not in self._warned:
                self.say(sentence)
        self._warned = set(now)
        return list(now.values())

    def _course(self, name: str) -> list[float]:
        """A number of all looks that told it: those of a run of old may not."""
        return [each[name] for each in self.history if name in each]
