"""What a study would do, and how long it would take."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zeuxis.data import Epochs
from zeuxis.gan.study.design import Design, designed
from zeuxis.gan.study.playing import Spent
from zeuxis.gan.study.results import StudyFolder
from zeuxis.gan.study.settings import Cell, StudySettings
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.plan import Length, seconds_per_step
from zeuxis.gan.training.setting_up import Job, Progress, rivals_of
from zeuxis.training.processes import Processes


@dataclass(frozen=True)
class Forecast:
    """A run that is to be made.

    Attributes:
        cell: which.
        state: where it is: "over", "failed", "at step 120" or "to do".
        seconds_per_step: measured.
        seconds: of training that are left, about.
    """

    cell: Cell
    state: str
    seconds_per_step: float
    seconds: float


def forecast(
    data: str | Path,
    output: str | Path,
    settings: StudySettings | None = None,
    *,
    preparing: Progress | None = None,
) -> Iterator[Forecast]:
    """What `study` would do with the same arguments, run by run; nothing is written but prepared pictures.

    Raises:
        ZeuxisError: as `study`.
    """
    folder = StudyFolder(Path(output))
    design = designed(Path(data), folder, settings or StudySettings(), preparing)
    for cell in design.cells:
        yield _forecast(design, cell)


def _forecast(design: Design, cell: Cell) -> Forecast:
    result = design.folder.result(cell)
    if result is not None:
        each = result.seconds / max(result.steps, 1)
        return Forecast(cell, "over" if result.error is None else "failed", each, 0.0)
    spent, job = Spent.by(design.folder.run(cell)), design.job_of(cell)
    length, each = Length.of(job), _timed(job)
    whole = 60 * (length.minutes or 0) if length.steps is None else length.steps * each
    part = spent.seconds if length.steps is None else spent.step * each
    state = f"at step {spent.step}" if spent.step else "to do"
    return Forecast(cell, state, each, max(0.0, whole - part))


def _timed(job: Job) -> float:
    """Seconds of a step, from three steps whose outcome is thrown away."""
    rivals = rivals_of(job, Processes())
    epochs = Epochs(job.pictures, job.batch_size, job.settings.seed, bool(job.settings.mirror))
    with Feed(epochs, job.discriminator_steps, rivals.device) as feed:
        return seconds_per_step(rivals, feed)
