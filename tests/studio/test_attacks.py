"""What somebody might try who means no good, and what breaks without anybody's doing."""

from __future__ import annotations

import asyncio
import errno
import io
import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image
from starlette.requests import Request
from starlette.testclient import TestClient

from zeuxis.errors import ZeuxisError
from zeuxis.studio import StudioSettings, create_app, service, store
from zeuxis.studio.jobs import Job
from zeuxis.studio.refusal import Refused
from zeuxis.studio.routes import forms
from zeuxis.studio.security import TOKEN_COOKIE, cookie, is_token
from zeuxis.studio.verbs import verbs
from zeuxis.studio.workers import Worker

Open = Callable[..., TestClient]
TOKEN = "a-token-of-some-length"
LONG = "9" * 5000  # more digits than Python reads


def serving(studio: TestClient) -> service.Service:
    found: service.Service = studio.app.state.service  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://", "x", "http://a:b", ""])
def test_origins_that_are_none(studio: TestClient, origin: str) -> None:
    answer = studio.post("/v1/nap", headers={"origin": origin})
    assert answer.status_code == 403 and "another site's page" in answer.json()["error"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[evil]:1", "0"])
def test_names_that_could_be_made_to_point_here(studio: TestClient, host: str) -> None:
    assert studio.get("/healthz", headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-length": LONG}, 413),
        ({"content-type": "multipart/form-data; charset=\0; boundary=b"}, 400),
        ({"content-type": "multipart/form-data; charset=undefined; boundary=b"}, 400),
        ({"content-type": f"multipart/form-data; boundary={'b' * 9000}"}, 400),
        ({"content-type": "multipart/form-data; charset=utf-7; boundary=b"}, 422),
    ],
)
def test_headers_that_make_no_sense(
    studio: TestClient, headers: dict[str, str], status: int
) -> None:
    form = b'--b\r\ncontent-disposition: form-data; name="what"\r\n\r\n\xff\xfe\r\n--b--\r\n'
    answer = studio.post("/v1/stylize", content=form, headers=headers)
    assert answer.status_code == status and answer.json()["error"]


def test_numbers_that_are_too_long_to_read(studio: TestClient, jpeg: bytes) -> None:
    files = {"image": ("a.jpg", jpeg)}
    answer = studio.post(
        "/v1/stylize", files=files, data={"style": "scream", "quality": LONG, "size": LONG}
    )
    assert answer.status_code == 422 and answer.json()["error"]
    answer = studio.post("/v1/stylize", files=files, data={"style": "scream", "quality": LONG})
    assert answer.status_code == 422 and "between 1 and 100" in answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "takes"),
    [
        ("POST", "/v1/jobs/x", "DELETE, GET, HEAD"),
        ("GET", "/v1/stylize", "POST"),
        ("HEAD", "/v1/stylize", "POST"),
        ("PUT", "/", "GET, HEAD"),
    ],
)
def test_methods_that_are_not_taken(studio: TestClient, method: str, path: str, takes: str) -> None:
    answer = studio.request(method, path)
    assert answer.status_code == 405 and answer.headers["allow"] == takes
    if method != "HEAD":
        assert answer.json() == {"error": f"this takes no {method}, but {takes}"}


def test_what_is_nowhere(open_studio: Open) -> None:
    studio = open_studio(token=TOKEN)
    for path in (
        "/nothing",
        "/v1",
        "//v1/about",
        "/V1/about",
        "/docs",
        "/page",
        "/healthz/",
        "/v1/about/",
    ):
        assert studio.get(path, follow_redirects=False).status_code == 401, path
    known = {"authorization": f"Bearer {TOKEN}"}
    assert studio.get("/v1/about/", headers=known, follow_redirects=False).status_code == 404
    answer = studio.get("/nothing", headers=known)
    assert (
        answer.status_code == 404 and "there is nothing at this address" in answer.json()["error"]
    )
    for path in ("/page/../../settings.py", "/page/%2e%2e/settings.py", "/page/%00", "/page/"):
        assert studio.get(path, headers=known).status_code == 404, path


@pytest.mark.parametrize("token", ["", "short", "with a blank", "newline\n1234", "ключ-от-дома"])
def test_tokens_that_keep_nobody_out(token: str, tmp_path: Path) -> None:
    with pytest.raises(ZeuxisError, match="the token is too short"):
        create_app(StudioSettings(state=tmp_path, host="0.0.0.0"), token=token)


def test_no_token_is_no_key() -> None:
    assert not is_token("", None) and not is_token("None", None) and is_token("x", "x")


def test_cookies_of_other_programs_hide_none() -> None:
    request = Request(
        {"type": "http", "headers": [(b"cookie", b'a=[{"b": 1}]; "; zeuxis_token=t; \xff=1')]}
    )
    assert cookie(request.headers, TOKEN_COOKIE) == "t"


def test_no_path_looks_like_a_second_line(
    studio: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "zeuxis.studio.access"):
        studio.get("/v1/x%0a127.0.0.1 GET /admin?token=secret")
    (line,) = [each.message for each in caplog.records]
    assert "\n" not in line and "secret" not in line and "/v1/x%0A" in line


def test_what_breaks_is_said_and_guarded(
    patched: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object) -> None:
        raise RuntimeError("a bug at /srv/somewhere")

    app = create_app(StudioSettings(state=tmp_path, workers=1))
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as studio:
        monkeypatch.setattr(service.Service, "of_owner", bug)
        answer = studio.get("/v1/jobs")
    assert answer.status_code == 500 and "(RuntimeError): it is in its log" in answer.text
    assert "/srv" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_arrives_counts(open_studio: Open) -> None:
    studio = open_studio(jobs_per_client=3)
    with ExitStack() as arriving:
        for _ in range(3):
            arriving.enter_context(serving(studio).door.receiving("testclient"))
        answer = studio.post("/v1/nap")
        assert answer.status_code == 429 and "3 unfinished jobs of 3" in answer.json()["error"]
        assert int(answer.headers["retry-after"]) >= 1
    assert studio.post("/v1/nap").status_code == 202
    assert studio.post("/v1/nap", data={"odd": "1"}).status_code == 422
    assert serving(studio).door._inside.total() <= 1


def test_a_body_that_never_ends_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, studio: TestClient
) -> None:
    monkeypatch.setattr(forms, "UPLOAD_SECONDS", 0.05)

    async def stalled() -> Any:
        await asyncio.sleep(60)

    head = [(b"content-type", b"multipart/form-data; boundary=b")]
    request = Request({"type": "http", "method": "POST", "headers": head}, stalled)
    asked = forms.asked_in(request, verbs.get("stylize"), tmp_path, serving(studio).place)
    with pytest.raises(Refused, match="took longer than") as refused:
        asyncio.run(asked)
    assert refused.value.status == 408


def test_a_request_that_breaks_off_is_no_bug(tmp_path: Path, studio: TestClient) -> None:
    async def gone() -> Any:
        return {"type": "http.disconnect"}

    head = [(b"content-type", b"multipart/form-data; boundary=b")]
    request = Request({"type": "http", "method": "POST", "headers": head}, gone)
    asked = forms.asked_in(request, verbs.get("stylize"), tmp_path, serving(studio).place)
    with pytest.raises(Refused, match="broke off"):
        asyncio.run(asked)


def test_a_full_disk_takes_no_job(studio: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LEAST_FREE", float("inf"))
    answer = studio.post("/v1/nap")
    assert answer.status_code == 503 and "no room on its disk" in answer.json()["error"]
    assert int(answer.headers["retry-after"]) >= 1


class Failing:
    """A database on a disk that is full."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database, self.is_full = database, True

    def execute(self, statement: str, *values: Any) -> Any:
        if self.is_full and statement.lstrip().startswith(("INSERT", "DELETE")):
            raise sqlite3.OperationalError("database or disk is full")
        return self.database.execute(statement, *values)

    def close(self) -> None:
        self.database.close()


def test_a_database_that_fails_for_a_while_loses_nothing(
    open_studio: Open, strange: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SWEEP_SECONDS", 0.05)
    studio = open_studio()
    kept = serving(studio).store
    job, other = (strange.asked(studio, "nap", seconds="0.2") for _ in range(2))
    kept._database = failing = Failing(kept._database)  # type: ignore[assignment]
    assert strange.until(studio, job["id"], "done")["results"]
    answer = studio.post("/v1/nap")
    assert answer.status_code == 503 and "no room" in answer.json()["error"]
    strange.until(studio, other["id"], "done")
    assert studio.delete(f"/v1/jobs/{other['id']}").status_code == 204
    assert studio.get(f"/v1/jobs/{other['id']}").status_code == 404
    assert other["id"] not in [each["id"] for each in studio.get("/v1/jobs").json()]
    failing.is_full = False
    ends = time.monotonic() + 20
    while job["id"] in serving(studio)._live and time.monotonic() < ends:
        time.sleep(0.02)
    assert kept.get(job["id"]).state == "done" and not serving(studio)._live  # type: ignore[union-attr]
    while serving(studio).forgetting.gone and time.monotonic() < ends:
        time.sleep(0.02)
    assert kept.get(other["id"]) is None
    assert studio.post("/v1/nap?wait=30").status_code == 200


def test_a_job_that_is_deleted_on_a_full_disk_does_not_run_for_ever(
    open_studio: Open, strange: ModuleType
) -> None:
    studio = open_studio()
    kept = serving(studio).store
    job = strange.until(studio, strange.asked(studio, "nap", seconds="60")["id"], "running")
    kept._database = failing = Failing(kept._database)  # type: ignore[assignment]
    assert studio.delete(f"/v1/jobs/{job['id']}").status_code == 204
    for path in ("", "/events"):
        assert studio.get(f"/v1/jobs/{job['id']}{path}").status_code == 404
    assert studio.get("/healthz").json()["running"] == 0
    failing.is_full = False
    assert studio.post("/v1/nap?wait=30").status_code == 200


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("database or disk is full"), OSError(errno.ENOSPC, "full")]
)
def test_what_finds_the_disk_full_is_told_so(
    studio: TestClient, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(service.Service, "of_owner", full)
    monkeypatch.setattr(forms, "_save", full)
    for answer in (
        studio.get("/v1/jobs"),
        studio.post("/v1/stylize", files={"image": ("a.png", b"x")}),
    ):
        assert answer.status_code == 503 and "no room on its disk" in answer.json()["error"]
        assert int(answer.headers["retry-after"]) >= 1


def test_a_bug_in_one_job_does_not_end_the_next(
    studio: TestClient, strange: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(self: Job, message: dict[str, Any]) -> None:
        raise TypeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(service.Service, "_conclude", bug)
        job = strange.until(studio, strange.asked(studio, "nap")["id"], "failed")
    assert job["error"] == service.BUG
    assert studio.post("/v1/nap?wait=30").status_code == 200


def test_a_machine_without_room_for_a_worker(
    open_studio: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zeuxis.studio import lane

    begin, tries = Worker.begin, []

    async def refused(threads: int, is_warm: bool) -> Worker:
        tries.append(is_warm)
        if len(tries) < 3:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return await begin(threads, is_warm)

    monkeypatch.setattr(lane, "BREATH_SECONDS", 0.01)
    monkeypatch.setattr(Worker, "begin", refused)
    studio = open_studio()
    assert studio.post("/v1/nap?wait=30").status_code == 200 and len(tries) == 3


def test_what_was_sent_is_not_kept(studio: TestClient, jpeg: bytes) -> None:
    files = {"image": ("a.jpg", jpeg), "painting": ("p.jpg", jpeg)}
    answer = studio.post("/v1/stylize?wait=60", files=files, data={"size": "32"})
    assert answer.status_code == 200, answer.text
    folder = serving(studio).store.folder_of(answer.headers["location"].rpartition("/")[2])
    assert [file.name for file in folder.iterdir()] == ["result-0.png"]


def test_a_job_without_results(studio: TestClient) -> None:
    answer = studio.post("/v1/nap?wait=30", data={"what": "nothing"})
    assert answer.status_code == 200 and answer.json()["state"] == "done"


def test_a_thumbnail_that_finds_the_queue_full_leaves_nothing(
    open_studio: Open, strange: ModuleType
) -> None:
    studio = open_studio(queue_length=1)
    strange.until(studio, strange.asked(studio, "nap", seconds="60")["id"], "running")
    strange.asked(studio, "nap")
    before = sorted(serving(studio).store.jobs.iterdir())
    assert studio.get("/v1/styles/scream/thumbnail").status_code == 429
    assert sorted(serving(studio).store.jobs.iterdir()) == before


def test_others_on_this_machine_do_not_read_along(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio(state=tmp_path / "new" / "state")
    for folder in (serving(studio).store.folder, serving(studio).store.jobs):
        assert folder.stat().st_mode & 0o077 == 0


def test_nor_in_a_folder_that_others_may_look_into(open_studio: Open, tmp_path: Path) -> None:
    state = tmp_path / "open"
    state.mkdir(mode=0o755)
    (state / "jobs.sqlite").touch(mode=0o644)  # of an older version
    studio = open_studio(state=state)
    assert studio.post("/v1/nap?wait=30").status_code == 200
    made = [path for path in state.iterdir() if path.stat().st_mode & 0o077]
    assert not made and {"jobs", "runs", "jobs.sqlite"} <= {path.name for path in state.iterdir()}
    assert state.stat().st_mode & 0o777 == 0o755  # which is not ours


def test_counters_are_exact(studio: TestClient) -> None:
    serving(studio).figures.deaths += 12_345_678
    assert "zeuxis_worker_deaths_total 12345678\n" in studio.get("/metrics").text


def test_a_header_cannot_be_made_of_a_name(studio: TestClient, jpeg: bytes) -> None:
    name = 'a"; x=y\r\nset-cookie: zeuxis_session=' + "e" * 22 + ".jpg"
    answer = studio.post(
        "/v1/stylize?wait=30", files={"image": (name, jpeg)}, data={"style": "scream"}
    )
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].count('"') == 2
    assert Image.open(io.BytesIO(answer.content)).format == "PNG"
