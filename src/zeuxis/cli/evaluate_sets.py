"""What the commands that measure a set of pictures against real ones share: their options, and telling."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from zeuxis.cli.display import Display, clock
from zeuxis.cli.judging import report_option
from zeuxis.cli.options import all_of
from zeuxis.cli.tables import print_table
from zeuxis.metrics.telling import between, meaning, number

if TYPE_CHECKING:
    from zeuxis.metrics.sets import Evaluation

Command = TypeVar("Command", bound=Callable[..., Any])

KNOWN_FROM = 1.0  # seconds that tell how long the rest will take

_SHARED = (
    click.option("--json", "json_wanted", is_flag=True, help="Print JSON."),
    report_option,
    click.option("--force", is_flag=True, help="Replace the report that is there already."),
    click.option("--quiet", is_flag=True, help="Show no progress."),
)


def shared_options(command: Command) -> Command:
    """A decorator: how it is told what was found."""
    return all_of(_SHARED)(command)


def watching(display: Display) -> Callable[[str, int, int | None], None]:
    """What shows on a display what is being done, and how long it takes.

    When it is first told of something, some of that is done already, and nobody knows since when: the time
    left goes by what is done from then on. What cannot be counted is shown on a terminal only.
    """
    doing, began, before = "", 0.0, 0

    def show(what: str, done: int, of: int | None) -> None:
        nonlocal doing, began, before
        if what != doing:
            doing, began, before = what, time.monotonic(), done
        if of is not None:
            left = _left(time.monotonic() - began, done - before, of - done)
            display.show(lambda: f"{left}{done:,} of {of:,} {what}")
        elif done:
            display.show(lambda: f"{done:,} {what}")
        elif sys.stderr.isatty():
            display.show(lambda: f"being {what}")

    return show


def _left(seconds: float, done: int, more: int) -> str:
    """How long more takes, if so much was done in so many seconds: `0:12 left  `; empty if nobody knows."""
    return f"{clock(seconds * more / done)} left  " if done and seconds >= KNOWN_FROM else ""


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
    _print_numbers(evaluation)
    for warning in evaluation.warnings:
        click.echo(f"note: {warning}")


def _print_numbers(evaluation: "Evaluation") -> None:
    from rich.table import Table

    table = Table(box=None)
    for title in ("metric", "value", "95% interval", "better"):
        table.add_column(title, justify="right" if title == "value" else "left", overflow="fold")
    for name, value in evaluation.values.items():
        about = meaning(name)
        table.add_row(about.title, number(value.value), between(value), about.better)
    for name, value in evaluation.per_class.items():
        table.add_row(f"FID of {name}", number(value.value), between(value), "lower")
    print_table(table)
    click.echo()
