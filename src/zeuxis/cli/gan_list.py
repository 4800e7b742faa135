"""`zeuxis gan list`: the generators that come along."""

import json
from typing import Any

import click


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(as_json: bool) -> None:
    """Show the generators that come with Zeuxis, for the commands that take RUN|MODEL.

    For example: zeuxis gan list, and then zeuxis gan sample fashion --class bag
    """
    from zeuxis.gan import Generator
    from zeuxis.gan.finding import shipped

    found = [_told(Generator.load(name)) for name in shipped()]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    from rich.table import Table

    from zeuxis.cli.tables import print_table

    table = Table("name", "pictures", "classes", "learned from", box=None)
    for told in found:
        kind = "grey" if told["channels"] == 1 else "RGB"
        size = f"{told['width']}x{told['height']} {kind}"
        table.add_row(told["name"], size, ", ".join(told["classes"]), told["data"])
    print_table(table)


def _told(generator: Any) -> dict[str, Any]:
    height, width, channels = generator.size
    shape = {"width": width, "height": height, "channels": channels}
    about = {"classes": list(generator.classes), "data": generator.card.data}
    return {"name": generator.name} | shape | about
