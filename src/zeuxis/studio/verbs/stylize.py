"""Photographs in another's hand, in one pass."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import Size
from zeuxis.images.sources import weighted
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
from zeuxis.studio.verbs.verb import Field, Prepared, Verb
from zeuxis.studio.wall import styles
from zeuxis.style.settings import StylizeSettings

if TYPE_CHECKING:
    from zeuxis.style import Stylizer

WARM = 8  # styles, or blends of them, that are kept for the next picture
MOST = 8  # styles of a blend


def prepare(asked: Asked) -> Prepared:
    """Check a request.

    Raises:
        ZeuxisError: for an unknown style, settings out of range, a picture that would be too large.
    """
    photo, settings = asked.photo(), asked.settings()
    wall = [_style(text) for text in asked.texts("style")]
    paintings = paintings_of(asked)
    if not 1 <= len(wall) + len(paintings) <= MOST:
        raise ZeuxisError(f"give one style, or up to {MOST} to blend: by name, or as a painting")
    check_size(asked, photo, None if settings.size is None else Size.parse(settings.size))
    words = ["zeuxis", "stylize", photo.called]
    for name, weight in [*wall, *((each.called, weight) for each, weight in paintings)]:
        words += ["--style", named(name, weight)]
    request = request_for(asked, photo, settings) | {
        "styles": wall,
        "paintings": [(each.file, weight) for each, weight in paintings],
    }
    return Prepared(request, settings, command_of(words, settings))


def run(task: Task) -> None:
    """Paint, in a worker."""
    from zeuxis.style import Stylizer

    request = task.request
    settings = restored(StylizeSettings, request["settings"])
    wall = tuple((name, weight) for name, weight in request["styles"])
    if request["paintings"]:
        sent = [(task.upload(file), weight) for file, weight in request["paintings"]]
        stylizer = Stylizer([*wall, *sent], settings, max_megapixels=request["max_megapixels"])
    else:
        stylizer = _warm(wall, settings)
    made = stylizer.stylize(
        task.photo(),
        max_megapixels=request["max_megapixels"],
        progress=lambda share: task.tell(share, "painting"),
    )
    task.give(made.picture, f"{request['stem']}-{stylizer.name}")


def warm() -> None:
    """Paint a pixel or two, so that the first picture does not wait for the network to be loaded."""
    _warm(((next(iter(styles())), 1.0),), StylizeSettings()).stylize(np.zeros((16, 16, 3)))


@lru_cache(maxsize=WARM)
def _warm(wall: tuple[tuple[str, float], ...], settings: StylizeSettings) -> "Stylizer":
    from zeuxis.style import Stylizer

    return Stylizer(list(wall), settings)


def _style(text: str) -> tuple[str, float]:
    """A style of ours and its weight, from `starry-night:0.5`; never a file of this machine."""
    name, colon, weight = text.strip().rpartition(":")
    try:
        chosen = weighted((name, float(weight))) if colon else (text.strip(), 1.0)
    except ValueError:
        raise ZeuxisError(f"{text[:80]!r} is no style: write its name, or NAME:WEIGHT") from None
    if chosen[0] not in styles():
        raise ZeuxisError(
            f"there is no style {chosen[0][:80]!r}: choose one of {', '.join(styles())}"
        )
    return chosen


VERB = Verb(
    name="stylize",
    help="Paint a photo in one pass, in one of the styles on the wall or in that of a painting.",
    settings=StylizeSettings,
    prepare=prepare,
    run=run,
    warm=warm,
    files=(IMAGE, PAINTING),
    fields=(
        SAMPLE,
        Field(
            "style",
            "A style of /v1/styles, or NAME:WEIGHT to blend.",
            many=True,
            example="starry-night",
        ),
        WEIGHTS,
        *OUTPUT,
    ),
)
