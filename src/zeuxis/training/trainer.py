"""The loop of networks that learn a task from pictures: steps of descent on what a lesson costs."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.training.averaging import Average
from zeuxis.training.checkpoint import load_checkpoint, save_checkpoint
from zeuxis.training.signals import Interrupt

CHECKPOINT_SECONDS = 60.0
SNAPSHOT_STEPS = 50  # how far a step back goes at most
WARM_UP = 100  # steps in which the learning rate rises
FLOOR = 0.02  # of the learning rate, at the end
MOST_RECOVERIES = 10
NUMBERS = ("step", "steps", "seconds", "recoveries", "slowdown", "measured")  # of a checkpoint
TIMED_STEPS = 12  # whose pace decides how many steps fit into the minutes asked for


@dataclass(frozen=True)
class Report:
    """What a step cost.

    Attributes:
        step: from 1.
        steps: of the whole run.
        losses: by part, weighted.
        seconds: since the run began, earlier sessions included.
        recoveries: steps back so far, because a loss was not finite.
    """

    step: int
    steps: int
    losses: dict[str, float]
    seconds: float
    recoveries: int

    @property
    def seconds_left(self) -> float:
        """About, at the pace so far."""
        return self.seconds / self.step * (self.steps - self.step)

    def plain(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return asdict(self) | {"seconds": round(self.seconds, 2)}


Callback = Callable[[Report], None]
Batch = TypeVar("Batch")


class Lesson(Protocol[Batch]):
    """What is taught: the same batch of a step whenever it is asked for, and what it costs."""

    def batch(self, step: int, steps: int) -> Batch:
        """The batch of a step out of so many."""

    def turns(self, batch: Batch) -> Iterator[dict[str, Tensor]]:
        """What the model costs on a batch, by part, weighted: once, or by turns for rivals.

        After each turn a step is taken by the parameters that it has a slope for, before the next turn is
        asked for. Parts of all turns have names of their own.
        """


class TrainSettings(Protocol):
    """The knobs of the loop; those of a job are a dataclass that has these among others."""

    @property
    def steps(self) -> int:
        """To take, unless minutes are given."""

    @property
    def minutes(self) -> float | None:
        """To train for."""

    @property
    def learning_rate(self) -> float:
        """Of Adam, at its highest."""

    @property
    def averaging(self) -> float:
        """Decay of the averaged weights, a step."""


class Trainer(Generic[Batch]):
    """Teaches a model.

    Args:
        model: is changed in place.
        lesson: what it is taught.
        settings: the knobs, a dataclass.
        rates: times the learning rate, for a parameter by its name; 1 if it is not given.
        growth: times the time of a first step that a step takes on average, where later ones are slower.
        checkpoint: a file to keep the state in.
        callbacks: called after each step.
        sources: by what it is, a digest of what is learned from; the checkpoint belongs to these.
    """

    def __init__(
        self,
        model: nn.Module,
        lesson: Lesson[Batch],
        settings: TrainSettings,
        checkpoint: Path | None = None,
        callbacks: Sequence[Callback] = (),
        sources: Mapping[str, str] | None = None,
        rates: Callable[[str], float] = lambda _: 1.0,
        growth: float = 1.0,
    ) -> None:
        self.model, self.lesson, self.settings, self.growth = model, lesson, settings, growth
        self.checkpoint, self.callbacks = checkpoint, list(callbacks)
        self.origin = _plain({"settings": asdict(settings), **(sources or {})})  # type: ignore[call-overload]
        self.trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
        self.optimizer = torch.optim.Adam(
            [{"params": [p], "rate": rates(n)} for n, p in self.trained.items()]
        )
        state = model.state_dict(keep_vars=True)  # without the buffers that are not kept
        self._buffers = {n: b for n, b in state.items() if not isinstance(b, nn.Parameter)}
        self.average = Average(model, settings.averaging)
        self.step, self.steps, self.seconds, self.recoveries = 0, settings.steps, 0.0, 0
        self.measured = False  # the number of steps, if minutes were asked for
        self.slowdown = 1.0  # of the learning rate, after steps back

    def train(self) -> bool:
        """Train until done or until Ctrl-C; whether it is done."""
        began, saved = time.monotonic() - self.seconds, time.monotonic()
        pace = self._pace()
        if pace is not None:
            self.steps = max(self.steps, self.step + TIMED_STEPS + 1)
        snapshot = self._state()
        with Interrupt() as interrupt:
            feed = self._feed()
            while self.step < self.steps and not interrupt.asked:
                losses = self._learn(next(feed))
                self.seconds = time.monotonic() - began
                if losses is None:
                    self._step_back(snapshot)
                    feed = self._feed()
                    continue
                self.step += 1
                if pace is not None and pace.is_known(self.seconds):
                    self.steps, pace = self.step + pace.steps_left(self.seconds), None
                    self.measured = True
                    feed, snapshot = self._feed(), self._state()
                if self.step % SNAPSHOT_STEPS == 0:
                    snapshot = self._state()
                report = Report(self.step, self.steps, losses, self.seconds, self.recoveries)
                for callback in self.callbacks:
                    callback(report)
                if time.monotonic() - saved > CHECKPOINT_SECONDS:
                    self.save()
                    saved = time.monotonic()
            self.save()
        return self.step >= self.steps

    def _learn(self, batch: Batch) -> dict[str, float] | None:
        """One step of descent; the losses before it. No step and None if it would not be a finite one."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.slowdown * self._learning_rate() * group["rate"]
        values: dict[str, float] = {}
        for losses in self.lesson.turns(batch):
            self.optimizer.zero_grad(set_to_none=True)
            torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
            values |= {name: loss.item() for name, loss in losses.items()}
            slopes = [each.grad for each in self.trained.values() if each.grad is not None]
            steepness = torch.nn.utils.get_total_norm(slopes).item()
            if not math.isfinite(sum(values.values()) + steepness):  # one can be, the other not
                return None
            self.optimizer.step()  # of those parameters alone that have a slope
        self.average.update(self.model)
        return values

    def _learning_rate(self) -> float:
        """Up in a straight line, then down along half a cosine (Loshchilov & Hutter 2017)."""
        up = min(1.0, (self.step + 1) / WARM_UP)
        down = 0.5 * (1 + math.cos(math.pi * self.step / self.steps))
        return self.settings.learning_rate * up * (FLOOR + (1 - FLOOR) * down)

    def _feed(self) -> Iterator[Batch]:
        """The batches from here on, each made while the one before is learned from."""
        with ThreadPoolExecutor(1) as pool:
            following = pool.submit(self.lesson.batch, self.step, self.steps)
            for step in range(self.step + 1, self.steps + 1):
                batch = following.result()
                if step < self.steps:
                    following = pool.submit(self.lesson.batch, step, self.steps)
                yield batch

    def _step_back(self, snapshot: tuple[dict[str, Tensor], dict[str, Any]]) -> None:
        recoveries, slowdown = self.recoveries + 1, self.slowdown / 2
        if recoveries > MOST_RECOVERIES:
            raise ZeuxisError(
                f"the loss is not a finite number for the {recoveries}th time, at step {self.step}: "
                "lower the learning rate or the weights"
            )
        self._set_state(*snapshot)
        self.recoveries, self.slowdown = recoveries, slowdown

    def _pace(self) -> "_Pace | None":
        """What measures the number of steps, if it is still to be measured."""
        minutes = self.settings.minutes
        return None if minutes is None or self.measured else _Pace(minutes, self.growth)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The model with its averaged weights, for as long as the block lasts."""
        self.average.swap(self.model)
        try:
            yield
        finally:
            self.average.swap(self.model)

    def save(self) -> None:
        """Write the checkpoint, if there is to be one."""
        if self.checkpoint is not None:
            tensors, state = self._state()
            save_checkpoint(self.checkpoint, tensors, state | self.origin)

    def resume(self) -> None:
        """Go on from the checkpoint, to the same weights bit for bit.

        Raises:
            ZeuxisError: if there is none, or it belongs to a run with other settings or paintings.
        """
        assert self.checkpoint is not None
        if not self.checkpoint.exists():
            raise ZeuxisError(
                f"there is nothing to resume, no checkpoint {self.checkpoint}: leave --resume out"
            )
        tensors, state = load_checkpoint(self.checkpoint, next(self.model.parameters()).device)
        for part, own in self.origin.items():
            if state.pop(part, None) != own:
                raise ZeuxisError(
                    f"{self.checkpoint} belongs to a run with other {part}: give the same ones, or leave "
                    "--resume out"
                )
        self._set_state(tensors, state)

    def _state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Everything that changes in a run, copied."""
        tensors = {}
        for name, parameter in self.trained.items():
            tensors[f"model.{name}"] = parameter.detach().clone()
            for key, value in self.optimizer.state.get(parameter, {}).items():
                tensors[f"adam.{key}.{name}"] = value.detach().clone()
        tensors |= {f"average.{n}": v.clone() for n, v in self.average.values.items()}
        tensors |= {f"buffer.{n}": b.clone() for n, b in self._buffers.items()}
        state: dict[str, Any] = {name: getattr(self, name) for name in NUMBERS}
        return tensors, state | {"averaged": self.average.steps}

    @torch.no_grad()
    def _set_state(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        for name, parameter in self.trained.items():
            parameter.copy_(tensors[f"model.{name}"])
            moments = {
                key: tensors[f"adam.{key}.{name}"].clone()
                for key in ("step", "exp_avg", "exp_avg_sq")
                if f"adam.{key}.{name}" in tensors
            }
            self.optimizer.state[parameter] = moments
        for name, buffer in self._buffers.items():
            buffer.copy_(tensors[f"buffer.{name}"])
        for name in self.average.values:
            self.average.values[name] = tensors[f"average.{name}"].clone()
        self.average.steps = state["averaged"]
        for name in NUMBERS:
            setattr(self, name, state[name])


class _Pace:
    """How many steps fit into the minutes asked for, from how long the first ones took."""

    def __init__(self, minutes: float, growth: float) -> None:
        self.seconds, self.growth = 60 * minutes, growth
        self.ends: list[float] = []

    def is_known(self, seconds: float) -> bool:
        """Whether enough steps have been seen, the last one ending now."""
        self.ends.append(seconds)
        return len(self.ends) > TIMED_STEPS

    def steps_left(self, seconds: float) -> int:
        """How many more steps there is time for."""
        gaps = sorted(b - a for a, b in zip(self.ends, self.ends[1:], strict=False))
        usual = gaps[len(gaps) // 2] * self.growth
        return max(1, int((self.seconds - seconds) / usual))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As they come back from JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(values))
    return plain
