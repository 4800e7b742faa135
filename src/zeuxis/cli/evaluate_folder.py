"""`zeuxis evaluate folder`: pictures of one folder beside those of another."""

from pathlib import Path
from typing import Any

import click

from zeuxis.cli.display import Display
from zeuxis.cli.evaluate_sets import shared_options, tell, watching
from zeuxis.cli.extras import with_torch
from zeuxis.cli.options import settings_from, settings_options
from zeuxis.metrics.settings import EvaluateSettings


@click.command()
@click.argument("made", metavar="A", type=click.Path(path_type=Path))
@click.option(
    "--against",
    "real",
    required=True,
    type=click.Path(path_type=Path),
    metavar="B",
    help="The folder of real pictures.",
)
@settings_options(EvaluateSettings)
@shared_options
def folder(
    made: Path,
    real: Path,
    json_wanted: bool,
    report: Path | None,
    force: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Measure the pictures in folder A against the real ones in folder B.

    All are brought to the size of the first in A. What was seen of B is kept: it is looked at once.

    For example: zeuxis evaluate folder made/ --against photos/ --report report.html
    """
    settings = settings_from(options, EvaluateSettings)
    evaluate = with_torch("zeuxis.metrics.folders", "evaluate_folder")
    device = with_torch("zeuxis.training.precision", "device_for")("auto")
    with Display(quiet) as display:
        found = evaluate(
            made,
            real,
            settings,
            report=report,
            overwrite=force,
            device=str(device),
            progress=watching(display),
        )
        about = {"made_folder": str(made), "real_folder": str(real)}
        display.clear()
        heading = f"{made}, {found.made:,} pictures, beside {real}, {found.real:,} pictures"
        tell(found, about | found.plain(), heading, json_wanted)
        if report is not None:
            display.say(f"{report} shows them")
