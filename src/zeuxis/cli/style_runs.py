"""What the commands that train networks for pictures share: options, what they show, how they end."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from zeuxis.cli.display import Display
from zeuxis.cli.main import INTERRUPTED
from zeuxis.cli.options import all_of
from zeuxis.cli.training import told

if TYPE_CHECKING:
    from zeuxis.training.trainer import Callback

RESUMABLE = "paints as far as it got; go on with the same and --resume"

Command = TypeVar("Command", bound=Callable[..., Any])

_CONTENT = click.option(
    "--content",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Photographs to practise on, at any depth; some hundreds do.",
)
_MODEL_OPTIONS = (
    click.option(
        "-o",
        "--output",
        required=True,
        type=click.Path(path_type=Path),
        metavar="OUT",
        help="The model, *.safetensors.",
    ),
    click.option("--trace", type=click.Path(path_type=Path), help="Write a line of JSON a step."),
    click.option("--resume", is_flag=True, help="Go on with a run that was interrupted."),
    click.option("--force", is_flag=True, help="Replace what is there already."),
    click.option("--quiet", is_flag=True, help="Say nothing but what went wrong."),
)


def run_options(command: Command) -> Command:
    """A decorator: what a run that makes a style network practises on, writes and says."""
    return all_of((_CONTENT, *_MODEL_OPTIONS))(command)


def model_options(command: Command) -> Command:
    """A decorator: what a run that makes a model writes and says."""
    return all_of(_MODEL_OPTIONS)(command)


def shown_on(display: Display) -> "Callback":
    """What shows how a run goes."""
    return lambda report: display.show(lambda: told(report))


def stopped(display: Display, what: str) -> NoReturn:
    """Say what became of a run that Ctrl-C ended, and end."""
    display.say(f"stopped: {what}")
    click.get_current_context().exit(INTERRUPTED)
