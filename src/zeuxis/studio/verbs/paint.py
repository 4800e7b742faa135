"""Photographs painted slowly, by optimisation, with a picture of how far it is."""

from typing import TYPE_CHECKING

from zeuxis.errors import ZeuxisError
from zeuxis.images import Size
from zeuxis.painting.settings import PaintSettings
from zeuxis.painting.sources import STARTS
from zeuxis.settings import command_of
from zeuxis.studio.asked import Asked
from zeuxis.studio.forms import restored
from zeuxis.studio.task import Task
from zeuxis.studio.verbs.photos import (
    IMAGE,
    OUTPUT,
    PAINTING,
    SAMPLE,
    WEIGHTS,
    check_size,
    named,
    paintings_of,
    request_for,
)
from zeuxis.studio.verbs.verb import Prepared, Verb

if TYPE_CHECKING:
    from zeuxis.painting import Progress


def prepare(asked: Asked) -> Prepared:
    """Check a request.

    Raises:
        ZeuxisError: for no painting, settings out of range, a picture that would be too large.
    """
    photo, settings, paintings = asked.photo(), asked.settings(), paintings_of(asked)
    if not paintings:
        raise ZeuxisError("give a painting to take the style from")
    check_size(asked, photo, None if settings.size is None else Size.parse(settings.size))
    words = ["zeuxis", "paint", photo.called]
    for each, weight in paintings:
        words += ["--style", named(each.called, weight)]
    request = request_for(asked, photo, settings) | {
        "paintings": [(each.file, weight) for each, weight in paintings]
    }
    return Prepared(request, settings, command_of(words, settings))


def run(task: Task) -> None:
    """Paint, in a worker; when asked to stop, what there is is the result."""
    from zeuxis.painting import paint

    request = task.request
    painting = paint(
        task.photo(),
        [(task.upload(file), weight) for file, weight in request["paintings"]],
        settings=restored(PaintSettings, request["settings"]),
        callback=_Watch(task),
        max_megapixels=request["max_megapixels"],
    )
    for note in painting.notes:
        task.warn(note)
    task.stopped_early = painting.interrupted
    task.give(painting.picture, f"{request['stem']}-painted")


class _Watch:
    """Tells a job's owner of every step, within reason."""

    def __init__(self, task: Task) -> None:
        self._task, self._steps = task, 0

    def __call__(self, progress: "Progress") -> None:
        self._steps += 1
        left = progress.seconds_left
        share = None if left is None else progress.seconds / max(progress.seconds + left, 1e-9)
        of = "" if progress.iterations is None else f" of {progress.iterations}"
        losses = {"loss": progress.loss, **progress.kinds}
        points = {name: (self._steps, loss) for name, loss in losses.items()}
        self._task.tell(
            share,
            f"{progress.width} x {progress.height} pixels, step {progress.iteration}{of}",
            left,
            points,
        )
        self._task.preview(progress.painting)
        self._task.heed()


VERB = Verb(
    name="paint",
    help="Paint a photo in the style of a painting, slowly and well; stop it when you like it.",
    settings=PaintSettings,
    prepare=prepare,
    run=run,
    files=(IMAGE, PAINTING),
    fields=(SAMPLE, WEIGHTS, *OUTPUT),
    hidden=frozenset({"network", "max_memory", "device"}),
    narrowed={"start": STARTS},
    is_long=True,
    is_graceful=True,
)
