"""`zeuxis paint`: photographs in another's hand."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display
from zeuxis.cli.options import settings_from, settings_options
from zeuxis.errors import ZeuxisError
from zeuxis.painting.settings import PaintSettings

if TYPE_CHECKING:
    from zeuxis.painting import Outcome

STREAM = "-"
SOME_FAILED, USER_ERROR, INTERRUPTED = 1, 2, 130  # statuses


@click.command()
@click.argument("photo")
@click.option(
    "--style",
    "styles",
    multiple=True,
    required=True,
    metavar="PAINTING[:WEIGHT]",
    help="A painting to take the style from; repeat it for several: great_wave.jpg:0.3.",
)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="Where to write: a file, a folder if PHOTO is one, - for PNG on stdout. "
    "[default: beside PHOTO, its name with -painted]",
)
@click.option("--mask", help="A picture whose colours are regions of the photo.")
@click.option(
    "--style-mask",
    "style_masks",
    multiple=True,
    help="The same for a painting; one for each --style, in their order.",
)
@click.option("--force", is_flag=True, help="Replace what is there already.")
@click.option("--resume", is_flag=True, help="Go on with a painting that was interrupted.")
@click.option(
    "--bits", type=click.Choice(["8", "16"]), help="Bits a channel.  [default: the photo's]"
)
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    default=95,
    show_default=True,
    help="Of JPEG, WebP and AVIF.",
)
@click.option("--strip-metadata", is_flag=True, help="Leave EXIF, XMP and resolution out.")
@click.option(
    "--max-megapixels",
    type=click.FloatRange(min=0, min_open=True),
    default=200.0,
    show_default=True,
    help="The largest picture to read.",
)
@click.option(
    "--preview-every",
    type=click.IntRange(min=1),
    metavar="N",
    help="Write OUT's name with .preview.jpg every N steps.",
)
@click.option("--trace", metavar="FILE", help="Write a line of JSON for each step.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each picture.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
@settings_options(PaintSettings)
def paint(photo: str, output: str | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Paint PHOTO in the style of one or more paintings (Gatys et al. 2016).

    PHOTO is a picture, a folder of pictures, or - for stdin. Ctrl-C writes the painting as far as it got;
    --resume goes on from there.

    For example: zeuxis paint photo.jpg --style painting.jpg --size 512 --minutes 1 -o painted.jpg
    """
    is_folder = photo != STREAM and Path(photo).is_dir()
    out = output or _beside(photo, is_folder)
    if out == STREAM and (as_json or is_folder):
        raise ZeuxisError(
            "stdout takes one picture and nothing besides: give a file or folder with -o"
        )
    run = _paint_folder if is_folder else _paint_one
    status = 0
    with Display(quiet) as display:
        for outcome in run(photo, out, display, _job(options)):
            display.clear()
            if as_json:
                click.echo(json.dumps(outcome.report()))
            _tell(outcome, display)
            if outcome.error is not None:
                where = f"{outcome.source}: " if is_folder else ""
                click.echo(f"zeuxis: {where}{outcome.error}", err=True)
                status = SOME_FAILED if is_folder else USER_ERROR
            elif outcome.painting is not None and outcome.painting.interrupted:
                status = INTERRUPTED
    click.get_current_context().exit(status)


def _job(options: dict[str, Any]) -> dict[str, Any]:
    """The command's options as the arguments of `zeuxis.painting.paint_file` and `paint_folder`."""
    bits = options.pop("bits")
    return {
        "settings": settings_from(options, PaintSettings),
        "style": [_style(text) for text in options["styles"]],
        "mask": options["mask"],
        "style_masks": options["style_masks"],
        "force": options["force"],
        "resume": options["resume"],
        "bits": None if bits is None else int(bits),
        "quality": options["quality"],
        "keep_metadata": not options["strip_metadata"],
        "max_megapixels": options["max_megapixels"],
        "preview_every": options["preview_every"],
        "trace": options["trace"],
    }


def _style(text: str) -> tuple[str, float]:
    """A painting's file name and weight, from `great_wave.jpg:0.3`; a file of the whole name comes first."""
    name, colon, weight = text.rpartition(":")
    if colon and not Path(text).exists():
        try:
            return name, float(weight)
        except ValueError:
            pass  # no weight behind the colon: the name of a file that is not there
    return text, 1.0


def _beside(photo: str, is_folder: bool) -> str:
    """Where a painting goes when nobody says."""
    if photo == STREAM:
        return STREAM
    path = Path(photo)
    if is_folder:
        return f"{path.resolve()}-painted"
    return str(path.with_name(f"{path.stem}-painted{path.suffix}"))


def _paint_folder(
    folder: str, out: str, display: Display, job: dict[str, Any]
) -> Iterator["Outcome"]:
    from zeuxis.painting import paint_folder

    return paint_folder(folder, output=out, callback=display, begin=display.begin, **job)


def _paint_one(photo: str, out: str, display: Display, job: dict[str, Any]) -> Iterator["Outcome"]:
    from zeuxis.painting import Outcome, paint_file

    source = sys.stdin.buffer if photo == STREAM else photo
    target = sys.stdout.buffer if out == STREAM else out
    try:
        painting = paint_file(source, output=target, callback=display, **job)
    except ZeuxisError as error:
        yield Outcome(photo, out, error=str(error))
    else:
        yield Outcome(photo, out, painting)


def _tell(outcome: "Outcome", display: Display) -> None:
    """What became of a picture, for a person."""
    painting, out = outcome.painting, outcome.output
    if outcome.skipped:
        display.say(f"{outcome.source} is painted already: {out}")
    if painting is None:
        return
    for note in painting.notes:
        display.say(f"note: {note}")
    size = f"{painting.picture.width}x{painting.picture.height}"
    if not painting.interrupted:
        display.say(f"painted {out} ({size}) in {painting.seconds:.0f} s")
    elif out == STREAM:
        display.say("stopped: this is the painting as far as it got")
    else:
        display.say(
            f"stopped: {out} is the painting as far as it got; go on with the same and --resume"
        )
