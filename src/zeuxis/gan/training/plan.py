"""What is about to be done, said before it is."""

import copy
import time
from dataclasses import dataclass

import torch

from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.rivals import Rivals
from zeuxis.gan.training.setting_up import Job
from zeuxis.gan.training.step import train_step

DEFAULT_MINUTES = 30.0


@dataclass(frozen=True)
class Length:
    """How long a run is to be: so many steps, or so many minutes.

    Attributes:
        steps: of the generator; None if the clock decides.
        minutes: of training, earlier sessions included; None if the steps decide.
    """

    steps: int | None
    minutes: float | None

    @classmethod
    def of(cls, job: Job) -> "Length":
        """What settings ask for: steps, thousands of pictures or minutes; 30 minutes if for none."""
        settings = job.settings
        if settings.kimg is not None:
            shown = job.batch_size * job.discriminator_steps
            return cls(max(1, round(settings.kimg * 1000 / shown)), None)
        if settings.steps is not None:
            return cls(settings.steps, None)
        return cls(None, settings.minutes or DEFAULT_MINUTES)

    def is_reached(self, step: int, seconds: float) -> bool:
        """Whether that is enough."""
        if self.steps is not None:
            return step >= self.steps
        return self.minutes is not None and seconds >= 60 * self.minutes

    def seconds_left(self, step: int, seconds: float) -> float:
        """About, at the pace so far."""
        if self.steps is not None:
            return seconds / max(step, 1) * (self.steps - step)
        return max(0.0, 60 * (self.minutes or 0) - seconds)


@dataclass(frozen=True)
class Plan:
    """A run that is about to begin.

    Attributes:
        job: what is trained on what.
        length: how long.
        generator_parameters: how many numbers are trained of the generator.
        discriminator_parameters: and of the discriminator.
        seconds_per_step: measured; 0 if it was not.
        where: device and numbers.
        processes: that share the batch.
    """

    job: Job
    length: Length
    generator_parameters: int
    discriminator_parameters: int
    seconds_per_step: float
    where: str
    processes: int

    def lines(self) -> list[str]:
        """The plan in words, a line each."""
        job, shape, settings = self.job, self.job.shape, self.job.settings
        colors = "grey" if shape.channels == 1 else "RGB"
        of_classes = f" of {shape.classes} classes" if shape.classes else ""
        held_out = f", {len(job.held_out):,} held out" if job.held_out is not None else ""
        parts = f" in {settings.accumulation} parts" if settings.accumulation > 1 else ""
        shared = f" by {self.processes} processes" if self.processes > 1 else ""
        return [
            f"data       {len(job.pictures):,} pictures{of_classes}{held_out}, "
            f"{shape.width}x{shape.height} {colors}",
            f"network    {settings.network}: generator {_millions(self.generator_parameters)}, discriminator "
            f"{_millions(self.discriminator_parameters)} parameters",
            f"game       {settings.loss}, R1 {settings.r1_gamma:g}, R2 {settings.r2_gamma:g}, augmentation "
            f"{settings.augmentation}",
            f"a step     {settings.batch_size} pictures{parts}{shared}, {self.seconds_per_step:.3g} s on "
            f"{self.where}",
            f"the run    {self._run()}",
            *(f"note       {note}" for note in job.notes),
        ]

    def _run(self) -> str:
        length, each = self.length, self.seconds_per_step
        if length.steps is not None:
            return f"{length.steps:,} steps, about {_duration(length.steps * each)}"
        assert length.minutes is not None
        steps = 60 * length.minutes / each
        return f"{length.minutes:g} minutes, about {_rounded(steps):,} steps"


def seconds_per_step(rivals: Rivals, feed: Feed) -> float:
    """How long a step takes on average, from three steps of a copy that is thrown away."""
    trial = copy.deepcopy(rivals)
    interval = rivals.settings.regularization_interval or 1

    def timed(discriminator_steps: int) -> float:
        trial.discriminator_steps = discriminator_steps
        began = time.monotonic()
        train_step(trial, feed(rivals.step))
        if trial.device.type == "cuda":
            torch.cuda.synchronize()
        return time.monotonic() - began

    timed(0)  # memory is found, kernels are chosen
    with_penalty = timed(0)
    without = timed(1) if interval > 1 else with_penalty
    return (with_penalty + (interval - 1) * without) / interval


def plan_for(job: Job, rivals: Rivals, feed: Feed, processes: int) -> Plan:
    """The plan of a run, measured."""
    number = "bfloat16" if rivals.dtype == torch.bfloat16 else "float32"
    return Plan(
        job=job,
        length=Length.of(job),
        generator_parameters=_count(rivals.generator),
        discriminator_parameters=_count(rivals.discriminator),
        seconds_per_step=seconds_per_step(rivals, feed),
        where=f"{'the GPU' if rivals.device.type == 'cuda' else 'the CPU'} with {number}",
        processes=processes,
    )


def _count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _millions(count: int) -> str:
    return f"{count / 1e6:.2f} M" if count >= 10_000 else str(count)


def _rounded(count: float) -> int:
    """To two digits."""
    return max(1, int(float(f"{count:.2g}")))


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
