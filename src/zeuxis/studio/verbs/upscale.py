"""Pictures made larger."""

from functools import lru_cache
from typing import TYPE_CHECKING

from zeuxis.errors import ZeuxisError
from zeuxis.images import Size
from zeuxis.settings import command_of
from zeuxis.studio.asked import Asked
from zeuxis.studio.forms import restored
from zeuxis.studio.task import Task
from zeuxis.studio.verbs.photos import IMAGE, OUTPUT, SAMPLE, check_size, request_for
from zeuxis.studio.verbs.verb import Prepared, Verb
from zeuxis.upscaling.settings import SCALE, UpscaleSettings

if TYPE_CHECKING:
    from zeuxis.upscaling import Upscaler

WARM = 4  # kept for the next picture


def prepare(asked: Asked) -> Prepared:
    """Check a request.

    Raises:
        ZeuxisError: for settings out of range, or an enlargement that would be too large.
    """
    photo, settings = asked.photo(), asked.settings()
    if settings.scale is not None and settings.to is not None:
        raise ZeuxisError("both scale and to say how large: give one of them")
    size = Size(scale=settings.scale or SCALE) if settings.to is None else Size.parse(settings.to)
    check_size(asked, photo, size)
    words = ["zeuxis", "upscale", photo.called]
    return Prepared(request_for(asked, photo, settings), settings, command_of(words, settings))


def run(task: Task) -> None:
    """Enlarge, in a worker."""
    upscaler = _warm(restored(UpscaleSettings, task.request["settings"]))
    made = upscaler.upscale(
        task.photo(),
        max_megapixels=task.request["max_megapixels"],
        progress=lambda share: task.tell(share, "enlarging"),
    )
    task.give(made.picture, f"{task.request['stem']}-{upscaler.name}")


@lru_cache(maxsize=WARM)
def _warm(settings: UpscaleSettings) -> "Upscaler":
    from zeuxis.upscaling import Upscaler

    return Upscaler(settings=settings)


VERB = Verb(
    name="upscale",
    help="Make a photo larger, with detail that fits.",
    settings=UpscaleSettings,
    prepare=prepare,
    run=run,
    files=(IMAGE,),
    fields=(SAMPLE, *OUTPUT),
)
