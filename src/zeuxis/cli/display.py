"""What a painting in progress looks like on a terminal, and in a log."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from rich.live import Live

    from zeuxis.painting import Progress

SECONDS_BETWEEN_LINES = 5.0
FRAMES_PER_SECOND = 8
KNOWN_FROM = 0.03  # the share from which on the time left can be told


class Display:
    """A line on stderr that is kept up to date; where stderr is no terminal, a new line now and then.

    An instance is a callback of `zeuxis.paint`. It shows nothing until it is first called, and rich is
    imported only then: a command that is done in no time need not wait for it.

    Args:
        quiet: whether it is to show and say nothing.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self._live: Live | None = None
        self._shown = time.monotonic()
        self._title = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def begin(self, photo: Path, number: int, count: int) -> None:
        """Say which picture of how many the next lines are about."""
        self._title = f"{photo.name} ({number} of {count})  "

    def __call__(self, progress: "Progress") -> None:
        """Show where the painting is, if the last time is long enough ago."""
        self.show(lambda: describe(progress))

    def show(self, text: Callable[[], str]) -> None:
        """Show what a function says, if the last time is long enough ago."""
        if self.quiet:
            return
        is_terminal = sys.stderr.isatty()
        if time.monotonic() - self._shown < (
            1 / FRAMES_PER_SECOND if is_terminal else SECONDS_BETWEEN_LINES
        ):
            return
        self._shown = time.monotonic()
        line = self._title + text()
        if is_terminal:
            self._rewrite(line)
        else:
            self.say(line)

    def say(self, line: str) -> None:
        """Print a line that stays."""
        if not self.quiet:
            self.clear()
            click.echo(line, err=True)

    def clear(self) -> None:
        """Take the line away that is kept up to date."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _rewrite(self, line: str) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        if self._live is None:
            self._live = Live(
                console=Console(file=sys.stderr, highlight=False),
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        self._live.update(Text(line, overflow="ellipsis", no_wrap=True), refresh=True)


def describe(progress: "Progress") -> str:
    """Where a painting is, in one line."""
    left = "" if progress.seconds_left is None else f"{clock(progress.seconds_left)} left  "
    of = "" if progress.iterations is None else f"/{progress.iterations}"
    parts = " + ".join(f"{kind} {part:.3g}" for kind, part in progress.kinds.items())
    return (
        f"{left}level {progress.level + 1}/{progress.levels} ({progress.width}x{progress.height})  "
        f"step {progress.iteration}{of}  loss {progress.loss:.4g} = {parts}"
    )


def clock(seconds: float) -> str:
    """Seconds as a person reads them: 1:05."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def countdown() -> Callable[[int, int], str]:
    """From now on: how long the rest takes when so much of so much is done, as `0:12 left`."""
    began = time.monotonic()
    return lambda done, of: f"{clock((time.monotonic() - began) * (of - done) / done)} left"


def watching(display: Display, done: str) -> Callable[[float], None]:
    """Shows the share of a picture that is done (painted, enlarged), and the time left."""
    began, before = time.monotonic(), 0.0

    def watch(share: float) -> None:
        nonlocal began, before
        if share < before:  # the next picture
            began = time.monotonic()
        before = share
        display.show(lambda: share_done(share, time.monotonic() - began, done))

    return watch


def share_done(share: float, seconds: float, done: str) -> str:
    """A share that is done after so many seconds, in one line."""
    left = f"{clock(seconds * (1 - share) / share)} left  " if share >= KNOWN_FROM else ""
    return f"{left}{share:.0%} {done}"
