"""`zeuxis study`: which loss, which network, which regulariser? Many short runs, and a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display, clock
from zeuxis.cli.extras import with_torch
from zeuxis.cli.gan import told
from zeuxis.cli.gan_options import preparing_on
from zeuxis.cli.main import INTERRUPTED
from zeuxis.cli.options import settings_from, settings_options
from zeuxis.cli.tables import print_table
from zeuxis.gan.study.settings import StudySettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zeuxis.gan.study.concluding import Study
    from zeuxis.gan.study.forecasting import Forecast
    from zeuxis.gan.study.run import Standing


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="STUDY",
    help="A folder for the study.",
)
@click.option("--dry-run", is_flag=True, help="Say which runs there would be, and stop.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong; print the table.")
@settings_options(StudySettings)
def study(data: Path, output: Path, dry_run: bool, quiet: bool, **options: Any) -> None:
    """Train every loss with every network and regulariser on DATA, each for as long, and compare them.

    STUDY gets a run a folder, table.md, table.json and sheet.png. Ctrl-C loses nothing: give the same command
    again, and it goes on.

    For example: zeuxis study photos/ --losses non_saturating,hinge --networks dcgan --kimg 100 -o study
    """
    settings = settings_from(options, StudySettings)
    with Display(quiet) as display:
        preparing = preparing_on(display)
        if dry_run:
            forecast = with_torch("zeuxis.gan.study.forecasting", "forecast")
            _foretell(forecast(data, output, settings, preparing=preparing), display)
            return
        make = with_torch("zeuxis.gan.study.run", "study")
        made = make(
            data,
            output,
            settings,
            callback=lambda standing: display.show(lambda: _line(standing)),
            say=display.say,
            preparing=preparing,
        )
        _conclude(made, display)


def _line(standing: "Standing") -> str:
    """Where a study is, in one line."""
    return (
        f"{clock(standing.seconds_left)} left in all  {standing.number}/{standing.count} "
        f"{standing.cell.name}  {told(standing.report)}"
    )


def _foretell(forecasts: "Iterable[Forecast]", display: Display) -> None:
    """Print a line for each run, and how long all of them would take."""
    total, count = 0.0, 0
    for count, each in enumerate(forecasts, start=1):
        total += each.seconds
        display.clear()
        click.echo(
            f"{count:4}  {each.cell.name:44} {each.state:12} {each.seconds_per_step:8.3f} s a step  "
            f"{clock(each.seconds):>8}"
        )
    click.echo(f"{count} runs, about {clock(total)} of training; judging comes on top")


def _conclude(made: "Study", display: Display) -> None:
    """Print the table, and say where everything is."""
    if not made.is_done:
        display.say("stopped: give the same command again, and it goes on")
        click.get_current_context().exit(INTERRUPTED)
    display.clear()
    _print_table(made)
    display.say(
        f"{made.folder / 'sheet.png'} shows what each makes; {made.folder / 'table.md'} is the table"
    )


def _print_table(made: "Study") -> None:
    from rich.table import Table

    from zeuxis.gan.study.table import HEADINGS, NUMBERS

    table = Table(box=None)
    for heading in HEADINGS:
        table.add_column(
            heading,
            justify="right" if heading in NUMBERS else "left",
            no_wrap=heading != HEADINGS[-1],
            overflow="fold",
        )
    for line in made.lines:
        table.add_row(*line.texts)
    print_table(table)
    for note in made.notes:
        click.echo(note)
