"""Pictures grown from nothing, and the ways between them."""

import shlex
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zeuxis.errors import ZeuxisError
from zeuxis.gan.interpolation import blend as blended
from zeuxis.gan.interpolation import shares_of
from zeuxis.images import Picture
from zeuxis.settings import setting
from zeuxis.studio.asked import Asked
from zeuxis.studio.forms import numbers_of, restored
from zeuxis.studio.task import Task
from zeuxis.studio.verbs.photos import OUTPUT
from zeuxis.studio.verbs.verb import Field, Prepared, Verb
from zeuxis.studio.wall import generator_file, generators

if TYPE_CHECKING:
    from zeuxis.gan import Generator

WARM = 4  # generators that are kept for the next picture
MOST = 16  # pictures of a blend
LARGEST_SEED = 2**63 - 1
GENERATOR = Field("generator", "Which, by its name in /v1/generators.", example="flowers")


@dataclass(frozen=True)
class BlendSettings:
    """How far pictures are truncated."""

    truncation_psi: float = setting(
        1.0, "From 1, all that was learned, to 0, only the mean picture.", low=0, high=1
    )


@dataclass(frozen=True)
class SampleSettings(BlendSettings):
    """Which pictures a generator makes, and how many."""

    label: str | None = setting(None, "Class of the pictures; by default all in turn.")
    n: int = setting(16, "How many.", low=1, high=64, unit="pictures")
    seed: int = setting(0, "Where randomness starts from.", low=0, high=LARGEST_SEED)


def prepare_sample(asked: Asked) -> Prepared:
    """Check a request for pictures.

    Raises:
        ZeuxisError: for an unknown generator or class, or settings out of range.
    """
    settings = asked.settings()
    labels = [] if settings.label is None else [settings.label]
    request, words = _request(asked, "sample", settings, labels)
    words += ["-n", str(settings.n), "--seed", str(settings.seed)]
    return Prepared(request, settings, shlex.join(words))


def sample(task: Task) -> None:
    """Make pictures, in a worker: a sheet, and each by itself."""
    settings = restored(SampleSettings, task.request["settings"])
    samples = _generator(task).sample(
        settings.n,
        seed=settings.seed,
        truncation_psi=settings.truncation_psi,
        label=settings.label,
        progress=lambda done, of: task.tell(done / of, f"{done} of {of} pictures"),
    )
    name = task.request["generator"]
    task.give(samples.picture, f"{name}-{settings.seed}")
    for number, pixels in enumerate(samples.array):
        task.give(Picture.from_array(pixels), f"{name}-{settings.seed}-{number:02}")


def prepare_blend(asked: Asked) -> Prepared:
    """Check a request for a picture between others.

    Raises:
        ZeuxisError: for an unknown generator or class, or seeds and weights that do not go together.
    """
    settings, labels = asked.settings(), asked.texts("labels")
    seeds = numbers_of("seeds", asked.text("seeds") or "", int)
    weights = numbers_of("weights", asked.text("weights") or "", float)
    if not 1 <= len(seeds) <= MOST or not all(0 <= seed <= LARGEST_SEED for seed in seeds):
        raise ZeuxisError(f"give 1 to {MOST} seeds of 0 or more, with commas between them")
    shares_of(seeds, weights)
    if len(labels) not in (0, 1, len(seeds)):
        raise ZeuxisError(
            f"there are {len(seeds)} seeds and {len(labels)} labels: give one for all, or one for each"
        )
    if len(seeds) == 1:
        request, words = _request(asked, "sample", settings, labels)
        words += ["-n", "1", "--seed", str(seeds[0])]
    else:
        request, words = _request(asked, "blend", settings, labels)
        words += ["--seeds", ",".join(map(str, seeds))]
        words += ["--weights", ",".join(f"{each:g}" for each in weights)] if weights else []
    request |= {"seeds": seeds, "weights": weights, "labels": labels}
    return Prepared(request, settings, shlex.join(words))


def blend(task: Task) -> None:
    """Make the picture of the weighted mean of the styles of some seeds, in a worker."""
    request = task.request
    pixels = blended(
        _generator(task),
        request["seeds"],
        request["weights"],
        labels=request["labels"],
        truncation_psi=restored(BlendSettings, request["settings"]).truncation_psi,
    )
    task.give(Picture.from_array(pixels), f"{request['generator']}-blend")


def _request(
    asked: Asked, command: str, settings: BlendSettings, labels: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """What the worker is told, and the words of the command."""
    name = asked.text("generator")
    known = generators(asked.place.runs)
    if name is None:
        raise ZeuxisError(f"give a generator: one of {', '.join(known)}")
    file = generator_file(name, asked.place.runs)
    classes = known[name]["classes"]
    for label in labels:
        if label not in classes:
            which = (
                f"choose one of {', '.join(classes)}"
                if classes
                else "it knows none, so leave it out"
            )
            raise ZeuxisError(f"{name} knows no class {label[:80]!r}: {which}")
    called = name if known[name]["source"] == "shipped" else asked.place.shown(file, name)
    words = ["zeuxis", "gan", command, called]
    if settings.truncation_psi != 1:
        words += ["--truncation", f"{settings.truncation_psi:g}"]
    if labels:
        words += ["--class", ",".join(labels)]
    request = {"generator": name, "file": str(file), "settings": asdict(settings)}
    return request | asked.output(), words


def _generator(task: Task) -> "Generator":
    path = Path(task.request["file"])
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        name = task.request["generator"]
        raise ZeuxisError(f"the generator {name} is gone: choose another") from None
    return _warm(path, changed)


@lru_cache(maxsize=WARM)
def _warm(path: Path, _changed: int) -> "Generator":
    from zeuxis.gan import Generator

    return Generator.load(path)


SAMPLE = Verb(
    name="sample",
    help="Grow pictures with a generator: a sheet of them, and each by itself.",
    settings=SampleSettings,
    prepare=prepare_sample,
    run=sample,
    fields=(GENERATOR, *OUTPUT),
)
BLEND = Verb(
    name="blend",
    help="Grow the picture that lies between those of some seeds.",
    settings=BlendSettings,
    prepare=prepare_blend,
    run=blend,
    fields=(
        GENERATOR,
        Field("seeds", "Of the pictures to go between, with commas between them.", example="3,7"),
        Field("weights", "How near to each, with commas; all alike by default.", example="0.5,0.5"),
        Field(
            "labels", "Class of all of them, or one for each; by default all in turn.", many=True
        ),
        *OUTPUT,
    ),
)
