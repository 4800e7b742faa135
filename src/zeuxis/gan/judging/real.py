"""The real pictures that a generator is judged by, and what it may know of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zeuxis.data import PictureSet, prepare, suggest_shape
from zeuxis.data.pictures import skipped_note
from zeuxis.data.sources import find_source
from zeuxis.errors import ZeuxisError
from zeuxis.gan.finding import IN_RUN
from zeuxis.gan.forger import Generator
from zeuxis.gan.judging.settings import ALL, TEST, TRAINING
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training.setting_up import Job, set_up
from zeuxis.training.folder import RunFolder

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Real:
    """Real pictures.

    Attributes:
        pictures: that made ones are compared with.
        what: they are, in words.
        known: that the generator may have learned by heart.
        known_what: they are, in words.
        notes: what one should know of them, a sentence each.
    """

    pictures: PictureSet
    what: str
    known: PictureSet
    known_what: str
    notes: tuple[str, ...] = ()


def real_pictures(
    generator: Generator,
    data: Path,
    which: str = ALL,
    most: int | None = None,
    progress: Progress | None = None,
) -> Real:
    """Prepare the pictures, at the size and in the colours of the generator.

    Args:
        generator: of a run, it may be.
        data: as `zeuxis.data.prepare` takes it.
        which: of them; see `zeuxis.gan.judging.settings`.
        most: how many at most, of those to compare with and of those that may be known; None for all.
        progress: called now and then with how many pictures are prepared, and of how many.

    Raises:
        ZeuxisError: the data cannot be used, has no test part, or is not what the run was trained on where
            that has to be known.
    """
    whole = _prepared(generator, data, "train", progress)
    job = _job(generator, data, whole)
    trained_on = whole if job is None else job.pictures
    known_what = (
        f"pictures of {data}" if job is None else f"pictures that {_run(generator)} learned from"
    )
    if which == ALL:
        pictures, what = whole, f"pictures of {data}"
        if job is not None:
            what += f", of which {_run(generator)} learned from {len(trained_on):,}"
    elif which == TEST:
        pictures = _prepared(generator, data, "test", progress)
        what = f"pictures of the test part of {data}"
    else:
        pictures, what = _part(generator, data, job, which)
    some, known = _some(pictures, most), _some(trained_on, most)
    notes = () if job is not None else _notes(generator, data)
    return Real(
        some,
        f"{_count(some, pictures)} {what}",
        known,
        f"{_count(known, trained_on)} {known_what}",
        (*notes, *_skipped(pictures)),
    )


def _prepared(
    generator: Generator, data: Path, split: str, progress: Progress | None
) -> PictureSet:
    height, width, channels = generator.size
    return prepare(
        data,
        height=height,
        width=width,
        channels=channels,
        classes=bool(generator.classes) and bool(find_source(data, split).load().classes),
        split=split,
        progress=progress,
    )


def _job(generator: Generator, data: Path, whole: PictureSet) -> Job | None:
    """What the generator was trained on, if it is of a run, and that on these very pictures."""
    folder = RunFolder(generator.path.parent)
    if generator.path.name != IN_RUN or not folder.settings.is_file():
        return None
    about: dict[str, Any] = folder.about()
    if about.get("digest") != whole.digest:
        return None
    try:
        settings = GanSettings(**about["settings"])
    except (KeyError, TypeError):  # of another Zeuxis
        return None
    return set_up(data, settings)


def _part(generator: Generator, data: Path, job: Job | None, which: str) -> tuple[PictureSet, str]:
    if job is None:
        raise ZeuxisError(
            f"nobody knows which pictures of {data} are {which} ones: give the folder of a run that was "
            f"trained on them, and not {generator.path}, or leave --pictures out"
        )
    if which == TRAINING:
        return job.pictures, f"pictures of {data} that {_run(generator)} learned from"
    if job.held_out is None:
        raise ZeuxisError(
            f"{_run(generator)} held out none of its {len(job.pictures)} pictures, which are few: "
            "leave --pictures out"
        )
    return job.held_out, f"pictures of {data} that {_run(generator)} held out"


def _run(generator: Generator) -> str:
    return str(generator.path.parent)


def _some(pictures: PictureSet, most: int | None) -> PictureSet:
    """The first of them, which are any: the order was shuffled."""
    if most is None or most >= len(pictures):
        return pictures
    return pictures.split(len(pictures) - most)[0]


def _count(some: PictureSet, pictures: PictureSet) -> str:
    return f"{'all' if len(some) == len(pictures) else f'{len(some):,} of'} {len(pictures):,}"


def _notes(generator: Generator, data: Path) -> tuple[str, ...]:
    names = {1: "grey", 3: "coloured"}
    channels, own = suggest_shape(data).channels, generator.size[2]
    if channels == own:
        return ()
    return (
        f"the generator makes {names[own]} pictures and those of {data} are {names[channels]}: they were "
        "compared as if they were so, too",
    )


def _skipped(pictures: PictureSet) -> tuple[str, ...]:
    note = skipped_note(pictures.skipped)
    return () if note is None else (note,)
