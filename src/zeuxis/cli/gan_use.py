"""`zeuxis gan`: what a generator is good for once it is trained."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display, countdown
from zeuxis.cli.extras import with_torch
from zeuxis.cli.gan_options import numbers, output_option, shared_options
from zeuxis.cli.main import INTERRUPTED

if TYPE_CHECKING:
    from zeuxis.gan import Generator
    from zeuxis.gan.samples import Samples


@click.command()
@shared_options
@click.option("-n", "--count", type=int, default=64, show_default=True, help="Of pictures.")
@click.option("--columns", type=click.IntRange(min=1), help="Pictures of a row of the sheet.")
@output_option("sheet.png", "A picture for a sheet, or a folder for single files.")
def sample(
    source: str,
    count: int,
    seed: int,
    truncation: float,
    label: str | None,
    columns: int | None,
    output: Path,
    force: bool,
    quiet: bool,
) -> None:
    """Make pictures with the generator of RUN, of a model file, or one that comes with Zeuxis.

    For example: zeuxis gan sample my-photos -n 64 --seed 7 --truncation 0.7 -o sheet.png
    """
    from dataclasses import replace

    is_folder = output.is_dir() or output.suffix == ""
    if not is_folder:
        _check(output, force)
    samples = _generator(source).sample(count, seed=seed, truncation_psi=truncation, label=label)
    with Display(quiet) as display:
        if is_folder:
            samples.save_each(output, overwrite=force)
            display.say(f"{output} has {count} pictures")
        else:
            _write(replace(samples, columns=columns or samples.columns), output, force, display)


@click.command()
@shared_options
@click.option(
    "--seeds", type=numbers, default="0,1,2", show_default=True, help="From picture to picture."
)
@click.option("--frames", type=int, help="Pictures in all.  [default: 60 for a GIF, 8 for a strip]")
@click.option("--seconds", type=click.FloatRange(min=0.1), default=4.0, show_default=True)
@click.option(
    "--loop/--no-loop", default=None, help="Whether to end where it began.  [default: a GIF does]"
)
@output_option("interpolation.gif", "*.gif moves; any other picture is a strip.")
def interpolate(source: str, seeds: tuple[int, ...], output: Path, **options: Any) -> None:
    """Go from seed to seed, by pictures in between (White 2016).

    --class takes one name, or one for each seed with commas between them. --seed is added to all seeds.

    For example: zeuxis gan interpolate my-photos --seeds 1,2,3 -o walk.gif
    """
    from zeuxis.gan.interpolation import gif
    from zeuxis.gan.interpolation import interpolate as between
    from zeuxis.gan.samples import Samples
    from zeuxis.models.files import writing

    moves, label, loop = output.suffix.lower() == ".gif", options["label"], options["loop"]
    _check(output, options["force"])
    frames = between(
        _generator(source),
        [options["seed"] + seed for seed in seeds],
        frames=(60 if moves else 8) if options["frames"] is None else options["frames"],
        labels=[each.strip() for each in label.split(",")] if label else (),
        truncation_psi=options["truncation"],
        loop=moves if loop is None else loop,
    )
    with Display(options["quiet"]) as display:
        if not moves:
            _write(Samples(frames, columns=len(frames)), output, options["force"], display)
            return
        with writing(output) as file:
            file.write(gif(frames, options["seconds"]))
        display.say(f"{output} has {len(frames)} pictures in {options['seconds']:g} s")


@click.command()
@shared_options
@click.option(
    "--plus", type=numbers, multiple=True, required=True, metavar="I,J,...", help="May be repeated."
)
@click.option("--minus", type=numbers, multiple=True, metavar="I,J,...", help="May be repeated.")
@output_option("arithmetic.png", "The sheet.")
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

    _check(output, options["force"])
    found = summed(_generator(source), plus, minus, **_job(options))
    with Display(options["quiet"]) as display:
        _write(found.sheet, output, options["force"], display)


@click.command()
@shared_options
@click.option("-n", "--count", type=int, default=5, show_default=True, help="Of directions.")
@click.option("--steps", type=int, default=7, show_default=True, help="Pictures along each.")
@click.option(
    "--reach",
    type=click.FloatRange(min=0),
    default=3.0,
    show_default=True,
    help="Of the ends, in standard deviations.",
)
@click.option(
    "--method",
    type=click.Choice(["auto", "weights", "styles"]),
    default="auto",
    show_default=True,
    help="By the first weights (Shen & Zhou 2021), or the spread of styles (Harkonen et al. 2020).",
)
@output_option("directions.png", "The sheet.")
def directions(
    source: str, count: int, steps: int, reach: float, method: str, output: Path, **options: Any
) -> None:
    """Find directions along which pictures vary most, and show what lies along each, a row for each.

    For example: zeuxis gan directions my-photos -n 5 -o directions.png
    """
    from zeuxis.gan.directions import directions as found
    from zeuxis.gan.directions import walked

    _check(output, options["force"])
    generator = _generator(source)
    along = found(generator, count, method=method, label=options["label"])
    samples = walked(generator, along, steps=steps, reach=reach, **_job(options))
    with Display(options["quiet"]) as display:
        _write(samples, output, options["force"], display)


def _generator(source: str) -> "Generator":
    from zeuxis.gan import Generator

    return Generator.load(source)


def _job(options: dict[str, Any]) -> dict[str, Any]:
    """The shared options as the arguments that functions call by those names."""
    return {
        "seed": options["seed"],
        "label": options["label"],
        "truncation_psi": options["truncation"],
    }


def _check(output: Path, force: bool) -> None:
    from zeuxis.images.batch import check_output

    check_output(output, force)


def _write(samples: "Samples", output: Path, force: bool, display: Display) -> None:
    samples.save(output, overwrite=force)
    height, width = samples.array.shape[1:3]
    display.say(f"{output} has {len(samples)} pictures of {width}x{height}")


@click.command()
@click.argument("picture", type=click.Path(path_type=Path))
@click.argument("source", metavar="RUN|MODEL")
@click.option("--class", "label", metavar="NAME", help="Of the picture.  [default: any]")
@click.option("--steps", type=click.IntRange(min=1), default=200, show_default=True)
@click.option("--starts", type=click.IntRange(min=1), default=4, show_default=True)
@click.option("--force", is_flag=True, help="Replace what is there already.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
@output_option("projection.png", "PICTURE, and what is made of it; its style goes beside, as .npy.")
def project(
    picture: Path, source: str, output: Path, force: bool, quiet: bool, **options: Any
) -> None:
    """Find the style whose picture is nearest to PICTURE. Ctrl-C ends the search with what was found.

    For example: zeuxis gan project face.jpg my-photos -o projection.png
    """
    import io

    import numpy as np

    from zeuxis.models.files import check_writable, writing

    style = output.with_suffix(".npy")
    _check(output, force)
    check_writable(style, force, style.suffix)
    search = with_torch("zeuxis.gan.projection", "project")
    with Display(quiet) as display:
        left = countdown()

        def progress(step: int, steps: int, loss: float) -> None:
            display.show(lambda: f"{left(step, steps)}  step {step}/{steps}  loss {loss:.4g}")

        found = search(picture, source, progress=progress, **options)
        _write(found.samples, output, force, display)
        content = io.BytesIO()
        np.save(content, found.style)
        with writing(style) as file:
            file.write(content.getvalue())
        display.say(f"{style} has the style; loss {found.loss:.4g}")
    if found.interrupted:
        click.get_current_context().exit(INTERRUPTED)


@click.command()
@click.argument("source", metavar="RUN|MODEL")
@click.option("--half", is_flag=True, help="Of a model file: half precision, in half the space.")
@click.option("--force", is_flag=True, help="Replace what is there already.")
@output_option("generator.onnx", "*.onnx for other programs, *.safetensors for Zeuxis.")
def export(source: str, output: Path, half: bool, force: bool) -> None:
    """Make a file of its own of a generator: ONNX, or a model file.

    For example: zeuxis gan export my-photos -o my-photos.onnx
    """
    with_torch("zeuxis.gan.exporting", "export")(source, output, half=half, force=force)
    click.echo(output)
