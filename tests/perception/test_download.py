import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from zeuxis.errors import ZeuxisError
from zeuxis.perception import download as module
from zeuxis.perception.download import download

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
INSTEAD = "stay at home"


class Handler(BaseHTTPRequestHandler):
    """Serves `server.content`, with whatever fault the test has set on the server."""

    def do_GET(self):
        server = self.server
        asked = self.headers["Range"]
        server.asked.append(asked)
        if server.status != 200:
            return self.send_error(server.status)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        total = len(server.content)
        if not server.ranges:
            asked, start = None, 0
        if asked and start >= total:
            self.send_response(416)
            if server.tells_total:
                self.send_header("Content-Range", f"bytes */{total}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        body = server.content[start + server.shift :]
        self.send_response(206 if asked else 200)
        if asked:
            first = start + server.shift
            self.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
        if server.tells_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: server.cut])
        return None

    def log_message(self, *_):
        pass


@pytest.fixture
def web(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.content, server.asked = CONTENT, []
        server.status, server.shift, server.cut = 200, 0, None
        server.ranges = server.tells_length = server.tells_total = True
        server.url = f"http://127.0.0.1:{server.server_port}/models/net.pth"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cache" / "net.pth"


def part_of(target, content):
    target.parent.mkdir(exist_ok=True)
    part = target.with_name("net.pth.part")
    part.write_bytes(content)
    return part


def refused(url, target, sha256=SHA256):
    with pytest.raises(ZeuxisError) as caught:
        download(url, target, sha256, INSTEAD)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def assert_only(target):
    assert target.read_bytes() == CONTENT
    assert os.listdir(target.parent) == [target.name]


@pytest.mark.parametrize("digits", [64, 8])
def test_file_arrives(web, target, digits, capfd):
    assert download(web.url, target, SHA256[:digits], INSTEAD) == SHA256
    assert_only(target)
    assert web.asked == [None]
    assert capfd.readouterr() == ("", "")  # no bar where nobody watches


def test_progress_shows_on_a_terminal(web, target, monkeypatch, capfd):
    monkeypatch.setenv("FORCE_COLOR", "1")  # which rich takes for a terminal
    download(web.url, target, SHA256, INSTEAD)
    out, err = capfd.readouterr()
    assert out == ""
    assert "net.pth" in err
    assert "10.2/10.2 kB" in err


def test_file_that_is_there_is_not_asked_for(web, target):
    target.parent.mkdir()
    target.write_bytes(CONTENT)
    assert download(web.url, target, SHA256, INSTEAD) == SHA256
    assert web.asked == []


def test_server_that_does_not_tell_the_length(web, target):
    web.tells_length = False
    download(web.url, target, SHA256, INSTEAD)
    assert_only(target)


def test_transfer_in_many_chunks(web, target, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 1000)
    download(web.url, target, SHA256, INSTEAD)
    assert_only(target)


def test_broken_transfer_goes_on_where_it_stopped(web, target):
    web.cut = 3000
    message = refused(web.url, target)
    assert "broke off" in message
    assert "run the same command again" in message
    assert not target.exists()
    refused(web.url, target)
    web.cut = None
    download(web.url, target, SHA256, INSTEAD)
    assert_only(target)
    assert web.asked == [None, "bytes=3000-", "bytes=6000-"]


def test_server_without_ranges_is_asked_all_over(web, target):
    web.ranges = False
    part_of(target, b"x" * 5000)
    download(web.url, target, SHA256, INSTEAD)
    assert_only(target)
    assert web.asked == ["bytes=5000-"]


def test_complete_part_needs_no_transfer(web, target):
    part_of(target, CONTENT)
    web.content = CONTENT
    download(web.url, target, SHA256, INSTEAD)
    assert_only(target)
    assert web.asked == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("tells_total", [True, False])
def test_part_longer_than_the_file_is_thrown_away(web, target, tells_total):
    web.tells_total = tells_total
    part_of(target, CONTENT + b"more")
    download(web.url, target, SHA256, INSTEAD)
    assert_only(target)
    assert web.asked == [f"bytes={len(CONTENT) + 4}-", None]


def test_range_that_begins_elsewhere_is_not_appended(web, target):
    web.shift = 10
    part_of(target, CONTENT[:100])
    refused(web.url, target)  # the whole file is asked for, and arrives without its beginning
    assert web.asked == ["bytes=100-", None]
    web.shift = 0
    download(web.url, target, SHA256, INSTEAD)
    assert_only(target)


def test_wrong_bytes_are_refused_and_removed(web, target):
    web.content = b"<html>please log in to the hotel network</html>"
    message = refused(web.url, target)
    assert "not arrive as published" in message
    assert SHA256[:8] in message
    assert os.listdir(target.parent) == []


def test_part_of_other_bytes_is_refused_and_removed(web, target):
    part_of(target, b"x" * 100)
    assert "not arrive as published" in refused(web.url, target)
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize("status", [403, 404, 500, 204])
@pytest.mark.parametrize("begun", [b"", b"x"])
def test_server_that_refuses(web, target, status, begun):
    web.status = status
    part = part_of(target, begun)
    message = refused(web.url, target)
    assert f"{web.url} answers {status} " in message
    assert message.endswith(f"try again later, or {INSTEAD}")
    assert part.read_bytes() == begun


def test_no_connection(web, target):
    url = web.url
    web.shutdown()
    web.server_close()
    message = refused(url, target)
    assert message == f"cannot reach 127.0.0.1 (connection refused): connect, or {INSTEAD}"


def test_name_that_does_not_resolve(target, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    message = refused("http://nowhere.invalid/net.pth", target)
    assert message.startswith("cannot reach nowhere.invalid (")
    assert message.endswith(INSTEAD)


def test_server_that_falls_silent(web, target, monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    release = threading.Event()
    monkeypatch.setattr(Handler, "do_GET", lambda self: release.wait(5))
    try:
        assert "cannot reach 127.0.0.1 (timed out)" in refused(web.url, target)
    finally:
        release.set()


def test_server_that_falls_silent_midway_keeps_the_part(web, target, monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    monkeypatch.setattr(module, "CHUNK", 1000)
    release = threading.Event()

    def stall(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:2000])
        self.wfile.flush()
        release.wait(5)

    monkeypatch.setattr(Handler, "do_GET", stall)
    try:
        assert "broke off (timed out)" in refused(web.url, target)
    finally:
        release.set()
    assert target.with_name("net.pth.part").read_bytes() == CONTENT[:2000]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_disk_full(web, target):
    target.parent.mkdir()
    target.with_name("net.pth.part").symlink_to("/dev/full")
    message = refused(web.url, target)
    assert f"cannot keep the download in {target.parent}: no space left on device" in message
    assert "ZEUXIS_CACHE" in message


def test_cache_that_cannot_be_written(web, target):
    target.parent.write_text("a file where the folder should be")
    assert "ZEUXIS_CACHE" in refused(web.url, target)
    assert web.asked == []
