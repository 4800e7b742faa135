"""`zeuxis upscale`: pictures made larger."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display, watching
from zeuxis.cli.files import file_job, file_options, is_folder, output_for, paint_one, report, shown
from zeuxis.cli.options import settings_from, settings_options
from zeuxis.upscaling.settings import UpscaleSettings

if TYPE_CHECKING:
    from zeuxis.images.batch import Outcome
    from zeuxis.upscaling import Upscaled


@click.command()
@click.argument("photo")
@click.option(
    "--model",
    metavar="FILE",
    help="A model that zeuxis upscale-train made, or a network of another program (.pth, .safetensors).  "
    "[default: those that come along]",
)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="Where to write: a file or a folder (if PHOTO is one, a folder), - for PNG on stdout.  "
    "[default: beside PHOTO, with the scale behind its name]",
)
@file_options
@settings_options(UpscaleSettings, to="SIZE")
def upscale(
    photo: str, model: str | None, output: str | None, as_json: bool, quiet: bool, **options: Any
) -> None:
    """Make PHOTO larger by a network (Johnson et al. 2016, section 4.2; Ledig et al. 2017).

    PHOTO is a picture, a folder of pictures, or - for stdin.

    For example: zeuxis upscale photo.jpg --scale 4 -o larger.jpg
    """
    from zeuxis.upscaling import Upscaler, upscale_file, upscale_folder

    upscaler = Upscaler(model, settings_from(options, UpscaleSettings))
    out = output_for(photo, output, upscaler.name, as_json)
    outcomes: Iterator[Outcome[Upscaled]]
    with Display(quiet) as display:
        job = file_job(options) | {"upscaler": upscaler, "progress": watching(display, "enlarged")}
        if is_folder(photo):
            outcomes = upscale_folder(photo, out, begin=display.begin, **job)
        else:
            outcomes = paint_one(photo, out, partial(upscale_file, **job))
        status = report(outcomes, display, _tell, folder=is_folder(photo), as_json=as_json)
    click.get_current_context().exit(status)


def _tell(outcome: "Outcome[Upscaled]", display: Display) -> str:
    """What became of a picture, for a person."""
    made = outcome.painting
    assert made is not None
    done = "enlarged" if made.model else "resized"  # no network: it is no larger than it was
    size = f"{made.picture.width}x{made.picture.height}"
    display.say(f"{done} {shown(outcome.output)} to {size} in {made.seconds:.1f} s")
    return done
