"""Connections: as many as this machine bears, and none that only sits there."""

import asyncio
import json
from contextlib import suppress
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from zeuxis.studio.routes.forms import UPLOAD_SECONDS
from zeuxis.studio.security import HEADERS

MOST = 1000
FILES_EACH = 4  # that this process may have open for each: results, what is sent, pipes to workers
HEAD_SECONDS = 15.0  # for a request's head to arrive
# A body in chunks of a byte each takes a hundred times the work of another: on average they are to be larger.
SLICE = 2**14  # bytes that are looked at together
MOST_WRAPPING, WRAPPING_EACH = 2**15, 1.1  # bytes received that are no body, and to each that is


def most_connections() -> int:
    """How many connections there may be, once this process may open as many files as it can be let."""
    try:
        import resource
    except ImportError:  # on Windows, where that is not counted
        return MOST
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # where "as many as you like" is not taken at its word
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else min(MOST, max(1, soft // FILES_EACH))


class Connection(H11Protocol):
    """A connection that has to ask for something, and soon; the longest idle makes room for a new one.

    `uvicorn.Config.limit_concurrency` is how many there may be.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._late: asyncio.TimerHandle | None = None
        self._received = self._arrived = 0
        self._wait()
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request."""
        for start in range(0, len(data), SLICE):
            if not self.transport.is_closing():
                self._take_in(data[start : start + SLICE])
        if not self.is_idle:
            self._wait_no_more()
        elif self._late is None:
            self._wait()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered."""
        return self._last is None or self._last.response_complete

    @property
    def _last(self) -> RequestResponseCycle | None:
        """The request that arrives, is answered, or was."""
        return self.cycle

    def on_response_complete(self) -> None:
        """Be idle again."""
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that this is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST, f"this cannot be read: {msg[:1].lower()}{msg[1:-1]}")

    def _take_in(self, data: bytes) -> None:
        last, before = self._last, len(self._last.body) if self._last else 0
        super().data_received(data)
        if self._last is None:
            return
        if self._last is not last:  # another request
            self._received = self._arrived = before = 0
        self._received += len(data)
        self._arrived += len(self._last.body) - before
        is_chunked = any(name == b"transfer-encoding" for name, _ in self.headers)
        if is_chunked and self._received > WRAPPING_EACH * self._arrived + MOST_WRAPPING:
            self.transport.abort()

    def _make_room(self) -> None:
        others = [each for each in self.connections if isinstance(each, Connection)]
        idle = [each for each in others if each.is_idle and each is not self]
        if idle:
            longest = min(idle, key=lambda each: each._idle_since)
            longest.transport.abort()
            self.connections.discard(longest)  # which happens later else
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the studio is busy: try again in a while")
            self.connections.discard(self)

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        """Say it as everything is said, and close; where an answer has begun, only that."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        body = json.dumps({"error": sentence}).encode()
        about = {"content-type": "application/json", "content-length": str(len(body))}
        headers = HEADERS | about | {"connection": "close"}
        start = h11.Response(
            status_code=status, headers=list(headers.items()), reason=status.phrase.encode()
        )
        for event in (start, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wait(self) -> None:
        # What is refused before it is read is read all the same, for browsers listen only then.
        is_rest = self.conn.their_state is h11.SEND_BODY
        seconds = UPLOAD_SECONDS if is_rest else HEAD_SECONDS
        self._late = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
