"""What the commands that measure a set of pictures against real ones share: their options, and telling."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from zeuxis.cli.display import Display, countdown
from zeuxis.cli.options import all_of
from zeuxis.metrics.telling import between, meaning, number

if TYPE_CHECKING:
    from zeuxis.metrics.sets import Evaluation

Command = TypeVar("Command", bound=Callable[..., Any])

_SHARED = (
    click.option("--json", "json_wanted", is_flag=True, help="Print JSON."),
    click.option(
        "--report",
        type=click.Path(path_type=Path),
        metavar="FILE.html",
        help="A page with pictures and all the numbers, in one file.",
    ),
    click.option("--force", is_flag=True, help="Replace the report that is there already."),
    click.option("--quiet", is_flag=True, help="Show no progress."),
)


def shared_options(command: Command) -> Command:
    """A decorator: how it is told what was found."""
    return all_of(_SHARED)(command)


def watching(display: Display) -> Callable[[str, int, int | None], None]:
    """What shows on a display what is being done, and how long it takes."""
    doing, left = "", countdown()

    def show(what: str, done: int, of: int | None) -> None:
        nonlocal doing, left
        if what != doing:
            doing, left = what, countdown()
        if of is None:
            display.show(lambda: f"{done:,} {what}" if done else f"being {what}")
        else:
            display.show(lambda: f"{left(done, of)}  {done:,} of {of:,} {what}")

    return show


def tell(
    evaluation: "Evaluation", plain: Mapping[str, Any], heading: str, json_wanted: bool
) -> None:
    """Print what was found.

    Args:
        evaluation: the numbers.
        plain: all that is to be in JSON.
        heading: what was compared with what.
        json_wanted: whether it is to be JSON.
    """
    if json_wanted:
        click.echo(json.dumps(plain, indent=2))
        return
    click.echo(f"{heading}\nnetwork: {evaluation.network}\n")
    _print_table(evaluation)
    for warning in evaluation.warnings:
        click.echo(f"note: {warning}")


def _print_table(evaluation: "Evaluation") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for title in ("metric", "value", "95% interval", "better"):
        table.add_column(title, justify="right" if title == "value" else "left", overflow="fold")
    for name, value in evaluation.values.items():
        about = meaning(name)
        table.add_row(about.title, number(value.value), between(value), about.better)
    for name, value in evaluation.per_class.items():
        table.add_row(f"FID of {name}", number(value.value), between(value), "lower")
    Console(highlight=False, markup=False).print(table)
    click.echo()
