"""The command, a real server, and `zeuxis.Client`."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import zeuxis
from zeuxis.cli.main import main
from zeuxis.cli.studio import _tell
from zeuxis.errors import ZeuxisError

STRANGE = Path(__file__).with_name("strange.py")


class Server:
    """A studio in a process of its own."""

    def __init__(self, shipped: Path, state: Path, *options: str) -> None:
        words = [
            str(STRANGE),
            str(shipped),
            "studio",
            "--no-browser",
            "--port",
            "0",
            "--state",
            str(state),
        ]
        self.process = subprocess.Popen(
            [sys.executable, *words, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.search(r"http://\S+?/", said)
        assert found, said + (self.process.stderr.read() if self.process.stderr else "")
        self.said, self.url = said, found.group()

    def workers(self) -> list[int]:
        """Its child processes."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True
        )
        return [int(pid) for pid in listed.stdout.split()]

    def end(self, how: int = signal.SIGINT) -> str:
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=30)
        return str(said)


@pytest.fixture
def server(styles_file: Path, tmp_path: Path) -> Iterator[Server]:
    many = ["--jobs-per-client", "10000", "--queue-length", "10000"]
    server = Server(styles_file, tmp_path / "state", "--workers", "1", "--job-minutes", "1", *many)
    yield server
    if server.process.poll() is None:
        server.end()


def test_from_file_to_picture(
    server: Server, photo: np.ndarray, tmp_path: Path, styles_file: Path
) -> None:
    image = Image.fromarray((photo * 255).astype(np.uint8))
    image.save(tmp_path / "photo.png")
    told = []
    with zeuxis.Client(server.url) as studio:
        assert studio.about()["version"] == zeuxis.__version__
        assert studio.styles()[0]["name"] == "starry-night"
        assert "digits" in [each["name"] for each in studio.generators()]
        job = studio.run(
            "stylize",
            image=tmp_path / "photo.png",
            style=["scream:2", "starry-night"],
            size=64,
            watch=told.append,
        )
        assert job.state == "done" and told[-1] == job and job.progress.share == 1.0
        assert job.results[0].width == 64 and studio.image(job).size == (64, 43)
        studio.save(job, tmp_path / "out.png")
        assert (tmp_path / "out.png").read_bytes() == studio.result(job)
        same = studio.run("stylize", image=image, style=["scream:2", "starry-night"], size=64)
        assert studio.result(same) == studio.result(job)
        grown = studio.run("blend", generator="digits", seeds=[3, 7], weights=[0.5, 0.5])
        assert studio.image(grown).size == (28, 28)
        assert [each.id for each in studio.jobs()] == [grown.id, same.id, job.id]
        studio.delete(job.id)
        with pytest.raises(ZeuxisError, match="there is no such job"):
            studio.job(job.id)
        with pytest.raises(ZeuxisError, match="there is no style 'nobody'"):
            studio.submit("stylize", image=image, style="nobody")
        with pytest.raises(ZeuxisError, match="is damaged or cut short"):
            studio.run(
                "stylize", image=(tmp_path / "photo.png").read_bytes()[:3000], style="scream"
            )
        with pytest.raises(ZeuxisError, match="cannot read .*none.png"):
            studio.submit("stylize", image=tmp_path / "none.png", style="scream")
        with pytest.raises(ZeuxisError, match="has 1 results, counted from 0"):
            studio.result(same, 1)
        waiting = studio.submit("vigil", seconds=60)
        while studio.job(waiting.id).state != "running":
            time.sleep(0.05)
        assert studio.cancel(waiting.id).stopped_early
    said = server.end()
    assert server.process.returncode in (0, 130, -signal.SIGINT) and "Traceback" not in said, said


def test_a_token_is_made_for_another_address(styles_file: Path, tmp_path: Path) -> None:
    server = Server(styles_file, tmp_path / "state", "--host", "0.0.0.0")
    try:
        token = re.search(r"token=(\S+)", server.said)
        assert token and len(token[1]) >= 32
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        with zeuxis.Client(url) as studio, pytest.raises(ZeuxisError, match="needs the token"):
            studio.about()
        with zeuxis.Client(url, token[1]) as studio:
            assert studio.about()["needs_token"]
    finally:
        server.end()


def test_a_proxy_says_whose_job_it_is(server: Server) -> None:
    """A proxy on this machine is believed, so that its clients have a list and a limit each."""

    def listed(address: str | None) -> list[str]:
        headers = {} if address is None else {"x-forwarded-for": address}
        with urlopen(UrlRequest(f"{server.url}v1/jobs", headers=headers), timeout=30) as answer:
            return [job["id"] for job in json.load(answer)]

    form = {"x-forwarded-for": "203.0.113.7"}
    asked = UrlRequest(f"{server.url}v1/nap", method="POST", headers=form)
    with urlopen(asked, timeout=30) as answer:
        id = json.load(answer)["id"]
    assert listed("203.0.113.7") == [id] and listed(None) == listed("203.0.113.8") == []


def test_who_runs_it_sees_jobs_and_if_they_like_requests(styles_file: Path, tmp_path: Path) -> None:
    for options in ([], ["--log-requests"]):
        server = Server(styles_file, tmp_path / "state", *options)
        with zeuxis.Client(server.url) as studio:
            job = studio.run("nap", what="print")
        said = server.end()
        assert re.search(rf"nap {job.id} done after \d+\.\d\d s\n", said)
        assert bool(options) == bool(re.search(r"127\.0\.0\.1 POST /v1/nap 202 \d+ ms\n", said))


def test_the_browser_is_not_given_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    _tell("http://127.0.0.1:8765/", "a-token-of-some-length", no_browser=False)
    assert opened == ["http://127.0.0.1:8765/"]


def test_a_token_from_the_environment() -> None:
    refused = CliRunner().invoke(main, ["studio"], env={"ZEUXIS_TOKEN": "abc"})
    assert refused.exit_code == 2 and "the token is too short" in refused.output


@pytest.mark.slow
def test_schemathesis_finds_nothing(server: Server, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}openapi.json"]
    command += ["--phases", "examples,coverage,fuzzing", "--max-examples", "10"]
    command += ["--exclude-checks", "positive_data_acceptance"]  # a schema cannot say all
    command += ["--exclude-path-regex", "nap|vigil|train"]  # verbs that misbehave, and hours
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=540)
    assert found.returncode == 0, found.stdout[-8000:]


@pytest.mark.slow
def test_killed_in_the_middle(styles_file: Path, tmp_path: Path) -> None:
    server = Server(styles_file, tmp_path / "state", "--workers", "1")
    with zeuxis.Client(server.url) as studio:
        done = studio.run("nap")
        cut, waiting = studio.submit("nap", seconds=60), studio.submit("nap")
        while studio.job(cut.id).state != "running":
            time.sleep(0.05)
        workers = server.workers()
        assert workers
        server.end(signal.SIGKILL)
        with pytest.raises(ZeuxisError, match="cannot reach the studio"):
            studio.about()
    ends = time.monotonic() + 10
    while workers and time.monotonic() < ends:
        workers = [pid for pid in workers if _lives(pid)]
        time.sleep(0.05)
    assert not workers  # they go with the server
    server = Server(styles_file, tmp_path / "state", "--workers", "1")
    with zeuxis.Client(server.url) as studio:
        assert studio.job(done.id) == done and studio.image(done).size == (8, 8)
        assert studio.job(cut.id).state == "failed"
        for now in studio.events(waiting.id):
            state = now.state
        assert state == "done"
    server.end()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_what_the_command_refuses(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = CliRunner().invoke(main, ["studio", "--port", port, "--state", str(tmp_path)])
    assert refused.exit_code == 2 and f"cannot listen on 127.0.0.1 port {port}" in refused.output
    short = CliRunner().invoke(main, ["studio", "--token", "abc"])
    assert short.exit_code == 2 and "the token is too short" in short.output
    for name in "ab":
        (tmp_path / name / "photos").mkdir(parents=True)
    roots = [word for name in "ab" for word in ("--root", str(tmp_path / name / "photos"))]
    twice = CliRunner().invoke(main, ["studio", "--port", "0", *roots])
    assert twice.exit_code == 2 and "are called photos: rename one" in twice.output


def test_help_shows_every_knob() -> None:
    shown = CliRunner().invoke(main, ["studio", "--help"])
    for flag in (
        "--host",
        "--port",
        "--no-browser",
        "--token",
        "--root",
        "--job-memory-gb",
        "--state",
    ):
        assert flag in shown.output


def test_nobody_there() -> None:
    with (
        zeuxis.Client("http://127.0.0.1:9") as studio,
        pytest.raises(ZeuxisError, match="cannot reach"),
    ):
        studio.about()


@pytest.mark.parametrize(
    "work", ["import zeuxis.studio.app, zeuxis.studio.serving", "import zeuxis; zeuxis.Client"]
)
def test_torch_stays_out(work: str) -> None:
    code = f"{work}\nimport sys\nassert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_pickles() -> None:
    room = Path(zeuxis.__file__).parent / "studio"
    for file in room.rglob("*.py"):
        text = file.read_text()
        assert not re.search(
            r"\b(pickle|marshal|shelve|multiprocessing|eval|exec)\b\(?",
            re.sub(r"subprocess_exec", "", text),
        ), file
