"""`zeuxis styles`: which styles there are, and what they make of a photo."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zeuxis.cli.options import MAX_MEGAPIXELS
from zeuxis.cli.tables import print_table
from zeuxis.errors import ZeuxisError

if TYPE_CHECKING:
    from zeuxis.style import Style


@click.command()
@click.argument("model", required=False, type=click.Path(path_type=Path))
@click.option("--sheet", metavar="PHOTO", help="Paint a sheet of this photo in all styles.")
@click.option("-o", "--output", metavar="OUT", help="Where to write the sheet.")
@click.option("--force", is_flag=True, help="Replace what is there already.")
@MAX_MEGAPIXELS
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def styles(
    model: Path | None,
    sheet: str | None,
    output: str | None,
    force: bool,
    max_megapixels: float,
    as_json: bool,
) -> None:
    """Show the styles that come with Zeuxis, or those of MODEL, a model file of your own.

    For example: zeuxis styles --sheet photo.jpg -o sheet.jpg
    """
    from zeuxis.style.gallery import shipped, styles_of

    known = shipped() if model is None else styles_of(model)
    if sheet is not None:
        _paint_sheet(sheet, known, output, force, max_megapixels)
    elif output is not None:
        raise ZeuxisError("there is nothing to write: say of which photo, with --sheet PHOTO")
    elif as_json:
        click.echo(json.dumps([style.told() for style in known], indent=2))
    else:
        _show(known)


def _show(known: "list[Style]") -> None:
    from rich.table import Table

    table = Table("name", "title", "painter", "year", box=None)
    for style in known:
        table.add_row(*style.told().values())
    print_table(table)


def _paint_sheet(
    photo: str, known: "list[Style]", output: str | None, force: bool, max_megapixels: float
) -> None:
    from zeuxis.cli.display import Display
    from zeuxis.images import write
    from zeuxis.images.batch import check_output
    from zeuxis.style.sheet import sheet_of

    out = Path(output or f"{Path(photo).stem}-styles.jpg")
    check_output(out, force)
    with Display() as display:
        picture = sheet_of(
            photo,
            known,
            lambda done: display.show(lambda: f"{done} of {len(known)} styles"),
            max_megapixels=max_megapixels,
        )
        write(picture, out, overwrite=force)
        display.say(f"painted {out} ({picture.width}x{picture.height})")
