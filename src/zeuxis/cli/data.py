"""`zeuxis data`: what a collection of pictures holds, before one trains on it."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zeuxis.cli.display import Display, countdown
from zeuxis.cli.main import LazyGroup
from zeuxis.errors import ZeuxisError

if TYPE_CHECKING:
    from zeuxis.data import Inspection
    from zeuxis.images import Picture

_MOST = 5  # that are named one by one
_MOST_CLASSES = 20
_COLUMN = 11  # characters


@click.group(cls=LazyGroup)
def data() -> None:
    """Pictures to train on: see what there is."""


@data.command("inspect")
@click.argument("source", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option(
    "--split",
    type=click.Choice(["train", "test"]),
    default="train",
    show_default=True,
    help="Of data that comes in these parts.",
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write a picture of some of them.",
)
@click.option("--force", is_flag=True, help="Replace what is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def inspect_command(
    source: Path, split: str, sheet: Path | None, force: bool, as_json: bool, quiet: bool
) -> None:
    """Look at every picture in FOLDER: sizes, colours, classes, duplicates, broken files.

    FOLDER may also be a .zip, .npy, .npz or .tar, or IDX files as those of MNIST.

    For example: zeuxis data inspect photos/ --sheet sheet.png
    """
    from zeuxis.data import inspect
    from zeuxis.images.batch import check_output

    if sheet is not None:
        check_output(sheet, force)
    with Display(quiet) as display:
        left = countdown()

        def show(done: int, total: int) -> None:
            display.show(lambda: f"{left(done, total)}  {done:,} of {total:,} pictures")

        found = inspect(source, split=split, progress=show)
    click.echo(json.dumps(found.report(), indent=2) if as_json else "\n".join(_lines(found)))
    if sheet is not None:
        _write(found.sheet, sheet, force)
        display.say(f"wrote {sheet}")


def _write(picture: "Picture | None", sheet: Path, force: bool) -> None:
    from zeuxis.images import write

    if picture is None:
        raise ZeuxisError(f"there is no picture to show on {sheet}: none can be read")
    write(picture, sheet, overwrite=force)


def _lines(found: "Inspection") -> Iterator[str]:
    """What was found, for a person."""
    yield f"{found.path}: {found.kind}, {found.count:,} pictures, {found.bytes / 1e6:,.1f} MB"
    if found.count:
        yield _line("sizes", _sizes(found))
        yield _line("colours", _counts(found.modes))
    if found.formats:
        yield _line("formats", _counts(found.formats))
    if found.classes:
        outside = f"; {found.classless:,} in none" if found.classless else ""
        yield _line("classes", _counts(found.classes) + outside)
    yield _line("twice", _groups(found.duplicates, found.path))
    alike = _groups(found.near_duplicates, found.path) if found.compared else "too many to compare"
    yield _line("alike", alike)
    yield _line("broken", f"{len(found.broken):,}" if found.broken else "none")
    yield from _some([f"    {sentence}" for sentence in found.broken.values()])
    if found.suggested is not None:
        best = found.suggested
        colors = "grey" if best.channels == 1 else "RGB"
        yield _line("train at", f"{best.width}x{best.height} {colors}: {best.why}")
    if found.note:
        yield _line("note", found.note)


def _line(what: str, text: str) -> str:
    return f"  {what:<{_COLUMN}}{text}"


def _sizes(found: "Inspection") -> str:
    smallest, median, largest = (
        f"{width}x{height}" for width, height in (found.smallest, found.median, found.largest)
    )
    if smallest == largest:
        return f"all {smallest}"
    return f"from {smallest} to {largest}, median {median}"


def _counts(counts: dict[str, int]) -> str:
    shown = list(counts.items())[:_MOST_CLASSES]
    more = f", and {len(counts) - len(shown)} more" if len(counts) > len(shown) else ""
    return ", ".join(f"{name} {count:,}" for name, count in shown) + more


def _groups(groups: list[list[str]], path: str) -> str:
    if not groups:
        return "none"
    spare = sum(len(group) - 1 for group in groups)
    short = [[name.removeprefix(path).lstrip("/ ") for name in group] for group in groups]
    lines = _some([f"    {' = '.join(_some(group, '...'))}" for group in short])
    where = "one group" if len(groups) == 1 else f"{len(groups):,} groups"
    return "\n".join([f"{spare:,} too many, in {where}", *lines])


def _some(lines: Sequence[str], more: str | None = None) -> list[str]:
    """The first few, and how many more there are."""
    rest = len(lines) - _MOST
    if rest <= 0:
        return list(lines)
    return [*lines[:_MOST], more or f"    and {rest:,} more: --json names them all"]
