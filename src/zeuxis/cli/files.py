"""What the commands from pictures to pictures share: their options, streams, and what becomes of a photo."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from zeuxis.cli.main import INTERRUPTED, USER_ERROR
from zeuxis.cli.options import all_of
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
        type=click.IntRange(1, 100),
        default=95,
        show_default=True,
        help="Of JPEG, WebP and AVIF.",
    ),
    click.option("--strip-metadata", is_flag=True, help="Leave EXIF, XMP and resolution out."),
    click.option(
        "--max-megapixels",
        type=click.FloatRange(min=0, min_open=True),
        default=200.0,
        show_default=True,
        help="The largest picture to read.",
    ),
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

    Raises:
        ZeuxisError: it is stdout, which cannot take all that is asked for.
    """
    folder = is_folder(photo)
    out = output or _beside(photo, folder, ending)
    if out == STREAM and (as_json or folder):
        raise ZeuxisError(
            "stdout takes one picture and nothing besides: give a file or folder with -o"
        )
    return out


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

    source = sys.stdin.buffer if photo == STREAM else photo
    target = sys.stdout.buffer if out == STREAM else out
    try:
        painting = paint(source, output=target)
    except ZeuxisError as error:
        yield Outcome(photo, out, error=str(error))
    else:
        yield Outcome(photo, out, painting)


def report(
    outcomes: "Iterable[Outcome[Any]]",
    display: "Display",
    tell: "Callable[[Outcome[Any], Display], None]",
    *,
    folder: bool,
    as_json: bool,
) -> int:
    """Say what becomes of each photo, when it is done.

    Args:
        outcomes: as they come.
        display: where it is said.
        tell: says what is particular to a way of painting.
        folder: whether one photo may fail and others not.
        as_json: whether a line of JSON is printed for each.

    Returns:
        the command's exit status.
    """
    status = 0
    for outcome in outcomes:
        display.clear()
        if as_json:
            click.echo(json.dumps(outcome.report()))
        if outcome.skipped:
            display.say(f"{outcome.source} is done already: {outcome.output}")
        tell(outcome, display)
        if outcome.error is not None:
            where = f"{outcome.source}: " if folder else ""
            click.echo(f"zeuxis: {where}{outcome.error}", err=True)
            status = SOME_FAILED if folder else USER_ERROR
        elif outcome.painting is not None and outcome.painting.interrupted:
            status = INTERRUPTED
    return status


def _beside(photo: str, folder: bool, ending: str) -> str:
    if photo == STREAM:
        return STREAM
    path = Path(photo)
    if folder:
        return f"{path.resolve()}-{ending}"
    return str(path.with_name(f"{path.stem}-{ending}{path.suffix}"))
