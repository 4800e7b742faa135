"""`zeuxis paint`: photographs in another's hand."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display
from zeuxis.cli.files import (
    STREAM,
    file_job,
    file_options,
    is_folder,
    output_for,
    paint_one,
    report,
    shown,
    weighted,
)
from zeuxis.cli.options import Number, settings_from, settings_options
from zeuxis.errors import ZeuxisError
from zeuxis.painting.settings import PaintSettings

if TYPE_CHECKING:
    from zeuxis.painting import Outcome, Painting


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
    help="Where to write: a file or a folder (if PHOTO is one, a folder), - for PNG on stdout.  "
    "[default: beside PHOTO, its name with -painted]",
)
@click.option("--mask", metavar="FILE", help="A picture whose colours are regions of the photo.")
@click.option(
    "--style-mask",
    "style_masks",
    multiple=True,
    metavar="FILE",
    help="The same for a painting; one for each --style, in their order.",
)
@click.option("--resume", is_flag=True, help="Go on with a painting that was interrupted.")
@click.option(
    "--preview-every",
    type=Number(int, 1),
    metavar="N",
    help="Write a preview every N steps, as OUT's name with .preview.jpg.",
)
@click.option("--trace", metavar="FILE", help="Write a line of JSON for each step.")
@file_options
@settings_options(PaintSettings, size="SIZE", start="NAME|FILE", network="NAME")
def paint(photo: str, output: str | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Paint PHOTO in the style of one or more paintings (Gatys et al. 2016).

    PHOTO is a picture, a folder of pictures, or - for stdin. Ctrl-C writes the painting as far as it got;
    --resume goes on from there.

    For example: zeuxis paint photo.jpg --style painting.jpg --size 512 --minutes 1 -o painted.jpg
    """
    out = output_for(photo, output, "painted", as_json)
    folder = is_folder(photo)
    run = _paint_folder if folder else _paint_one
    with Display(quiet) as display:
        outcomes = run(photo, out, display, _job(options))
        status = report(outcomes, display, _tell, folder=folder, as_json=as_json)
    click.get_current_context().exit(status)


def _job(options: dict[str, Any]) -> dict[str, Any]:
    """The command's options as the arguments of `zeuxis.painting.paint_file` and `paint_folder`."""
    return file_job(options) | {
        "settings": settings_from(options, PaintSettings),
        "style": [_painting(text) for text in options["styles"]],
        "mask": options["mask"],
        "style_masks": options["style_masks"],
        "resume": options["resume"],
        "preview_every": options["preview_every"],
        "trace": options["trace"],
    }


def _painting(text: str) -> tuple[str, float]:
    """A painting and its weight.

    Raises:
        ZeuxisError: it is a style that a network has learned, of which there is no picture to look at.
    """
    name, weight = weighted(text)
    if not Path(name).exists():
        from zeuxis.style.gallery import find

        try:
            find(name)
        except ZeuxisError:
            pass  # no style either: reading it will say so
        else:
            raise ZeuxisError(
                f"paint looks at a painting itself, and {name} is only a name: give a picture's file, "
                f"or run zeuxis stylize --style {name}"
            )
    return name, weight


def _paint_folder(
    folder: str, out: str, display: Display, job: dict[str, Any]
) -> Iterator["Outcome[Painting]"]:
    from zeuxis.painting import paint_folder

    return paint_folder(folder, output=out, callback=display, begin=display.begin, **job)


def _paint_one(
    photo: str, out: str, display: Display, job: dict[str, Any]
) -> Iterator["Outcome[Painting]"]:
    from zeuxis.painting import paint_file

    return paint_one(photo, out, partial(paint_file, callback=display, **job))


def _tell(outcome: "Outcome[Painting]", display: Display) -> str:
    """What became of a picture, for a person."""
    painting, out = outcome.painting, outcome.output
    assert painting is not None
    for note in painting.notes:
        display.say(f"note: {note}")
    size = f"{painting.picture.width}x{painting.picture.height}"
    if not painting.interrupted:
        display.say(f"painted {shown(out)} ({size}) in {painting.seconds:.0f} s")
        return "painted"
    if out == STREAM:
        display.say("stopped: this is the painting as far as it got")
    else:
        display.say(
            f"stopped: {out} is the painting as far as it got; go on with the same and --resume"
        )
    return "stopped"
