"""`zeuxis stylize`: photographs in another's hand, in one pass."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display, watching
from zeuxis.cli.files import (
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
from zeuxis.style.settings import StylizeSettings

if TYPE_CHECKING:
    from zeuxis.images.batch import Outcome
    from zeuxis.style import Stylizer


@click.command()
@click.argument("photo")
@click.option(
    "--style",
    "styles",
    multiple=True,
    required=True,
    metavar="STYLE[:WEIGHT]",
    help="A name that `zeuxis styles` shows, a painting, or a model file (mine.safetensors#name); repeat it "
    "for a blend: starry-night:0.7.",
)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="Where to write: a file or a folder (if PHOTO is one, a folder), - for PNG on stdout.  "
    "[default: beside PHOTO, its name with the style's behind it]",
)
@click.option(
    "--mask",
    metavar="FILE",
    help="A picture, white where to paint and black where not; with several styles, their regions in "
    "colours from dark to light.",
)
@click.option(
    "--refine",
    type=Number(float, 1),
    metavar="SECONDS",
    help="Polish for so long with the slow way, zeuxis paint; the styles must be paintings.  [at least 1]",
)
@file_options
@settings_options(StylizeSettings, size="SIZE")
def stylize(photo: str, output: str | None, as_json: bool, quiet: bool, **options: Any) -> None:
    """Paint PHOTO in one pass (Johnson et al. 2016), in a style from a name, a painting or a model file.

    PHOTO is a picture, a folder of pictures, or - for stdin.

    For example: zeuxis stylize photo.jpg --style starry-night -o painted.jpg
    """
    from zeuxis.style import Stylizer, stylize_file

    job = file_job(options) | {"mask": options["mask"]}
    settings = settings_from(options, StylizeSettings)
    stylizer = Stylizer(
        [weighted(text) for text in options["styles"]],
        settings,
        max_megapixels=options["max_megapixels"],
    )
    out = output_for(photo, output, stylizer.name, as_json)
    paint: Callable[..., Any] = stylize_file
    with Display(quiet) as display:
        if options["refine"]:
            from zeuxis.cli.refine import refiner

            paint = refiner(stylizer, options["refine"], display, options["mask"])
        run = _paint_folder if is_folder(photo) else _paint_one
        status = report(
            run(photo, out, stylizer, paint, display, job),
            display,
            _tell,
            folder=is_folder(photo),
            as_json=as_json,
        )
    click.get_current_context().exit(status)


def _paint_folder(
    folder: str,
    out: str,
    stylizer: "Stylizer",
    paint: Callable[..., Any],
    display: Display,
    job: dict[str, Any],
) -> Iterator["Outcome[Any]"]:
    from zeuxis.style import stylize_folder

    watch = watching(display, "painted")
    return stylize_folder(
        folder, stylizer, out, paint=paint, begin=display.begin, progress=watch, **job
    )


def _paint_one(
    photo: str,
    out: str,
    stylizer: "Stylizer",
    paint: Callable[..., Any],
    display: Display,
    job: dict[str, Any],
) -> Iterator["Outcome[Any]"]:
    return paint_one(
        photo, out, partial(paint, style=stylizer, progress=watching(display, "painted"), **job)
    )


def _tell(outcome: "Outcome[Any]", display: Display) -> str:
    """What became of a picture, for a person."""
    painting = outcome.painting
    assert painting is not None
    size = f"{painting.picture.width}x{painting.picture.height}"
    display.say(f"painted {shown(outcome.output)} ({size}) in {painting.seconds:.1f} s")
    return "painted"
