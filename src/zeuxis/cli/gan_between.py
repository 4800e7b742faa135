"""`zeuxis gan interpolate` and `blend`: pictures between others."""

from pathlib import Path
from typing import Any

import click

from zeuxis.cli.display import Display
from zeuxis.cli.gan_options import (
    check,
    classes,
    counted,
    generator_of,
    numbers,
    output_option,
    shared_options,
    weights,
    write_sheet,
)


@click.command()
@shared_options
@click.option(
    "--seeds",
    type=numbers,
    default="0,1,2",
    show_default=True,
    help="Seeds of the pictures to go through.",
)
@click.option(
    "--frames",
    type=int,
    help="How many pictures in all, 2 to 10,000.  [default: 60 for a film, 8 for a strip]",
)
@click.option(
    "--seconds",
    type=float,
    default=4.0,
    show_default=True,
    help="How long a film takes, 0.1 to 600.",
)
@click.option(
    "--loop/--no-loop", default=None, help="Whether to end where it began.  [default: a film does]"
)
@output_option(
    "interpolation.gif", "Where to write: *.gif and *.webp are films; any other picture is a strip."
)
def interpolate(source: str, seeds: tuple[int, ...], output: Path, **options: Any) -> None:
    """Go from seed to seed, by pictures in between (White 2016).

    --class takes one name, or one for each seed with commas between them. --seed is added to all seeds.

    For example: zeuxis gan interpolate my-photos --seeds 1,2,3 -o walk.gif
    """
    from zeuxis.gan.interpolation import FILMS, check_film, film
    from zeuxis.gan.interpolation import interpolate as between
    from zeuxis.gan.samples import Samples
    from zeuxis.gan.sheets import check_sheet
    from zeuxis.models.files import writing

    format, seconds = FILMS.get(output.suffix.lower()), options["seconds"]
    loop = options["loop"]
    count = (60 if format else 8) if options["frames"] is None else options["frames"]
    check(output, options["force"])
    generator = generator_of(source)
    if format is None:
        check_sheet(count, *generator.size[:2])
    else:
        check_film(seconds, format)
    with Display(options["quiet"]) as display:
        frames = between(
            generator,
            [options["seed"] + seed for seed in seeds],
            frames=count,
            labels=classes(options["label"]),
            truncation_psi=options["truncation"],
            loop=format is not None if loop is None else loop,
            progress=counted(display),
        )
        if format is None:
            write_sheet(Samples(frames, columns=count), output, options["force"], display)
            return
        with writing(output) as file:
            file.write(film(frames, seconds, format))
        display.say(f"{output} has {count} pictures in {seconds:g} s")


@click.command()
@shared_options
@click.option(
    "--seeds",
    type=numbers,
    default="0,1",
    show_default=True,
    help="Seeds of the pictures to blend.",
)
@click.option(
    "--weights",
    "shares",
    type=weights,
    default="",
    metavar="W,...",
    help="How near it is to each, a number a seed.  [default: all alike]",
)
@output_option("blend.png", "Where to write the picture.")
def blend(
    source: str, seeds: tuple[int, ...], shares: tuple[float, ...], output: Path, **options: Any
) -> None:
    """Make the one picture that lies between those of some seeds.

    --class takes one name, or one for each seed with commas between them. --seed is added to all seeds.

    For example: zeuxis gan blend fashion --seeds 3,7 --weights 1,2 --class sneaker,bag -o between.png
    """
    from zeuxis.gan.interpolation import blend as blended
    from zeuxis.gan.samples import Samples

    check(output, options["force"])
    picture = blended(
        generator_of(source),
        [options["seed"] + seed for seed in seeds],
        shares,
        labels=classes(options["label"]),
        truncation_psi=options["truncation"],
    )
    with Display(options["quiet"]) as display:
        write_sheet(Samples(picture[None]), output, options["force"], display)
