"""`zeuxis evaluate gan`: what a generator makes beside real pictures."""

from pathlib import Path
from typing import Any

import click

from zeuxis.cli.display import Display
from zeuxis.cli.evaluate_sets import shared_options, tell, watching
from zeuxis.cli.extras import with_torch
from zeuxis.cli.options import settings_from, settings_options
from zeuxis.gan.judging.settings import JudgeSettings


@click.command()
@click.argument("source", metavar="RUN|MODEL")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    metavar="D",
    help="Real pictures, as zeuxis gan train takes them.",
)
@settings_options(JudgeSettings)
@shared_options
def gan(
    source: str,
    data: Path,
    json_wanted: bool,
    report: Path | None,
    force: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Measure what the generator of RUN, of a model file, or one that comes with Zeuxis makes.

    D is brought to its size and colours. Of a generator that knows the classes of D as many pictures of each
    are made as D has, and each class is measured by itself, too.

    For example: zeuxis evaluate gan my-photos --data photos/ --report report.html
    """
    settings = settings_from(options, JudgeSettings)
    judge = with_torch("zeuxis.gan.judging.judge", "judge")
    with Display(quiet) as display:
        found = judge(
            source, data, settings, report=report, overwrite=force, progress=watching(display)
        )
        about = {"run": source, "data": str(data)}
        display.clear()
        heading = f"made: {found.made}\nreal: {found.real}"
        tell(found.evaluation, about | found.plain(), heading, json_wanted)
        if report is not None:
            display.say(f"{report} shows them")
