"""From a folder of pictures to a generator: a run, and how it is gone on with."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from zeuxis.data import Epochs
from zeuxis.errors import ZeuxisError
from zeuxis.gan.graphs import graphs_of
from zeuxis.gan.settings import GanSettings, check
from zeuxis.gan.training.examining import Examiner, affordable
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.finishing import Finisher
from zeuxis.gan.training.keeper import Callback, Keeper, Say
from zeuxis.gan.training.plan import Length, plan_for
from zeuxis.gan.training.rivals import Rivals
from zeuxis.gan.training.setting_up import Job, Progress, rivals_of, set_up
from zeuxis.gan.training.trainer import Trainer
from zeuxis.settings import command_of, turned
from zeuxis.training.folder import RunFolder
from zeuxis.training.processes import Processes, joined

LOOKING = 0.04  # of the time that a run may spend on scores


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        folder: of the run.
        is_done: whether it was trained for as long as it was asked to be.
        step: of the generator.
        seconds: of training, all sessions together.
        best: the best distance of made pictures from real ones; None if nobody looked.
        speaks: whether this is the process that speaks, of several.
    """

    folder: Path
    is_done: bool
    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    speaks: bool = True


def train(
    data: str | Path,
    output: str | Path | None = None,
    settings: GanSettings | None = None,
    *,
    dry_run: bool = False,
    callbacks: Sequence[Callback] = (),
    say: Say = lambda _: None,
    preparing: Progress | None = None,
) -> Outcome:
    """Train a generator and its rival on pictures (Goodfellow et al. 2014).

    The folder gets `generator.safetensors`, the averaged generator with the best score so far; sheets of
    samples; `metrics.jsonl`; and checkpoints, from which `resume` goes on. Under `torchrun` the processes
    share each batch.

    Args:
        data: a folder of pictures, a .zip, .npy, .npz, .tar, or IDX files.
        output: a folder for the run, made if there is none; None for `runs/<name of the data>-<number>`.
        settings: the knobs; by default `GanSettings()`, which trains for half an hour.
        dry_run: stop once the plan is said; nothing is written but the prepared pictures.
        callbacks: called with a `Report` after each step (every ten on a GPU).
        say: given the plan, and warnings with what to try, a sentence each.
        preparing: called now and then with how many pictures are prepared, and of how many.

    Raises:
        ZeuxisError: for data that cannot be used, settings out of range or that do not fit the data, a folder
            that has a run already or cannot be written.
    """
    settings, data = settings or GanSettings(), Path(data)
    check(settings)
    with joined() as processes:
        voice = Voice(processes, say, preparing, callbacks)
        folder = RunFolder(_new_folder(data) if output is None else Path(output))
        folder.check_new()
        processes.wait()  # until all have seen that it is new
        job = set_up(data, settings, processes.world, voice.preparing)
        rivals = rivals_of(job, processes)
        with _feed(job, rivals, processes) as trial:
            plan = plan_for(job, rivals, trial, processes.world)
        for line in plan.lines():
            voice.say(line)
        if dry_run:
            return Outcome(folder.path, is_done=False, speaks=processes.is_first)
        about = _about(data, settings, job)
        about["score_pictures"] = affordable(rivals, job.pictures, _looking(job))
        if processes.is_first:
            folder.begin(about)
        return _play(folder, about, job, rivals, voice)


def resume(
    output: str | Path,
    *,
    steps: int | None = None,
    kimg: float | None = None,
    minutes: float | None = None,
    data: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
    say: Say = lambda _: None,
    preparing: Progress | None = None,
) -> Outcome:
    """Go on with a run that was interrupted or is to be longer, from its last checkpoint.

    On a CPU, with as many threads, the weights are those of a run that was never interrupted, bit for bit.

    Args:
        output: the folder of the run.
        steps: of the whole run; one of these three, else as long as it was to be.
        kimg: real pictures to show in the whole run, in thousands.
        minutes: of training, earlier sessions included.
        data: where its pictures are now, if they have moved.
        callbacks: as for `train`.
        say: given warnings with what to try, a sentence each.
        preparing: as for `train`.

    Raises:
        ZeuxisError: if there is no run, its data is gone or has changed, or it is done already.
    """
    folder = RunFolder(Path(output))
    about = folder.about()
    settings = _settings_of(about, folder, {"steps": steps, "kimg": kimg, "minutes": minutes})
    if data is not None:
        about["data"] = str(Path(data).resolve())
    if not Path(about["data"]).exists():
        raise ZeuxisError(
            f"the pictures of the run are not in {about['data']}: say with --data where they are now"
        )
    with joined() as processes:
        voice = Voice(processes, say, preparing, callbacks)
        job = set_up(Path(about["data"]), settings, processes.world, voice.preparing)
        if job.digest != about["digest"]:
            raise ZeuxisError(
                f"the pictures of {about['data']} are not those that the run began with: bring them back, or "
                "begin a new run"
            )
        if processes.is_first:
            folder.begin(about | {"settings": asdict(settings)})  # of another length, it may be
        return _play(folder, about, job, rivals_of(job, processes), voice)


class Voice:
    """What a run tells, and to whom: the first process speaks for all.

    Args:
        processes: this one among all.
        say: given sentences.
        preparing: told how far the pictures are prepared.
        callbacks: given reports.
    """

    def __init__(
        self,
        processes: Processes,
        say: Say,
        preparing: Progress | None,
        callbacks: Sequence[Callback],
    ) -> None:
        self.processes = processes
        self.say: Say = say if processes.is_first else lambda _: None
        self.preparing = preparing if processes.is_first else None
        self.callbacks = callbacks


def _play(
    folder: RunFolder, about: dict[str, Any], job: Job, rivals: Rivals, voice: Voice
) -> Outcome:
    """Train, from the last checkpoint if there is one."""
    processes, keeper = voice.processes, None
    if processes.is_first:
        folder.clean()
        graphs_of(
            rivals.average
        )  # drawn once, before the clock runs, so that all looks take as long
        keeper = Keeper(
            folder,
            Examiner(rivals, job.pictures, job.held_out, about["score_pictures"]),
            Finisher(folder, rivals, job, Path(about["data"]).name, about["command"]),
            job.settings.keep_kimg,
            voice.callbacks,
            voice.say,
        )
    trainer = Trainer(rivals, _feed(job, rivals, processes), Length.of(job), keeper, processes)
    if folder.last.exists():
        trainer.resume(folder.last)
        if trainer.is_done:
            raise ZeuxisError(
                f"the run in {folder.path} is done, with {trainer.step} steps in {trainer.seconds / 60:.1f} "
                "minutes: ask for more --steps, --kimg or --minutes"
            )
        voice.say(f"goes on from step {trainer.step}")
    else:
        if folder.metrics.exists():
            voice.say("begins anew: it was stopped before there was anything to go on from")
        if keeper is not None:
            keeper.begin()
    is_done, best = trainer.train(), None
    if keeper is not None:
        best = keeper.best
        keeper.close()
    return Outcome(
        folder.path, is_done, trainer.step, trainer.seconds, best, speaks=processes.is_first
    )


def _feed(job: Job, rivals: Rivals, processes: Processes) -> Feed:
    epochs = Epochs(
        job.pictures,
        job.batch_size,
        job.settings.seed,
        bool(job.settings.mirror),
        processes.rank,
        processes.world,
    )
    return Feed(epochs, job.discriminator_steps, rivals.device)


def _about(data: Path, settings: GanSettings, job: Job) -> dict[str, Any]:
    """What the folder says of a run."""
    return {
        "data": str(data.resolve()),
        "digest": job.digest,
        "classes": job.pictures.classes,
        "settings": asdict(job.settings),
        "command": command_of(["zeuxis", "gan", "train", data.resolve().name], settings),
        "zeuxis": version("zeuxis"),
    }


def _looking(job: Job) -> float:
    """Seconds that a look may take."""
    return 60 * job.settings.preview_minutes * LOOKING


def _settings_of(
    about: dict[str, Any], folder: RunFolder, length: dict[str, float | None]
) -> GanSettings:
    """The settings of a run, of another length if one is given."""
    try:
        settings = GanSettings(**about["settings"])
        about["data"], about["digest"], about["score_pictures"], about["command"]
    except (KeyError, TypeError) as error:
        raise ZeuxisError(
            f"{folder.settings} is not of a run that this Zeuxis understands ({error}): begin a new one"
        ) from error
    if any(value is not None for value in length.values()):
        settings = turned(settings, length)
    check(settings)
    return settings


def _new_folder(data: Path) -> Path:
    """`runs/<name of the data>-<number>`, with the first number that is free."""
    name = re.sub(r"[^\w.-]+", "-", data.resolve().name.split(".")[0]).strip("-") or "run"
    number = 1
    while (folder := Path("runs") / f"{name}-{number}").exists():
        number += 1
    return folder
