"""A generator trained on a folder of pictures, and runs that are gone on with."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeuxis.errors import ZeuxisError
from zeuxis.gan.finding import IN_RUN
from zeuxis.gan.settings import GanSettings, check
from zeuxis.settings import command_of
from zeuxis.studio.asked import Asked, Place
from zeuxis.studio.forms import restored
from zeuxis.studio.task import Task
from zeuxis.studio.verbs.verb import Field, Prepared, Verb
from zeuxis.studio.wall import runs_in

if TYPE_CHECKING:
    from zeuxis.gan.training.report import Report

LENGTHS = ("steps", "kimg", "minutes")  # the settings that a run may be gone on with
CURVES = ("generator_loss", "discriminator_loss")


def prepare(asked: Asked) -> Prepared:
    """Check a request; a new run's folder is made, so that its name is taken.

    Raises:
        ZeuxisError: for a folder that is not below the roots, an unknown run, settings out of range.
    """
    folder, run, settings = asked.text("folder"), asked.text("run"), asked.settings()
    if (folder is None) == (run is None):
        raise ZeuxisError("give a folder to train on, or a run to go on with")
    if run is not None:
        return _resumed(run, settings, asked.place)
    check(settings)
    assert folder is not None
    data = _below(folder, asked.place.roots)
    name = _reserved(data, asked.place.runs)
    request = {"data": str(data), "called": folder, "run": name, "settings": asdict(settings)}
    words = ["zeuxis", "gan", "train", asked.place.shown(data, folder)]
    return Prepared(request, settings, command_of(words, settings))


def run(task: Task) -> None:
    """Train, in a worker; when asked to stop, the run can be gone on with."""
    try:
        from zeuxis.gan.training import run as runs
    except ImportError as error:
        raise ZeuxisError("this studio cannot train: torch is not installed on it") from error
    request, folder = task.request, task.state / "runs" / task.request["run"]
    watch = _Watch(task, folder)
    told: dict[str, Any] = {"callbacks": [watch], "say": watch.say, "preparing": watch.preparing}
    try:
        if "data" in request:
            outcome = runs.train(
                request["data"], folder, restored(GanSettings, request["settings"]), **told
            )
        else:
            watch.recall()
            outcome = runs.resume(folder, **request["length"], **told)
    finally:
        with suppress(OSError):
            folder.rmdir()  # only if it is empty: the run never began
    watch.conclude()
    task.stopped_early = not outcome.is_done
    if (folder / IN_RUN).is_file():
        task.give_file(folder / IN_RUN, f"{folder.name}.safetensors")


class _Watch:
    """Tells a job's owner how a run goes."""

    def __init__(self, task: Task, folder: Path) -> None:
        self._task, self._folder = task, folder
        self._has_begun = False
        self._shown: Path | None = None

    def __call__(self, report: "Report") -> None:
        self._has_begun = True
        if self._task.is_due():
            whole = max(report.seconds + report.seconds_left, 1e-9)
            text = f"step {report.step}, {report.kimg:.1f} thousand pictures"
            if report.score is not None:
                text += f", score {report.score:.4g} (best {report.best:.4g})"
            points = _points(report.step, report.told | {"score": report.score})
            self._task.tell(report.seconds / whole, text, report.seconds_left, points)
            self._show_sheet()
        self._task.heed()

    def say(self, sentence: str) -> None:
        """Before the first step that is the plan; afterwards it is a warning."""
        if self._has_begun:
            self._task.warn(sentence)
        else:
            self._task.tell(None, sentence)

    def preparing(self, done: int, count: int) -> None:
        """How many pictures are ready."""
        self._task.tell(None, f"preparing pictures: {done:,} of {count:,}")
        self._task.heed_at_once()

    def recall(self) -> None:
        """Have the curves of earlier sessions shown."""
        for line in self._lines():
            self._task.remember(_points(line["step"], line))

    def conclude(self) -> None:
        """Show what the run's last look found, which no step comes after."""
        lines = [line for line in self._lines() if "score" in line]
        for line in lines[-1:]:
            self._task.remember(_points(line["step"], line))
        self._show_sheet()

    def _lines(self) -> list[dict[str, Any]]:
        """What the run has told of its steps."""
        from zeuxis.training.folder import RunFolder  # needs torch, as a worker that trains has
        from zeuxis.training.lines import read_lines

        return read_lines(RunFolder(self._folder).metrics)

    def _show_sheet(self) -> None:
        """Show the last sheet of samples, if it is a new one."""
        last = max((self._folder / "samples").glob("[0-9]*.png"), default=None)
        if last is not None and last != self._shown:
            self._shown = last
            self._task.show(last)


def _points(step: int, values: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """What of a line goes into curves."""
    return {
        name: (step, values[name])
        for name in (*CURVES, "score")
        if isinstance(values.get(name), float)
    }


def _resumed(name: str, settings: GanSettings, place: Place) -> Prepared:
    if name not in [each["name"] for each in runs_in(place.runs)]:
        raise ZeuxisError(f"there is no run {name[:80]!r}: /v1/runs shows them")
    length = {each: getattr(settings, each) for each in LENGTHS}
    if settings != GanSettings(**length):
        raise ZeuxisError(
            f"a run goes on with the settings that it began with: give {', '.join(LENGTHS)} only"
        )
    words = ["zeuxis", "gan", "resume", place.shown(place.runs / name, name)]
    request = {"run": name, "length": length}
    return Prepared(request, settings, command_of(words, settings))


def _below(folder: str, roots: Mapping[str, Path]) -> Path:
    """The folder that a request means by `photos` or `photos/cats`."""
    name, _, inside = folder.strip("/").partition("/")
    known = ", ".join(roots) or "none was given to the server with --root"
    if name not in roots:
        raise ZeuxisError(f"there is no folder {folder[:80]!r} to train on: choose among {known}")
    path = None
    with suppress(
        OSError, RuntimeError, ValueError
    ):  # not there, closed to us, a ring of links, a zero byte
        path = (roots[name] / inside).resolve(strict=True)
    if path is None or not path.is_relative_to(roots[name].resolve()):
        raise ZeuxisError(f"there is no {inside[:80]!r} in {name}: check the name")
    return path


def _reserved(data: Path, runs: Path) -> str:
    """A name for a run that no other has; its folder is made."""
    stem = re.sub(r"[^\w-]+", "-", data.name.split(".")[0]).strip("-")[:40] or "run"
    number = 1
    while True:
        try:
            (runs / f"{stem}-{number}").mkdir()
        except FileExistsError:
            number += 1
        else:
            return f"{stem}-{number}"


VERB = Verb(
    name="train",
    help="Train a generator on a folder of pictures, or go on with a run.",
    settings=GanSettings,
    prepare=prepare,
    run=run,
    fields=(
        Field("folder", "Of pictures: a name that /v1/about lists as a root.", example="photos"),
        Field("run", "Or a run to go on with, by its name in /v1/runs."),
    ),
    hidden=frozenset({"device"}),
    is_long=True,
    is_graceful=True,
    is_training=True,
)
