"""The console script: a group of sub-commands, each loaded when it is called for."""

import warnings
from importlib import import_module
from typing import Any

import click

from zeuxis import ZeuxisError, __version__

COMMANDS = {
    "compare": "zeuxis.cli.compare:compare",
    "data": "zeuxis.cli.data:data",
    "evaluate": "zeuxis.cli.evaluate:evaluate",
    "gan": "zeuxis.cli.gan:gan",
    "paint": "zeuxis.cli.paint:paint",
    "studio": "zeuxis.cli.studio:studio",
    "study": "zeuxis.cli.study:study",
    "style": "zeuxis.cli.style:style",
    "styles": "zeuxis.cli.styles:styles",
    "stylize": "zeuxis.cli.stylize:stylize",
    "upscale": "zeuxis.cli.upscale:upscale",
    "upscale-train": "zeuxis.cli.upscale_train:upscale_train",
    "weights": "zeuxis.cli.weights:weights",
}
USER_ERROR = 2
INTERRUPTED = 130  # what a shell reports of a command that SIGINT ended


class LazyGroup(click.Group):
    """A group whose sub-commands are imported on demand, and whose errors are sentences.

    Args:
        lazy: Where each sub-command is: `{"paint": "package.module:attribute"}`.
    """

    def __init__(self, *args: Any, lazy: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all sub-commands, sorted."""
        return sorted({*super().list_commands(ctx), *self._lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The sub-command of this name, imported now; None if there is none."""
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._lazy[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self._lazy[cmd_name]} is not a click command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the sub-command; what the user can mend becomes one line and an exit status."""
        try:
            return super().invoke(ctx)
        except ZeuxisError as error:
            click.echo(f"zeuxis: {error}", err=True)
            ctx.exit(USER_ERROR)
        except KeyboardInterrupt:
            click.echo("zeuxis: interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zeuxis")
def main() -> None:
    """Paint photographs in another's hand."""
    # What Pillow has to say of odd metadata is no news to someone who wants a picture.
    warnings.filterwarnings("ignore", module=r"PIL\.")
