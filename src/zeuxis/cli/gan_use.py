"""`zeuxis gan`: what a generator is good for once it is trained."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display, countdown
from zeuxis.cli.extras import with_torch
from zeuxis.cli.gan_options import (
    check,
    counted,
    generator_of,
    job_of,
    numbers,
    output_option,
    shared_options,
    write_sheet,
)
from zeuxis.cli.main import INTERRUPTED
from zeuxis.cli.options import Number, settings_from, settings_options
from zeuxis.gan.project_settings import ProjectSettings

if TYPE_CHECKING:
    from zeuxis.gan import Generator

INSTEAD = ", or give a folder for single files"


@click.command()
@shared_options
@click.option("-n", "--count", type=int, default=64, show_default=True, help="How many pictures.")
@click.option(
    "--columns",
    type=Number(int, 1),
    help="Pictures in a row of the sheet.  [default: as makes it nearly square]",
)
@output_option("sheet.png", "Where to write: a picture for a sheet, or a folder for single files.")
def sample(source: str, count: int, columns: int | None, output: Path, **options: Any) -> None:
    """Make pictures with the generator of RUN, of a model file, or one that comes with Zeuxis.

    For example: zeuxis gan sample my-photos -n 64 --seed 7 --truncation 0.7 -o sheet.png
    """
    from dataclasses import replace

    from zeuxis.gan.sheets import check_sheet

    is_folder = output.is_dir() or output.suffix == ""
    if not is_folder:
        check(output, options["force"])
    generator = generator_of(source)
    with Display(options["quiet"]) as display:
        if is_folder:
            _write_each(generator, count, output, options, display)
            return
        check_sheet(count, *generator.size[:2], INSTEAD)
        samples = generator.sample(count, progress=counted(display), **job_of(options))
        samples = replace(samples, columns=columns or samples.columns)
        write_sheet(samples, output, options["force"], display)


def _write_each(
    generator: "Generator", count: int, folder: Path, options: dict[str, Any], display: Display
) -> None:
    """Write pictures as they are made, so that there may be more than fit into memory."""
    from zeuxis.gan.samples import each_written

    shown, done = counted(display), 0
    parts = generator.parts(count, **job_of(options))
    try:
        for done, _ in enumerate(each_written(parts, folder, count, overwrite=options["force"]), 1):
            shown(done, count)
    except KeyboardInterrupt:
        display.say(f"stopped: {folder} has {done:,} of {count:,} pictures")
        click.get_current_context().exit(INTERRUPTED)
    display.say(f"{folder} has {'a picture' if count == 1 else f'{count:,} pictures'}")


@click.command()
@shared_options
@click.option(
    "--plus",
    type=numbers,
    multiple=True,
    required=True,
    metavar="I,J,...",
    help="Samples whose mean is added; repeat it for more groups.",
)
@click.option(
    "--minus",
    type=numbers,
    multiple=True,
    metavar="I,J,...",
    help="Samples whose mean is subtracted; repeat it for more groups.",
)
@output_option("arithmetic.png", "Where to write the sheet.")
def arithmetic(
    source: str,
    plus: tuple[tuple[int, ...], ...],
    minus: tuple[tuple[int, ...], ...],
    output: Path,
    **options: Any,
) -> None:
    """Add and subtract means of samples (Radford et al. 2016, figure 7).

    Samples are named by their places, from 0, on the sheet that zeuxis gan sample makes with the same
    --seed, --truncation and --class. The sheet has a row for each group, its mean at the end, and below them
    the result among small variations of it.

    For example: zeuxis gan arithmetic my-photos --plus 3,8,12 --minus 1,4,6 --plus 20,21,22 -o sum.png
    """
    from zeuxis.gan.arithmetic import arithmetic as summed

    check(output, options["force"])
    found = summed(generator_of(source), plus, minus, **job_of(options))
    with Display(options["quiet"]) as display:
        write_sheet(found.sheet, output, options["force"], display)


@click.command()
@shared_options
@click.option("-n", "--count", type=int, default=5, show_default=True, help="How many directions.")
@click.option(
    "--steps", type=int, default=7, show_default=True, help="Pictures along each, 2 to 1,000."
)
@click.option(
    "--reach",
    type=float,
    default=3.0,
    show_default=True,
    help="How far the ends are from the middle, in standard deviations, 0 to 100.",
)
@click.option(
    "--method",
    type=click.Choice(["auto", "weights", "styles"]),
    default="auto",
    show_default=True,
    help="How to find them: by the first weights (Shen & Zhou 2021), or the spread of styles (Harkonen et "
    "al. 2020); auto takes weights where it can, and says what it took.",
)
@output_option("directions.png", "Where to write the sheet.")
def directions(
    source: str, count: int, steps: int, reach: float, method: str, output: Path, **options: Any
) -> None:
    """Find directions along which pictures vary most, and show what lies along each, a row for each.

    For example: zeuxis gan directions my-photos -n 5 -o directions.png
    """
    from zeuxis.gan.directions import directions as found
    from zeuxis.gan.directions import walked

    check(output, options["force"])
    generator = generator_of(source)
    ways = found(generator, count, method=method, label=options["label"])
    with Display(options["quiet"]) as display:
        job = job_of(options) | {"steps": steps, "reach": reach, "progress": counted(display)}
        samples = walked(generator, ways.along, **job)
        why = f", not by weights: {ways.note}" if ways.note else ""
        display.say(f"directions by {ways.method}{why}")
        write_sheet(samples, output, options["force"], display)


@click.command()
@click.argument("picture", type=click.Path(path_type=Path))
@click.argument("source", metavar="RUN|MODEL")
@click.option(
    "--class", "label", metavar="NAME", help="Class that the picture is of.  [default: any]"
)
@settings_options(ProjectSettings)
@click.option("--force", is_flag=True, help="Replace what is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON, with all losses.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
@output_option(
    "projection.png",
    "Where to write PICTURE and what is made of it; its style goes beside, as .npy.",
)
def project(
    picture: Path, source: str, label: str | None, output: Path, force: bool, **options: Any
) -> None:
    """Find the style whose picture is nearest to PICTURE. Ctrl-C ends the search with what was found.

    For example: zeuxis gan project face.jpg my-photos -o projection.png
    """
    import io
    import json

    import numpy as np

    from zeuxis.models.files import check_writable, writing

    settings, style = settings_from(options, ProjectSettings), output.with_suffix(".npy")
    check(output, force)
    check_writable(style, force, style.suffix)
    with Display(options["quiet"]) as display:
        search = with_torch("zeuxis.gan.projection", "project")
        display.show(lambda: "looking among samples for where to start")
        left = countdown()

        def progress(step: int, steps: int, loss: float) -> None:
            nonlocal left
            if step == 1:
                left = countdown()  # finding where to start took longer than a step
                return
            where = f"step {step}/{steps}  loss {loss:.4g}"
            display.show(lambda: f"{left(step - 1, steps - 1)}  {where}")

        found = search(picture, source, settings, label=label, progress=progress)
        write_sheet(found.samples, output, force, display)
        content = io.BytesIO()
        np.save(content, found.style)
        with writing(style) as file:
            file.write(content.getvalue())
        display.say(f"{style} has the style; loss {found.loss:.4g}")
    if options["as_json"]:
        where = {"picture": str(picture), "output": str(output), "style": str(style)}
        click.echo(json.dumps(where | found.report()))
    if found.interrupted:
        click.get_current_context().exit(INTERRUPTED)


@click.command()
@click.argument("source", metavar="RUN|MODEL")
@click.option(
    "--half", is_flag=True, help="Write a model file in half precision, which takes half the space."
)
@click.option("--force", is_flag=True, help="Replace what is there already.")
@output_option(
    "generator.onnx", "Where to write: *.onnx for other programs, *.safetensors for Zeuxis."
)
def export(source: str, output: Path, half: bool, force: bool) -> None:
    """Make a file of its own of a generator: ONNX, or a model file.

    For example: zeuxis gan export my-photos -o my-photos.onnx
    """
    with_torch("zeuxis.gan.exporting", "export")(source, output, half=half, force=force)
    click.echo(output)
