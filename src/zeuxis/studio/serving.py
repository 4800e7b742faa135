"""The studio on a socket, until Ctrl-C."""

import logging
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import uvicorn

from zeuxis.studio.app import create_app
from zeuxis.studio.connections import Connection, most_connections
from zeuxis.studio.settings import StudioSettings

GOODBYE_SECONDS = 3  # for requests that are being answered
# Longer than clients keep an idle connection (httpx: 5 s), who else may ask just as it closes.
KEEP_ALIVE_SECONDS = 30


class _Server(uvicorn.Server):
    """Says when it serves."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(
    settings: StudioSettings,
    token: str | None,
    roots: Mapping[str, Path],
    listener: socket.socket,
    ready: Callable[[], None],
) -> None:
    """Serve until a signal ends it; then what paints and trains stops with what it has.

    Args:
        settings: the knobs.
        token: that requests need; None for none.
        roots: folders that training data may be in, by name.
        listener: bound to the address.
        ready: called once requests are answered.

    Raises:
        ZeuxisError: as `create_app` does.
    """
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("zeuxis.studio").setLevel(logging.INFO)
    requests = logging.INFO if settings.log_requests else logging.WARNING
    logging.getLogger("zeuxis.studio.access").setLevel(requests)
    app = create_app(settings, token=token, roots=roots)
    most = most_connections()
    config = uvicorn.Config(
        app,
        access_log=False,  # it would write tokens down
        backlog=most,  # so many are accepted together, before any of them is looked at
        http=Connection,
        limit_concurrency=most,
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        ws="none",  # nothing here speaks it
    )
    with suppress(KeyboardInterrupt):  # uvicorn raises it again when all is closed
        _Server(config, ready).run(sockets=[listener])
