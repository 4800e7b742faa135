"""The game, from first step to last (Goodfellow et al. 2014, algorithm 1), and how it is gone on with."""

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.gan.augmentation.ada import AdaptiveAugment
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.keeper import Keeper
from zeuxis.gan.training.plan import Length
from zeuxis.gan.training.report import Report
from zeuxis.gan.training.rivals import Rivals
from zeuxis.gan.training.step import train_step
from zeuxis.gan.training.warnings import not_finite
from zeuxis.training import Interrupt, load_checkpoint
from zeuxis.training.processes import Processes

SNAPSHOT_STEPS = 50  # how far a step back goes at most
MOST_RECOVERIES = 10
LOOK_SHARE = 1 / 20  # of the time, that all looks but the last take at most
GPU_STEPS = 10  # from one look at the numbers of a GPU to the next: each makes it wait
NUMBERS = ("seconds", "recoveries", "slowdown")  # of a checkpoint, beside those of the rivals

State = tuple[dict[str, Tensor], dict[str, Any]]


class Trainer:
    """Lets two rivals play until it is enough.

    Args:
        rivals: are trained in place.
        feed: their real pictures.
        length: when it is enough.
        keeper: writes what comes of it; None in all processes but the first.
        processes: this one, among those that share a batch.

    Attributes:
        seconds: of training, earlier sessions included.
        recoveries: steps back, because a number was not finite.
        slowdown: times the learning rates asked for, after steps back.
    """

    def __init__(
        self,
        rivals: Rivals,
        feed: Feed,
        length: Length,
        keeper: Keeper | None = None,
        processes: Processes | None = None,
    ) -> None:
        self.rivals, self.feed, self.length, self.keeper = rivals, feed, length, keeper
        self.processes = processes or Processes()
        self.seconds, self.recoveries, self.slowdown = 0.0, 0, 1.0

    def train(self) -> bool:
        """Play until it is enough or somebody presses Ctrl-C; whether it is enough."""
        began, looked, pause = time.monotonic() - self.seconds, self.seconds, 0.0
        interval = 60 * self.rivals.settings.preview_minutes
        snapshot, asked = self.state(), False
        with Interrupt() as interrupt, self.feed:
            while not (asked or self.is_done):
                told = self._play()
                self.seconds, asked = self._agreed(self._clock(began), interrupt.asked)
                if not all(map(math.isfinite, told.values())):
                    self._step_back(snapshot)
                    continue
                if self.keeper is not None:
                    report = replace(self.report(told), is_stopping=asked and not self.is_done)
                    self.keeper.note(report, self.state)
                if self.step % SNAPSHOT_STEPS == 0:
                    snapshot = self.state()
                is_due = self.seconds - looked >= max(interval, pause)
                looked = self.seconds if is_due else looked
                if self.keeper is not None and asked:
                    self.keeper.save(self.state)  # the look takes a while, and may be cut short
                if self.keeper is not None and (is_due or asked or self.is_done):
                    before = self._clock(began)
                    self.keeper.look(self.report(told), self.state)
                    pause = (self._clock(began) - before) / LOOK_SHARE
        return self.is_done

    @property
    def step(self) -> int:
        """Steps of the generator so far."""
        return self.rivals.step

    @property
    def is_done(self) -> bool:
        """Whether it is enough."""
        return self.length.is_reached(self.step, self.seconds)

    def report(self, told: dict[str, float]) -> Report:
        """Where the run is."""
        settings = self.rivals.settings
        assert settings.batch_size is not None
        return Report(
            step=self.step,
            steps=self.length.steps,
            seconds=self.seconds,
            seconds_left=self.length.seconds_left(self.step, self.seconds),
            kimg=self.rivals.discriminator_steps * settings.batch_size / 1000,
            told=told,
            rates={name: group["lr"] for name, group, _ in self._groups()},
        )

    def state(self) -> State:
        """All that changes while they play, copied."""
        tensors, numbers = self.rivals.state()
        if self.keeper is not None:
            numbers |= self.keeper.state()
        copied = {name: tensor.detach().clone() for name, tensor in tensors.items()}
        return copied, numbers | {name: getattr(self, name) for name in NUMBERS}

    def restore(self, state: State) -> None:
        """Go on from what `state` gave, to the same weights bit for bit."""
        tensors, numbers = state
        self.rivals.restore(tensors, numbers)
        for name in NUMBERS:
            setattr(self, name, numbers[name])
        self._set_rates()

    def resume(self, checkpoint: Path) -> None:
        """Go on from a file that the keeper wrote.

        Raises:
            ZeuxisError: if it is missing or damaged.
        """
        tensors, numbers = load_checkpoint(checkpoint, self.rivals.device)
        self.restore((tensors, numbers))
        if self.keeper is not None:
            self.keeper.restore(numbers)

    def _play(self) -> dict[str, float]:
        """A step, or ten on a GPU; the means of what they told, over all processes."""
        steps, every = [], GPU_STEPS if self.rivals.device.type == "cuda" else 1
        while True:
            told = train_step(
                self.rivals,
                self.feed(self.step),
                self.processes.average_gradients,
                self.processes.rank,
            )
            steps.append(told)
            self._adapt(told)
            if self.step % every == 0 or self.step == self.length.steps:
                break
        names = sorted({name for told in steps for name in told})
        means = [torch.stack([told[n] for told in steps if n in told]).mean() for n in names]
        weights = [*self.rivals.generator.parameters(), *self.rivals.discriminator.parameters()]
        norm = torch.nn.utils.get_total_norm(weights)  # not finite where one of them is not
        values = self.processes.mean(torch.stack([*means, norm])).tolist()
        found = dict(zip([*names, "weights"], values, strict=True))
        augment = self.rivals.augment
        return found | ({"p": augment.p} if isinstance(augment, AdaptiveAugment) else {})

    def _adapt(self, told: dict[str, Tensor]) -> None:
        """Let adaptive augmentation follow what the discriminator thinks of real pictures."""
        augment, batch_size = self.rivals.augment, self.rivals.settings.batch_size
        if isinstance(augment, AdaptiveAugment) and batch_size is not None:
            augment.update(float(self.processes.mean(told["real_signs"])), batch_size)

    def _clock(self, began: float) -> float:
        """Seconds since training began."""
        return time.monotonic() - began

    def _agreed(self, seconds: float, asked: bool) -> tuple[float, bool]:
        """What all processes are to go by: the slowest clock, and whether any is to stop."""
        latest, any_asked = self.processes.agree([seconds, float(asked)])
        return latest, any_asked > 0

    def _step_back(self, snapshot: State) -> None:
        """Go on from where all was well, with half the learning rates."""
        noticed, recoveries, slowdown = self.step, self.recoveries + 1, self.slowdown / 2
        if recoveries > MOST_RECOVERIES:
            raise ZeuxisError(
                f"a number was not finite for the {recoveries}th time, at step {noticed}: lower "
                "--generator-rate and --discriminator-rate, or try another --loss"
            )
        seconds = self.seconds
        self.restore(snapshot)
        self.seconds, self.recoveries, self.slowdown = seconds, recoveries, slowdown
        self._set_rates()
        if self.keeper is not None:
            self.keeper.step_back(self.step, not_finite(noticed, self.step, slowdown))

    def _groups(self) -> list[tuple[str, dict[str, Any], float]]:
        """What holds the learning rate of each network, and the rate that was asked for."""
        rivals, settings = self.rivals, self.rivals.settings
        assert settings.generator_rate is not None and settings.discriminator_rate is not None
        return [
            ("generator", rivals.generator_optimizer.param_groups[0], settings.generator_rate),
            (
                "discriminator",
                rivals.discriminator_optimizer.param_groups[0],
                settings.discriminator_rate,
            ),
        ]

    def _set_rates(self) -> None:
        for _, group, rate in self._groups():
            group["lr"] = rate * self.slowdown
