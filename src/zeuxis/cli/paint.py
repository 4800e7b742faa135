"""`zeuxis paint`: photographs in another's hand."""

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display
from zeuxis.cli.options import settings_from, settings_options
from zeuxis.errors import ZeuxisError
from zeuxis.painting.settings import PaintSettings

if TYPE_CHECKING:
    from zeuxis.painting import Outcome, Painting

STREAM = "-"
INTERRUPTED, SOME_FAILED = 130, 1


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
def paint(
    photo: str, output: str | None, as_json: bool, quiet: bool, force: bool, **options: Any
) -> None:
    """Paint PHOTO in the style of one or more paintings (Gatys et al. 2016).

    PHOTO is a picture, a folder of pictures, or - for stdin. Ctrl-C writes the painting as far as it got;
    --resume goes on from there.

        zeuxis paint photo.jpg --style painting.jpg --size 512 --minutes 1 -o painted.jpg
    """
    out = output or _beside(photo)
    if as_json and out == STREAM:
        raise ZeuxisError("stdout cannot take the picture and --json: give a file with -o")
    job = _job(options)
    with nullcontext() if quiet else Display() as display:
        if display is not None:
            job["callback"] = display
        if photo != STREAM and Path(photo).is_dir():
            begin = None if display is None else display.begin
            run = _paint_folder(photo, out, force, begin, as_json, job)
        else:
            run = _paint_one(photo, out, force, as_json, job)
    _finish(run, quiet, out)


Run = tuple[list["Outcome"], Callable[[], None]]
