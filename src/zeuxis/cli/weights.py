"""`zeuxis weights`: which weights there are, fetching more, importing one's own."""

import json
from pathlib import Path

import click

from zeuxis.cli.main import LazyGroup
from zeuxis.perception import sources


@click.group(cls=LazyGroup)
def weights() -> None:
    """The networks that see: list, fetch and import their weights."""


@weights.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, sizes in bytes.")
def list_command(as_json: bool) -> None:
    """Show the weights that are here and those that can be fetched."""
    rows = sources.available()
    if as_json:
        keys = ("name", "kind", "where", "size", "licence")
        click.echo(json.dumps([{key: getattr(row, key) for key in keys} for row in rows], indent=2))
        return
    from rich.table import Table

    from zeuxis.cli.tables import print_table

    table = Table("name", "network", "where", box=None)
    table.add_column("size", justify="right")
    table.add_column("licence", overflow="fold")
    for row in rows:
        table.add_row(row.name, row.kind, row.where, f"{row.size / 1e6:.0f} MB", row.licence)
    print_table(table)


@weights.command("fetch")
@click.argument("name")
def fetch_command(name: str) -> None:
    """Download the weights NAME, convert and keep them.

    If it is interrupted, run it again: it goes on where it stopped.
    """
    click.echo(sources.fetch(name))


@weights.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="What to call the weights.")
@click.option(
    "--input",
    "input_",
    type=click.Choice(list(sources.INPUTS)),
    help="What the network was trained on; need not be said for the published networks.",
)
def import_command(file: Path, name: str | None, input_: str | None) -> None:
    """Convert FILE, a .pth of a VGG or of pytorch-fid's Inception or a weight file of Zeuxis, and keep it.

    Nothing in the file is executed.
    """
    click.echo(sources.import_file(file, name=name, input=input_))
