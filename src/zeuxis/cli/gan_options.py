"""What the commands that use a generator share: whose pictures, which ones, and where they go."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from zeuxis.cli.display import Display, countdown
from zeuxis.cli.options import Number, all_of

if TYPE_CHECKING:
    from zeuxis.gan import Generator
    from zeuxis.gan.samples import Samples

Command = TypeVar("Command", bound=Callable[..., Any])
Kind = TypeVar("Kind", int, float)


def numbers(text: str) -> tuple[int, ...]:
    """Whole numbers from text: `3,8,12`."""
    return _separated(text, int, "whole numbers")


def weights(text: str) -> tuple[float, ...]:
    """Numbers from text: `1,0.5`."""
    return _separated(text, float, "numbers")


def _separated(text: str, kind: Callable[[str], Kind], what: str) -> tuple[Kind, ...]:
    try:
        return tuple(kind(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not {what} with commas between them") from error


def classes(text: str | None) -> list[str]:
    """Names of classes from text: `shoe,bag`."""
    return [each.strip() for each in text.split(",")] if text else []


_SHARED = (
    click.argument("source", metavar="RUN|MODEL"),
    click.option(
        "--seed",
        type=Number(int, 0),
        default=0,
        show_default=True,
        help="Where randomness starts from: the same seed gives the same pictures.",
    ),
    click.option(
        "--truncation",
        type=Number(float, 0, 1),
        default=1.0,
        show_default=True,
        help="How varied pictures are: from 1, all that was learned, to 0, only the mean picture.",
    ),
    click.option(
        "--class",
        "label",
        metavar="NAME",
        help="Class to make pictures of.  [default: all in turn]",
    ),
    click.option("--force", is_flag=True, help="Replace what is there already."),
    click.option("--quiet", is_flag=True, help="Say nothing but what went wrong."),
)


def shared_options(command: Command) -> Command:
    """A decorator: whose pictures, from what seed, how truncated, of which class."""
    return all_of(_SHARED)(command)


def output_option(default: str, help: str) -> Callable[[Command], Command]:
    """A decorator: where to write."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        default=default,
        show_default=True,
        metavar="OUT",
        help=help,
    )


def generator_of(source: str) -> "Generator":
    """The generator of a run, a model file or a name."""
    from zeuxis.gan import Generator

    return Generator.load(source)


def job_of(options: dict[str, Any]) -> dict[str, Any]:
    """The shared options as the arguments that functions call by those names."""
    return {
        "seed": options["seed"],
        "label": options["label"],
        "truncation_psi": options["truncation"],
    }


def check(output: Path, force: bool) -> None:
    """Refuse what cannot be written before there is anything to write."""
    from zeuxis.images.batch import check_output

    check_output(output, force)


def counted(display: Display) -> Callable[[int, int], None]:
    """What shows on a display how many pictures are made."""
    left = countdown()
    return lambda done, of: display.show(lambda: f"{left(done, of)}  {done:,} of {of:,} pictures")


def write_sheet(samples: "Samples", output: Path, force: bool, display: Display) -> None:
    """Write a sheet, and say so."""
    samples.save(output, overwrite=force)
    height, width = samples.array.shape[1:3]
    what = "a picture" if len(samples) == 1 else f"{len(samples)} pictures"
    display.say(f"{output} has {what} of {width}x{height}")


def preparing_on(display: Display) -> Callable[[int, int], None]:
    """What shows on a display how many pictures are prepared."""
    return lambda done, count: display.show(lambda: f"preparing pictures: {done:,} of {count:,}")
