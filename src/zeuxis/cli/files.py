"""What the commands from pictures to pictures share: their options, streams, and what becomes of a photo."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from zeuxis.cli.main import INTERRUPTED, USER_ERROR
from zeuxis.cli.options import MAX_MEGAPIXELS, Number, all_of
from zeuxis.errors import ZeuxisError

if TYPE_CHECKING:
    from zeuxis.cli.display import Display
    from zeuxis.images.batch import Outcome, P

STREAM = "-"
SOME_FAILED = 1  # a status

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--force", is_flag=True, help="Replace what is there already."),
    click.option(
        "--bits", type=click.Choice(["8", "16"]), help="Bits a channel.  [default: the photo's]"
    ),
    click.option(
        "--quality",
        type=Number(int, 1, 100),
        default=95,
        metavar="INTEGER",
        help="Quality of a JPEG, WebP or AVIF.  [default: 95; between 1 and 100]",
    ),
    click.option("--strip-metadata", is_flag=True, help="Leave EXIF, XMP and resolution out."),
    MAX_MEGAPIXELS,
    click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each picture."),
    click.option("--quiet", is_flag=True, help="Say nothing but what went wrong."),
)


def file_options(command: Command) -> Command:
    """A decorator: how pictures are read and written, and what is said about it."""
    return all_of(_OPTIONS)(command)


def file_job(options: dict[str, Any]) -> dict[str, Any]:
    """The values of `file_options` as arguments of the functions that paint a file."""
    return {
        "force": options["force"],
        "bits": None if options["bits"] is None else int(options["bits"]),
        "quality": options["quality"],
        "keep_metadata": not options["strip_metadata"],
        "max_megapixels": options["max_megapixels"],
    }


def is_folder(photo: str) -> bool:
    """Whether what is to be painted is a folder."""
    return photo != STREAM and Path(photo).is_dir()


def output_for(photo: str, output: str | None, ending: str, as_json: bool) -> str:
    """Where a painting goes; when nobody says, beside the photo, with an ending to its name.

    A folder is given for one photo to keep that name; it is made if its name ends as a folder's does.

    Raises:
        ZeuxisError: it is stdout, which cannot take all that is asked for; or a folder cannot be made.
    """
    folder = is_folder(photo)
    if output is None:
        out = _beside(photo, folder, ending)
    elif not folder and output != STREAM and _names_folder(output):
        out = _inside(photo, output, ending)
    else:
        out = output
    if out == STREAM and (as_json or folder):
        raise ZeuxisError(
            "stdout takes one picture and nothing besides: give a file or folder with -o"
        )
    if out == STREAM and sys.stdout.isatty():
        raise ZeuxisError("stdout is a terminal, which shows no pictures: give -o FILE, or a pipe")
    return out


def shown(out: str) -> str:
    """What to call an output in a sentence."""
    return "the picture on stdout" if out == STREAM else out


def weighted(text: str) -> tuple[str, float]:
    """A style and its weight, from `great_wave.jpg:0.3`; a file of the whole name comes first."""
    name, colon, weight = text.rpartition(":")
    if colon and not Path(text).exists():
        try:
            return name, float(weight)
        except ValueError:
            pass  # no weight behind the colon: the name of a file that is not there
    return text, 1.0


def paint_one(photo: str, out: str, paint: Callable[..., "P"]) -> "Iterator[Outcome[P]]":
    """What becomes of a single photo, which may be stdin, as that of a folder's photos is told."""
    from zeuxis.images.batch import Outcome
    from zeuxis.images.heads import check_photo, notes_on

    stream = photo == STREAM
    source = sys.stdin.buffer if stream else photo
    target = sys.stdout.buffer if out == STREAM else out
    try:
        if not stream:
            check_photo(photo)
        notes = () if stream else notes_on(photo)  # now: the painting may replace it
        painting = paint(source, output=target)
    except ZeuxisError as error:
        yield Outcome(photo, out, error=str(error))
    else:
        yield Outcome(photo, out, painting, notes=notes)


def report(
    outcomes: "Iterable[Outcome[Any]]",
    display: "Display",
    tell: "Callable[[Outcome[Any], Display], str]",
    *,
    folder: bool,
    as_json: bool,
) -> int:
    """Say what becomes of each photo, when it is done.

    Args:
        outcomes: as they come.
        display: where it is said.
        tell: says what became of a photo that did not fail, and returns the word for it, as `painted`.
        folder: whether one photo may fail and others not; then they are counted at the end.
        as_json: whether a line of JSON is printed for each.

    Returns:
        the command's exit status.
    """
    status, became = 0, Counter[str]()
    for outcome in outcomes:
        display.clear()
        if as_json:
            click.echo(json.dumps(outcome.report()))
        if outcome.skipped:
            display.say(f"{outcome.source} is done already: {outcome.output}")
            became["done already"] += 1
        for note in outcome.notes:
            display.say(f"note: {note}")
        if outcome.painting is not None:
            became[tell(outcome, display)] += 1
            if outcome.painting.interrupted:
                status = INTERRUPTED
        if outcome.error is not None:
            where = f"{outcome.source}: " if folder and outcome.source not in outcome.error else ""
            click.echo(f"zeuxis: {where}{outcome.error}", err=True)
            status = SOME_FAILED if folder else USER_ERROR
            became["failed"] += 1
    if folder and not as_json:
        failed = became.pop("failed", 0)
        counts = [*became.items(), *([("failed", failed)] if failed else [])]
        display.say(", ".join(f"{count:,} {what}" for what, count in counts))
    return status


def _names_folder(output: str) -> bool:
    return Path(output).is_dir() or output.endswith(("/", os.sep))


def _beside(photo: str, folder: bool, ending: str) -> str:
    if photo == STREAM:
        return STREAM
    path = Path(photo)
    if folder:
        return f"{path.resolve()}-{ending}"
    return str(path.with_name(_named(path, ending)))


def _inside(photo: str, folder: str, ending: str) -> str:
    from zeuxis.images.batch import make_folder
    from zeuxis.images.heads import format_of

    if photo == STREAM:
        raise ZeuxisError(
            f"what comes from stdin has no name to be given in {folder}: give a file's name with -o"
        )
    if format_of(photo) is not None:  # else there will be nothing to put there
        make_folder(Path(folder))
    return str(Path(folder) / _named(Path(photo), ending))


def _named(photo: Path, ending: str) -> str:
    """A painting's name: the photo's, with an ending, and what says its format."""
    from zeuxis.images.formats import EXTENSIONS
    from zeuxis.images.heads import format_of

    if photo.suffix.lower() in EXTENSIONS:
        return f"{photo.stem}-{ending}{photo.suffix}"
    format = format_of(photo)
    return f"{photo.name}-{ending}{format.extensions[0] if format else '.png'}"
