"""`zeuxis studio`: a page in the browser, and an HTTP service."""

import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from zeuxis.cli.options import settings_from, settings_options
from zeuxis.errors import ZeuxisError, reason
from zeuxis.studio.settings import StudioSettings


@click.command()
@click.option("--no-browser", is_flag=True, help="Do not open the page.")
@click.option(
    "--token",
    metavar="T",
    envvar="ZEUXIS_TOKEN",
    help="That every request needs; as the environment variable ZEUXIS_TOKEN, other users of this machine "
    "do not see it.  [default: on 127.0.0.1 none, else one is made and shown]",
)
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="A folder that training may use pictures of; repeat it for several.",
)
@settings_options(StudioSettings)
def studio(no_browser: bool, token: str | None, roots: tuple[Path, ...], **options: Any) -> None:
    """Open a page that paints, enlarges, grows pictures and trains; it is an HTTP service as well.

    It listens on 127.0.0.1, which only this machine reaches; Ctrl-C ends it.

    For example: zeuxis studio --root photos/
    """
    settings = settings_from(options, StudioSettings)
    if token is None and not settings.is_local:
        token = secrets.token_urlsafe(24)
    try:
        from zeuxis.studio.security import check_token
        from zeuxis.studio.serving import serve
    except ImportError as error:
        raise ZeuxisError("the studio needs a server: run pip install 'zeuxis[studio]'") from error
    if token is not None:
        check_token(token)  # before anything is begun
    named = _named(roots)
    with _listening(settings) as listener:
        address = _address(settings.host, listener.getsockname()[1])
        serve(settings, token, named, listener, lambda: _tell(address, token, no_browser))


def _tell(address: str, token: str | None, no_browser: bool) -> None:
    """Say where the studio is, once it serves."""
    door = address if token is None else f"{address}?token={quote(token, safe='')}"
    click.echo(f"the studio is open at {door}")
    if token is not None:
        click.echo(
            "whoever has this token can use it; programs send it as Authorization: Bearer TOKEN"
        )
    if not no_browser:
        import webbrowser

        webbrowser.open(address)  # without the token, which others would see among the processes


def _named(roots: tuple[Path, ...]) -> dict[str, Path]:
    """Folders by the names that requests call them by."""
    named: dict[str, Path] = {}
    for root in roots:
        name = root.resolve().name or "root"
        if name in named:
            raise ZeuxisError(f"two folders given with --root are called {name}: rename one")
        named[name] = root.resolve()
    return named


def _listening(settings: StudioSettings) -> socket.socket:
    """A socket on the address, taken before anything is begun.

    Raises:
        ZeuxisError: if it cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ZeuxisError(
            f"cannot listen on {settings.host} port {settings.port}: {reason(error)}; give another --port, "
            "or 0 for a free one"
        ) from error
    return listener


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
