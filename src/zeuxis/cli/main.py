"""The console script: a group of sub-commands, each loaded when it is called for."""

import re
import warnings
from importlib import import_module
from typing import Any, NoReturn

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
        lazy: Where each sub-command is: `{"paint": "package.module:attribute"}`; others are added as
            click has it.
    """

    def __init__(self, *args: Any, lazy: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = lazy or {}

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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The sub-command that is called for; of one that is none, those with names like it are told."""
        name, names = args[0], self.list_commands(ctx)
        if name not in names and not name.startswith("-"):
            from difflib import get_close_matches

            near = " or ".join(get_close_matches(name, names, n=2))
            ctx.fail(f"there is no command {name}" + (f": did you mean {near}" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A sentence on each sub-command, whole where click would cut it short."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, _sentence(each)) for name, each in commands if each and not each.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """As click's, but what is wrong with the group's own options is told in one line."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            _complain(error)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the sub-command; what the user can mend becomes one line and an exit status."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            _complain(error)
        except ZeuxisError as error:
            click.echo(f"zeuxis: {error}", err=True)
            ctx.exit(USER_ERROR)
        except KeyboardInterrupt:
            click.echo("zeuxis: interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _sentence(command: click.Command) -> str:
    """The first sentence of a command's help, without the papers it cites."""
    text = " ".join((command.short_help or command.help or "").split("\n\n")[0].split())
    text = re.sub(r" \([^()]*\b(?:19|20)\d\d\b[^()]*\)", "", text)
    return re.split(r"(?<=\.)\s+(?=[A-Z-])", text)[0]


def _complain(error: click.UsageError) -> NoReturn:
    """End with one line on what is wrong with a command line."""
    if error.ctx is None or "\n" in error.message:  # the help of a group that was given nothing
        raise error
    said = " ".join(error.format_message().split()).rstrip(".")
    said = re.sub(r"\. \(?D(id you mean [^?]*)\?\)?$", r": d\1", said[0].lower() + said[1:])
    click.echo(f"zeuxis: {said}; see {error.ctx.command_path} --help", err=True)
    raise click.exceptions.Exit(USER_ERROR)


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zeuxis")
def main() -> None:
    """Paint photographs in another's hand, enlarge them, and forge pictures with networks of your own.

    For example: zeuxis stylize photo.jpg --style starry-night -o painted.jpg
    """
    # What Pillow has to say of odd metadata is no news to someone who wants a picture.
    warnings.filterwarnings("ignore", module=r"PIL\.")
