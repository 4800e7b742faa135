"""What the commands that judge pictures in pairs share: going through them, and telling of it."""

import json
import math
import os
import shlex
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from zeuxis.cli.display import Display, countdown
from zeuxis.cli.files import SOME_FAILED
from zeuxis.cli.main import INTERRUPTED
from zeuxis.cli.tables import print_table
from zeuxis.errors import ZeuxisError

if TYPE_CHECKING:
    from zeuxis.metrics.matching import Matches

Command = TypeVar("Command", bound=Callable[..., Any])
Numbers = Mapping[str, float | None]

PLACE = click.Path(path_type=Path)
_NAMED = 5  # that are named one by one
_TELLING = ("report", "force", "json_wanted", "quiet")


@dataclass(frozen=True)
class Column:
    """How one of the numbers is shown: its name, its heading, digits behind the point."""

    name: str
    title: str
    digits: int


@dataclass(frozen=True)
class Row:
    """What was said of a pair.

    Attributes:
        files: by what they are.
        numbers: by their names.
        notes: what goes with them and has no mean, by headings.
    """

    files: Mapping[str, str]
    numbers: Numbers
    notes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """What was said of all pairs.

    Attributes:
        rows: of those that could be judged.
        wanted: how many pairs there are.
        failures: complaints about others.
        alone: files that have no partner, a sentence; empty if there are none.
        interrupted: whether somebody stopped it.
    """

    rows: tuple[Row, ...]
    wanted: int
    failures: tuple[str, ...] = ()
    alone: str = ""
    interrupted: bool = False

    @property
    def status(self) -> int:
        """The command's exit status."""
        if self.interrupted:
            return INTERRUPTED
        return SOME_FAILED if self.failures else 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why this is not all there is, in sentences."""
        said = []
        if self.interrupted:
            said.append(f"interrupted: this is of {len(self.rows)} of {self.wanted} pictures")
        if self.failures:
            count = f"{len(self.failures)} of {self.wanted} pictures could not be judged"
            said.append(f"{count}, the first: {self.failures[0]}")
        return (*said, self.alone) if self.alone else tuple(said)


def judge_all(matches: "Matches", judge: Callable[[Path, Path], Row], display: Display) -> Judged:
    """Judge every pair; of several one may fail and the others not, and Ctrl-C keeps what is done.

    Raises:
        ZeuxisError: the only pair cannot be judged.
    """
    rows: list[Row] = []
    failures: list[str] = []
    total = len(matches.pairs)
    left = countdown()
    for number, pair in enumerate(matches.pairs, start=1):
        try:
            rows.append(judge(*pair))
        except ZeuxisError as error:
            if total == 1:
                raise
            display.clear()
            click.echo(f"zeuxis: {error}", err=True)
            failures.append(str(error))
        except KeyboardInterrupt:
            found = Judged(tuple(rows), total, tuple(failures), interrupted=True)
            display.say(found.warnings[0])
            return found
        if number < total:
            display.show(partial(_progress, left, number, total))
    alone = _alone(matches)
    if alone:
        display.say(alone)
    return Judged(tuple(rows), total, tuple(failures), alone)


def report_option(command: Command) -> Command:
    """A decorator: where a page goes."""
    return click.option(
        "--report",
        type=PLACE,
        metavar="FILE.html",
        help="A page with pictures and all the numbers, in one file.",
    )(command)


def given(ctx: click.Context) -> str:
    """The command that was given, less what tells only how it is to be told."""
    words = ["zeuxis", *ctx.command_path.split()[1:]]
    for param in ctx.command.params:
        name = str(param.name)
        said = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if not said or name in _TELLING:
            continue
        value = ctx.params[name]
        words += [] if isinstance(param, click.Argument) else [param.opts[0]]
        words += [] if value is True else [str(value)]
    return shlex.join(words)


def means(rows: Sequence[Row]) -> dict[str, float | None]:
    """The mean of each number over the rows that have it."""
    names = rows[0].numbers if rows else ()
    found = {name: [v for row in rows if (v := row.numbers[name]) is not None] for name in names}
    return {name: statistics.fmean(values) if values else None for name, values in found.items()}


def as_json(judged: Judged, **more: Any) -> str:
    """Everything as JSON; null stands for what is not known, and for the infinite PSNR of equals."""
    pictures = [{**row.files, **_finite(row.numbers), **row.notes} for row in judged.rows]
    whole = {"wanted": judged.wanted, "interrupted": judged.interrupted}
    mean = _finite(means(judged.rows))
    return json.dumps({**more, **whole, "pictures": pictures, "mean": mean}, indent=2)


def print_rows(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """A line a pair, one at least, files without the folder that all lie in, and the means of several."""
    from rich.table import Table

    table = Table(box=None)
    for what in rows[0].files:
        table.add_column(what, overflow="fold")
    for title in (*(column.title for column in columns), *rows[0].notes):
        table.add_column(title, justify="right", no_wrap=True)
    for row, files in zip(rows, short_names(rows), strict=True):
        table.add_row(*files, *_cells(row.numbers, columns), *map(str, row.notes.values()))
    if len(rows) > 1:
        others = [""] * (len(rows[0].files) - 1)
        table.add_row("mean", *others, *_cells(means(rows), columns), style="bold")
    print_table(table)


def short_names(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """The files of each row, without the folder that all of a kind lie in."""
    kinds = zip(*(row.files.values() for row in rows), strict=True)
    return list(zip(*(_within(files) for files in kinds), strict=True))


def _within(files: Sequence[str]) -> list[str]:
    folder = os.path.commonpath([Path(file).parent for file in files])
    return [str(Path(file).relative_to(folder)) for file in files]


def _progress(left: Callable[[int, int], str], done: int, total: int) -> str:
    return f"{left(done, total)}  {done:,} of {total:,} pictures"


def _cells(numbers: Numbers, columns: Sequence[Column]) -> list[str]:
    values = ((numbers[column.name], column.digits) for column in columns)
    return ["-" if value is None else f"{value:.{digits}f}" for value, digits in values]


def _finite(numbers: Numbers) -> dict[str, float | None]:
    return {
        name: value if value is not None and math.isfinite(value) else None
        for name, value in numbers.items()
    }


def _alone(matches: "Matches") -> str:
    if not matches.alone:
        return ""
    some = ", ".join(str(path) for path in matches.alone[:_NAMED])
    more = f" and {len(matches.alone) - _NAMED} more" if len(matches.alone) > _NAMED else ""
    return f"left out, for there is no other of its name: {some}{more}"
