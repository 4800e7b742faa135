"""The loop: level after level, step after step (Gatys et al. 2016, figure 2)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.images import resize
from zeuxis.painting.adam import Adam
from zeuxis.painting.lbfgs import LBFGS
from zeuxis.painting.levels import enlarge, level_sizes
from zeuxis.painting.objective import Objective
from zeuxis.painting.progress import Callback, Progress
from zeuxis.painting.result import Painting
from zeuxis.painting.schedule import Schedule
from zeuxis.painting.settings import PaintSettings
from zeuxis.painting.sources import Sources
from zeuxis.painting.stage import first_canvas, objective_at, to_array, to_tensor
from zeuxis.perception.vgg import VGG
from zeuxis.training import Interrupt, load_checkpoint, save_checkpoint

CHECKPOINT_SECONDS = 30.0
HISTORY_BYTES = 0.5e9  # that the pairs of L-BFGS may take
LONGEST_HISTORY, SHORTEST_HISTORY = 20, 3

Descent = LBFGS | Adam


@dataclass
class _State:
    """What changes while painting."""

    level: int = 0
    iteration: int = 0
    evaluations: int = 0  # at the levels that are done
    descent: Descent | None = None
    notes: list[str] = field(default_factory=list)


class Painter:
    """Paints one job.

    Args:
        vgg: the network that sees.
        sources: the pictures.
        settings: the knobs.
        callbacks: called after each step.
        checkpoint: a file to keep the state in while painting; None for none.
    """

    def __init__(
        self,
        vgg: VGG,
        sources: Sources,
        settings: PaintSettings,
        callbacks: Sequence[Callback] = (),
        checkpoint: Path | None = None,
    ) -> None:
        self.vgg, self.sources, self.settings = vgg, sources, settings
        self.callbacks, self.checkpoint = list(callbacks), checkpoint
        height, width = sources.photo.shape[2:]
        self.sizes = level_sizes(height, width, settings.levels)
        self.state = _State()
        self._resumed: tuple[dict[str, Tensor], dict[str, Any]] | None = None
        self.schedule = self._schedule(spent=0.0)
        self._saved = time.monotonic()

    def resume(self) -> None:
        """Go on from the checkpoint file.

        Raises:
            ZeuxisError: if there is none, or it belongs to another job.
        """
        assert self.checkpoint is not None
        if not self.checkpoint.exists():
            raise ZeuxisError(
                f"there is nothing to resume: no checkpoint {self.checkpoint}; leave --resume out"
            )
        tensors, kept = load_checkpoint(self.checkpoint, self.vgg.mean.device)
        if kept["job"] != self.sources.digest(self.settings):
            raise ZeuxisError(
                f"{self.checkpoint} belongs to another painting: give the same pictures and settings as "
                "then, or leave --resume out"
            )
        self.state = _State(
            kept["level"], kept["iteration"], kept["evaluations"], None, kept["notes"]
        )
        self.schedule = self._schedule(kept["seconds"])
        self._resumed = (tensors, kept["descent"])

    def paint(self) -> Painting:
        """Paint until done or until Ctrl-C."""
        with Interrupt() as interrupt:
            try:
                canvas = self._paint_levels(interrupt)
            except Exception:  # of a callback, or no memory: what was done is not lost
                self._save()
                raise
            if interrupt.asked:
                self._save()
            elif self.checkpoint is not None:
                self.checkpoint.unlink(missing_ok=True)
            return self._painting(canvas, interrupt.asked)

    def _paint_levels(self, interrupt: Interrupt) -> np.ndarray:
        canvas = None if self._resumed else first_canvas(self.sources, self.settings, self.sizes[0])
        while True:
            canvas = self._paint_level(canvas, interrupt)
            is_last = self.state.level == len(self.sizes) - 1
            if interrupt.asked or is_last or not self._has_time_for_next():
                return canvas
            self._go_up()
            canvas = enlarge(canvas, self._photo(), self.settings.start == "content")

    def _paint_level(self, canvas: np.ndarray | None, interrupt: Interrupt) -> np.ndarray:
        began = time.monotonic()
        size = self.sizes[self.state.level]
        objective = objective_at(size, self.vgg, self.sources, self.settings)
        descent = self._descent(objective, canvas)
        if not descent.now.finite:
            raise ZeuxisError(
                "the loss is not a finite number before the first step: lower the weights "
                "(content_weight, style_weight, tv_weight)"
            )
        self.state.descent = descent
        first = descent.evaluations if self._resumed is None else 0
        self._resumed = None
        self.schedule.measured(self.state.level, first, time.monotonic() - began)
        while not (
            interrupt.asked
            or descent.stalled
            or self.schedule.is_done(self.state.level, self.state.iteration)
        ):
            self._step(descent)
        return to_array(descent.picture)

    def _step(self, descent: Descent) -> None:
        began, before, recovered = time.monotonic(), descent.evaluations, descent.recoveries
        descent.step()
        self.state.iteration += 1
        self.schedule.measured(
            self.state.level, descent.evaluations - before, time.monotonic() - began
        )
        if descent.recoveries > recovered:
            self.state.notes.append(
                f"step {self.state.iteration} at level {self.state.level + 1} was taken back: its loss was "
                "not finite or exploded"
            )
        self._tell(self._progress(descent))
        if time.monotonic() - self._saved > CHECKPOINT_SECONDS:
            self._save()

    def _tell(self, progress: Progress) -> None:
        for callback in tuple(self.callbacks):
            try:
                callback(progress)
            except ZeuxisError as error:  # a full disk under a trace is no reason to stop painting
                self.callbacks.remove(callback)
                self._note(f"{error}; painted on without it")

    def _note(self, note: str) -> None:
        if note not in self.state.notes:
            self.state.notes.append(note)

    def _go_up(self) -> None:
        assert self.state.descent is not None
        self.state.evaluations += self.state.descent.evaluations
        self.state.level += 1
        self.state.iteration = 0
        self.state.descent = None

    def _has_time_for_next(self) -> bool:
        if self.schedule.is_worth_beginning(self.state.level + 1):
            return True
        (height, width), (full_height, full_width) = self.sizes[self.state.level], self.sizes[-1]
        self.state.notes.append(
            f"the time was too short for {full_width}x{full_height} pixels: painted at {width}x{height} "
            "and enlarged"
        )
        return False

    def _painting(self, canvas: np.ndarray, interrupted: bool) -> Painting:
        descent = self.state.descent
        assert descent is not None
        return Painting(
            self._finished(canvas),
            self.settings,
            descent.now.loss,
            descent.now.parts,
            self.state.evaluations + descent.evaluations,
            self.schedule.elapsed(),
            interrupted,
            tuple(self.state.notes),
        )

    def _finished(self, canvas: np.ndarray) -> Any:
        """The canvas of any level as a picture of the full size."""
        if canvas.shape != self.sources.photo.shape:
            canvas = enlarge(
                np.clip(canvas, 0, 1), self.sources.photo, self.settings.start == "content"
            )
        return self.sources.finished(canvas, self.settings)

    def _progress(self, descent: Descent) -> Progress:
        height, width = self.sizes[self.state.level]
        level, iteration = self.state.level, self.state.iteration
        return Progress(
            level=level,
            levels=len(self.sizes),
            width=width,
            height=height,
            iteration=iteration,
            iterations=self.schedule.iterations[level] if self.settings.minutes is None else None,
            loss=descent.now.loss,
            parts=descent.now.parts,
            evaluations=descent.evaluations,
            recoveries=descent.recoveries,
            seconds=self.schedule.elapsed(),
            seconds_left=self.schedule.seconds_left(level, iteration),
            painting=lambda: self._finished(to_array(descent.picture)),
        )

    def _save(self) -> None:
        if self.checkpoint is None or self.state.descent is None:
            return
        tensors, values = self.state.descent.state()
        kept = {
            "job": self.sources.digest(self.settings),
            "level": self.state.level,
            "iteration": self.state.iteration,
            "evaluations": self.state.evaluations,
            "notes": self.state.notes,
            "seconds": self.schedule.elapsed(),
            "descent": values,
        }
        try:
            save_checkpoint(self.checkpoint, tensors, kept)
        except ZeuxisError as error:
            self._note(f"no checkpoint: {error}")
        self._saved = time.monotonic()

    def _schedule(self, spent: float) -> Schedule:
        minutes = self.settings.minutes
        seconds = None if minutes is None else 60 * minutes
        pixels = [height * width for height, width in self.sizes]
        return Schedule(
            pixels, self.settings.iterations, seconds, spent, self.settings.coarse_iterations
        )

    def _photo(self) -> np.ndarray:
        return resize(self.sources.photo, self.sizes[self.state.level])

    def _descent(self, objective: Objective, canvas: np.ndarray | None) -> Descent:
        height, width = self.sizes[self.state.level]
        history = int(HISTORY_BYTES // (2 * 12 * height * width))
        history = min(max(history, SHORTEST_HISTORY), LONGEST_HISTORY)
        if self._resumed is not None:
            tensors, values = self._resumed
            if self.settings.optimizer == "adam":
                return Adam.resume(objective, tensors, values)
            return LBFGS.resume(objective, tensors, values, history)
        assert canvas is not None
        if self.settings.optimizer == "adam":
            return Adam(objective, to_tensor(canvas, self.vgg), self.settings.learning_rate)
        return LBFGS(objective, to_tensor(canvas, self.vgg), history)
