"""Connections that only sit there, bodies that are nearly all wrapping, what is no HTTP."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import uvicorn

from zeuxis.studio import connections
from zeuxis.studio.connections import Connection, most_connections

MOST = 8
ASK = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
CLOSING = CHUNKED.replace(b"host", b"connection: close\r\nhost")


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with how many bytes it was sent, or at once."""
    size, more = 0, scope["path"] != "/refused"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    said = b"%d" % size
    headers = [(b"content-length", b"%d" % len(said))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": said})


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app, http=Connection, limit_concurrency=MOST, ws="none", lifespan="off", log_config=None
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()
        server.should_exit = True
        thread.join()


def said(address: tuple[str, int], *parts: bytes) -> bytes:
    """All that is answered; the other side is waited for to close."""
    with socket.create_connection(address, 5) as asking:
        with suppress(ConnectionError):
            for part in parts:
                asking.sendall(part)
        return heard(asking)


def heard(asking: socket.socket) -> bytes:
    found = b""
    with suppress(ConnectionError):
        while part := asking.recv(2**16):
            found += part
    return found


@pytest.mark.parametrize("part", [b"", b"G", ASK[:-2]])
def test_what_does_not_ask_is_closed(address: tuple[str, int], part: bytes) -> None:
    with socket.create_connection(address, 5) as asking:
        asking.sendall(part)
        began = time.monotonic()
        assert heard(asking) == b"" and time.monotonic() - began < 3


def test_nor_does_it_stay_after_it_has_asked(address: tuple[str, int]) -> None:
    with socket.create_connection(address, 5) as asking:
        asking.sendall(ASK)
        time.sleep(0.5)  # a connection that is kept alive has more time
        asking.sendall(b"G")
        began = time.monotonic()
        assert heard(asking).endswith(b"\r\n\r\n0") and time.monotonic() - began < 3


def test_a_body_has_its_own_time(address: tuple[str, int]) -> None:
    with socket.create_connection(address, 5) as asking:
        asking.sendall(CLOSING.replace(b"transfer-encoding: chunked", b"content-length: 2"))
        time.sleep(0.5)
        asking.sendall(b"xy")
        assert heard(asking).endswith(b"\r\n\r\n2")


def test_what_is_refused_may_arrive_all_the_same(address: tuple[str, int]) -> None:
    with socket.create_connection(address, 5) as asking:
        asking.sendall(b"POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n")
        for _ in range(9):
            time.sleep(0.08)
            asking.sendall(b"x")
        asking.sendall(CLOSING.replace(b"transfer-encoding: chunked", b"content-length: 0"))
        assert heard(asking).count(b"HTTP/1.1 200 OK") == 2


def test_a_byte_now_and_then_is_no_request(address: tuple[str, int]) -> None:
    with socket.create_connection(address, 5) as asking:
        began = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - began < 5:
                asking.sendall(b"x")
                time.sleep(0.05)
        assert time.monotonic() - began < 3


def test_the_longest_idle_makes_room(address: tuple[str, int]) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(socket.create_connection(address, 5)) for _ in range(3 * MOST)]
        for each in idle:
            each.sendall(b"G")
        began = time.monotonic()
        assert (
            said(address, CLOSING, b"0\r\n\r\n").endswith(b"0") and time.monotonic() - began < 0.25
        )


def test_where_all_are_busy_the_next_is_told_so(address: tuple[str, int]) -> None:
    with ExitStack() as stack:
        for _ in range(MOST - 1):
            busy = stack.enter_context(socket.create_connection(address, 5))
            busy.sendall(CHUNKED)
        time.sleep(0.1)
        answer = said(address)
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable")
        assert "the studio is busy" in json.loads(answer.rpartition(b"\r\n\r\n")[2])["error"]


def test_chunks_of_a_byte_are_not_put_up_with(address: tuple[str, int]) -> None:
    honest = b"".join(b"3e8\r\n" + b"x" * 1000 + b"\r\n" for _ in range(500))
    assert said(address, CLOSING, honest, b"0\r\n\r\n").endswith(b"500000")
    few = b"1\r\nx\r\n" * 2000
    assert said(address, CLOSING, few, b"0\r\n\r\n").endswith(b"2000")
    assert said(address, CLOSING, *[few] * 50, b"0\r\n\r\n") == b""


def test_what_is_no_http_is_refused_in_a_sentence(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    for nonsense in (
        b"hello\r\n\r\n",
        CHUNKED + b"none\r\n",
        b"GET / HTTP/1.1\r\n" + b"x" * 70_000,
    ):
        head, _, body = said(address, nonsense).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ") and b"nosniff" in head
        assert json.loads(body)["error"].startswith("this cannot be read")
    assert not [each for each in caplog.records if each.levelno > logging.WARNING]


def test_files_are_enough_for_the_connections() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        most = most_connections()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert soft == hard == before[1]
    assert 1 <= most <= connections.MOST and connections.FILES_EACH * most <= soft
