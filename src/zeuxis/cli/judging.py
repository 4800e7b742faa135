"""What the commands that judge pictures in pairs share: going through them, and telling of it."""

import json
import math
import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display, countdown
from zeuxis.cli.files import SOME_FAILED
from zeuxis.cli.main import INTERRUPTED
from zeuxis.cli.tables import print_table
from zeuxis.errors import ZeuxisError

if TYPE_CHECKING:
    from zeuxis.metrics.matching import Matches

Numbers = Mapping[str, float | None]

PLACE = click.Path(path_type=Path)
_NAMED = 5  # that are named one by one


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


def judge_all(
    matches: "Matches", judge: Callable[[Path, Path], Row], display: Display
) -> tuple[list[Row], int]:
    """Judge every pair; of several one may fail and the others not, and Ctrl-C keeps what is done.

    Returns:
        What was said, and the command's exit status.

    Raises:
        ZeuxisError: the only pair cannot be judged.
    """
    rows: list[Row] = []
    status, total = 0, len(matches.pairs)
    left = countdown()
    for number, pair in enumerate(matches.pairs, start=1):
        try:
            rows.append(judge(*pair))
        except ZeuxisError as error:
            if total == 1:
                raise
            display.clear()
            click.echo(f"zeuxis: {error}", err=True)
            status = SOME_FAILED
        except KeyboardInterrupt:
            display.say(f"interrupted: this is of {len(rows)} of {total} pictures")
            return rows, INTERRUPTED
        if number < total:
            display.show(partial(_progress, left, number, total))
    _tell_alone(matches, display)
    return rows, status


def means(rows: Sequence[Row]) -> dict[str, float | None]:
    """The mean of each number over the rows that have it."""
    names = rows[0].numbers if rows else ()
    found = {name: [v for row in rows if (v := row.numbers[name]) is not None] for name in names}
    return {name: statistics.fmean(values) if values else None for name, values in found.items()}


def as_json(rows: Sequence[Row], **more: Any) -> str:
    """Everything as JSON; null stands for what is not known, and for the infinite PSNR of equals."""
    pictures = [{**row.files, **_finite(row.numbers), **row.notes} for row in rows]
    return json.dumps({**more, "pictures": pictures, "mean": _finite(means(rows))}, indent=2)


def print_rows(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """A line a pair, one at least, files without the folder that all lie in, and the means of several."""
    from rich.table import Table

    table = Table(box=None)
    for what in rows[0].files:
        table.add_column(what, overflow="fold")
    for title in (*(column.title for column in columns), *rows[0].notes):
        table.add_column(title, justify="right", no_wrap=True)
    names = [_within(files) for files in zip(*(row.files.values() for row in rows), strict=True)]
    for row, files in zip(rows, zip(*names, strict=True), strict=True):
        table.add_row(*files, *_cells(row.numbers, columns), *map(str, row.notes.values()))
    if len(rows) > 1:
        others = [""] * (len(rows[0].files) - 1)
        table.add_row("mean", *others, *_cells(means(rows), columns), style="bold")
    print_table(table)


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


def _tell_alone(matches: "Matches", display: Display) -> None:
    if not matches.alone:
        return
    some = ", ".join(str(path) for path in matches.alone[:_NAMED])
    more = f" and {len(matches.alone) - _NAMED} more" if len(matches.alone) > _NAMED else ""
    display.say(f"left out, for there is no other of its name: {some}{more}")
