"""What becomes of jobs: progress, being stopped, workers that die, limits, restarts."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.testclient import TestClient

from zeuxis.errors import ZeuxisError
from zeuxis.studio import StudioSettings, create_app, store, workers
from zeuxis.studio.store import Store

Open = Callable[..., TestClient]


def pids(studio: TestClient) -> list[int]:
    return [worker.pid for worker in studio.app.state.service.quick.running.values()]  # type: ignore[attr-defined]


def test_a_job_from_asking_to_deleting(studio: TestClient, strange: ModuleType) -> None:
    job = strange.asked(studio, "nap")
    assert job["state"] == "queued" and job["position"] == 1 and job["results"] == []
    job = strange.until(studio, job["id"], "done")
    times = [job[name] for name in ("created", "started", "finished", "expires")]
    assert times == sorted(times) and times[0].endswith("+00:00")
    assert studio.delete(f"/v1/jobs/{job['id']}").status_code == 204
    for path in (f"/v1/jobs/{job['id']}", job["results"][0]["url"]):
        assert studio.get(path).status_code == 404
    assert not studio.app.state.service.store.folder_of(job["id"]).exists()  # type: ignore[attr-defined]


def test_events_tell_the_whole_story(studio: TestClient, strange: ModuleType) -> None:
    job = strange.asked(studio, "vigil", seconds="1.5")
    told = []
    with studio.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: ")))
    assert told[0]["state"] in ("queued", "running") and told[-1]["state"] == "done"
    assert 3 <= len(told) <= 15  # at most five a second
    during = told[-2]["progress"]
    assert during["share"] == 0.5 and during["seconds_left"] == 1.0
    steps, losses = zip(*during["curves"]["loss"], strict=True)
    assert list(steps) == sorted(steps) and losses == tuple(1 / step for step in steps)
    assert during["curves"].keys() == {"loss"}  # what is not a number is no point
    assert told[-1]["warnings"] == ["it was a long night"] and not told[-1]["stopped_early"]
    preview = studio.get(told[-1]["preview"])
    assert preview.headers["content-type"] == "image/jpeg" and len(preview.content) > 100


def test_events_tell_how_the_queue_moves(studio: TestClient, strange: ModuleType) -> None:
    strange.asked(studio, "nap", seconds="0.7")
    strange.asked(studio, "nap", seconds="0.7")
    job, positions = strange.asked(studio, "nap"), []
    with studio.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                positions.append(json.loads(line.removeprefix("data: "))["position"])
    assert 1 in positions and positions[-1] is None
    known = [position for position in positions if position]
    assert known == sorted(known, reverse=True) and len(set(known)) >= 2


def test_what_can_stop_keeps_what_it_has(studio: TestClient, strange: ModuleType) -> None:
    job = strange.asked(studio, "vigil", seconds="60")
    strange.until(studio, job["id"], "running")
    job = studio.post(f"/v1/jobs/{job['id']}/cancel").json()
    assert job["state"] == "done" and job["stopped_early"] and len(job["results"]) == 1
    assert job["progress"]["share"] != 1.0


def test_what_is_stopped_before_it_begins(
    open_studio: Open, strange: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = open_studio()
    begin, service = workers.Worker.begin, studio.app.state.service  # type: ignore[attr-defined]

    async def late(threads: int, is_warm: bool) -> workers.Worker:
        while not any(job.cancelling for job in service._live.values()):
            await asyncio.sleep(0.01)
        return await begin(threads, is_warm)

    monkeypatch.setattr(workers.Worker, "begin", late)
    job = strange.asked(studio, "vigil", seconds="60")
    while len(service.slow.queue):  # until its worker is about to begin
        time.sleep(0.01)
    job = studio.post(f"/v1/jobs/{job['id']}/cancel").json()
    assert job["state"] == "cancelled" and job["started"] is None
    assert studio.get("/healthz").json()["running"] == 0


def test_what_is_stopped_while_a_worker_takes_it_up(
    strange: ModuleType, styles_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "jobs" / "one").mkdir(parents=True)
    request = {"verb": "vigil", "settings": {"seconds": 20, "what": ""}}
    orders = ({"id": "one", "state": str(tmp_path), "request": request}, {"stop": "one"})
    command = strange.command(styles_file, "cold")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None and worker.stdout is not None
        worker.stdin.write(b"".join(json.dumps(order).encode() + b"\n" for order in orders))
        worker.stdin.flush()
        said = (json.loads(line) for line in worker.stdout)
        ending = next(message for message in said if "end" in message)
        worker.stdin.close()
    assert ending["end"] == "done" and ending["stopped_early"]


def test_what_cannot_stop_is_ended(studio: TestClient, strange: ModuleType) -> None:
    job = strange.asked(studio, "nap", seconds="60")
    waiting = strange.asked(studio, "nap")
    strange.until(studio, job["id"], "running")
    (pid,) = pids(studio)
    began = time.monotonic()
    assert studio.post(f"/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert time.monotonic() - began < 5
    assert strange.until(studio, waiting["id"], "done", "failed")["state"] == "done"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_waits_is_taken_out(studio: TestClient, strange: ModuleType) -> None:
    first, second, third = (strange.asked(studio, "nap", seconds="60") for _ in range(3))
    strange.until(studio, first["id"], "running")
    assert studio.get(f"/v1/jobs/{third['id']}").json()["position"] == 2
    assert studio.post(f"/v1/jobs/{second['id']}/cancel").json()["state"] == "cancelled"
    assert studio.get(f"/v1/jobs/{third['id']}").json()["position"] == 1
    for job in (third, first):
        assert studio.delete(f"/v1/jobs/{job['id']}").status_code == 204
    assert studio.get("/healthz").json() == {
        "status": "ok",
        "workers": 3,
        "queued": 0,
        "running": 0,
    }


def test_a_worker_that_dies_is_replaced_and_its_job_done(
    studio: TestClient, strange: ModuleType
) -> None:
    job = strange.until(studio, strange.asked(studio, "nap", deaths="1")["id"], "done", "failed")
    assert job["state"] == "done"


def test_a_job_that_kills_twice_is_given_up(studio: TestClient, strange: ModuleType) -> None:
    answer = studio.post("/v1/nap?wait=30", data={"deaths": "2"})
    assert answer.status_code == 500 and "died (SIGKILL): try again" in answer.json()["error"]
    assert (
        strange.until(studio, strange.asked(studio, "nap")["id"], "done", "failed")["state"]
        == "done"
    )


def test_killed_from_outside(studio: TestClient, strange: ModuleType) -> None:
    job = strange.asked(studio, "nap", seconds="0.5")
    strange.until(studio, job["id"], "running")
    os.kill(pids(studio)[0], signal.SIGKILL)
    assert strange.until(studio, job["id"], "done", "failed")["state"] == "done"


def test_mistakes_and_bugs_are_sentences(studio: TestClient, strange: ModuleType) -> None:
    answer = studio.post("/v1/nap?wait=30", data={"what": "mistake"})
    assert answer.status_code == 422 and answer.json() == {"error": "image-0 is wrong: mend it"}
    answer = studio.post("/v1/nap?wait=30", data={"what": "bug"})
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "something went wrong in the studio (RuntimeError): it is in its log"
    }
    failed = strange.until(studio, strange.asked(studio, "nap", what="bug")["id"], "failed")
    assert "RuntimeError" in failed["error"]


def test_what_libraries_print_is_no_message(studio: TestClient) -> None:
    assert studio.post("/v1/nap?wait=30", data={"what": "print"}).status_code == 200


def test_who_is_cancelled_has_not_died(
    open_studio: Open, strange: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    studio = open_studio()
    job = strange.until(studio, strange.asked(studio, "nap", seconds="60")["id"], "running")
    assert studio.post(f"/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert "zeuxis_worker_deaths_total 0\n" in studio.get("/metrics").text
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]
    studio.post("/v1/nap?wait=30", data={"deaths": "2"})
    assert "zeuxis_worker_deaths_total 2\n" in studio.get("/metrics").text


def test_time_is_limited(open_studio: Open, strange: ModuleType) -> None:
    studio = open_studio(job_minutes=0.01)
    answer = studio.post("/v1/nap?wait=30", data={"seconds": "30"})
    assert answer.status_code == 422
    assert "longer than the 0.01 minutes that a job may take" in answer.json()["error"]
    job = strange.until(
        studio, strange.asked(studio, "vigil", seconds="30")["id"], "done", "failed"
    )
    assert job["state"] == "done" and job["stopped_early"]


def test_memory_is_limited(open_studio: Open) -> None:
    studio = open_studio(job_memory_gb=0.2)
    answer = studio.post("/v1/nap?wait=30", data={"megabytes": "250", "seconds": "20"})
    assert answer.status_code == 422 and "more than the 0.2 GB of memory" in answer.json()["error"]
    assert studio.post("/v1/nap?wait=30").status_code == 200


def test_what_does_not_listen_is_ended(
    open_studio: Open, strange: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "GRACE_SECONDS", 0.3)
    studio = open_studio()
    job = strange.asked(studio, "vigil", what="deaf")
    strange.until(studio, job["id"], "running")
    assert studio.post(f"/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"


def test_the_queue_is_bounded(open_studio: Open, strange: ModuleType) -> None:
    studio = open_studio(queue_length=1)
    first = strange.asked(studio, "nap", seconds="60")
    strange.until(studio, first["id"], "running")
    strange.asked(studio, "nap")
    answer = studio.post("/v1/nap")
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
    assert "the queue is full, with 1 jobs" in answer.json()["error"]
    assert "zeuxis_refused_total 1\n" in studio.get("/metrics").text


def test_so_is_what_one_client_may_ask(open_studio: Open, strange: ModuleType) -> None:
    studio = open_studio(jobs_per_client=2)
    jobs = [strange.asked(studio, "nap", seconds="60") for _ in range(2)]
    answer = studio.post("/v1/nap")
    assert answer.status_code == 429 and "2 unfinished jobs of 2" in answer.json()["error"]
    studio.delete(f"/v1/jobs/{jobs[0]['id']}")
    strange.asked(studio, "nap")


def test_results_expire(
    open_studio: Open, strange: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zeuxis.studio import service

    monkeypatch.setattr(service, "SWEEP_SECONDS", 0.05)
    studio = open_studio(keep_hours=0.5)
    store = studio.app.state.service.store  # type: ignore[attr-defined]
    job = strange.until(studio, strange.asked(studio, "nap")["id"], "done")
    folder, kept = store.folder_of(job["id"]), store.get(job["id"])
    assert folder.exists() and kept.expires == pytest.approx(kept.finished + 1800)
    kept.expires = time.time() - 1
    store.put(kept)
    ends = time.monotonic() + 30
    while folder.exists() and time.monotonic() < ends:
        time.sleep(0.05)
    assert studio.get(f"/v1/jobs/{job['id']}").status_code == 404 and not folder.exists()


def test_the_oldest_results_go_when_all_take_too_much(
    open_studio: Open, strange: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zeuxis.studio.service.SWEEP_SECONDS", 0.05)
    studio = open_studio()
    store = studio.app.state.service.store  # type: ignore[attr-defined]
    jobs = [
        strange.until(studio, strange.asked(studio, "nap")["id"], "done", "failed")
        for _ in range(4)
    ]
    size = jobs[0]["results"][0]["bytes"]
    assert [job.id for job in store.surplus(2.5 * size)] == [jobs[0]["id"], jobs[1]["id"]]
    assert store.surplus(4 * size) == []
    studio.app.state.service.forgetting.most = 2.5 * size  # type: ignore[attr-defined]
    ends = time.monotonic() + 30
    while store.folder_of(jobs[1]["id"]).exists() and time.monotonic() < ends:
        time.sleep(0.05)
    left = [each["id"] for each in studio.get("/v1/jobs").json()]
    assert left == [jobs[3]["id"], jobs[2]["id"]]


def test_a_table_of_an_older_server(patched: None, strange: ModuleType, tmp_path: Path) -> None:
    settings = StudioSettings(state=tmp_path, workers=1)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as studio:
        job = strange.until(studio, strange.asked(studio, "nap")["id"], "done")
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as database:
        database.executescript(
            "DROP INDEX by_age; ALTER TABLE jobs DROP COLUMN bytes; PRAGMA user_version = 1"
        )
    store = Store(tmp_path)
    assert [each.id for each in store.surplus(job["results"][0]["bytes"] - 1)] == [job["id"]]
    assert store.surplus(job["results"][0]["bytes"]) == []
    store.close()


@pytest.mark.parametrize("step", range(3))
def test_a_table_that_a_crash_left_half_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    Store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as database:
        database.executescript(
            "DROP INDEX by_age; ALTER TABLE jobs DROP COLUMN bytes; PRAGMA user_version = 1"
        )
    begin, *steps = store._TABLE_OF_1_TO_2.split(";")
    cut = ";".join([begin, *steps[: step + 1], " SELECT no_such_function()"])
    with monkeypatch.context() as patch:
        patch.setattr(store, "_TABLE_OF_1_TO_2", cut)
        with pytest.raises(ZeuxisError, match="no_such_function"):
            Store(tmp_path)
    again = Store(tmp_path)
    assert again.surplus(0) == []
    again.close()


def test_a_restart_loses_nothing_that_was_done(
    patched: None, strange: ModuleType, tmp_path: Path
) -> None:
    settings = StudioSettings(state=tmp_path, workers=1)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as studio:
        done = strange.until(studio, strange.asked(studio, "nap")["id"], "done")
        cut = strange.asked(studio, "nap", seconds="60")
        strange.until(studio, cut["id"], "running")
        waiting = strange.asked(studio, "nap")
    (tmp_path / "jobs" / "left-behind").mkdir()
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as studio:
        assert studio.get(f"/v1/jobs/{done['id']}").json() == done
        assert studio.get(done["results"][0]["url"]).status_code == 200
        job = studio.get(f"/v1/jobs/{cut['id']}").json()
        assert job["state"] == "failed" and "the studio was stopped while this ran" in job["error"]
        assert strange.until(studio, waiting["id"], "done", "failed")["state"] == "done"
        assert len(studio.get("/v1/jobs").json()) == 3
        assert not (tmp_path / "jobs" / "left-behind").exists()


def test_closing_lets_what_can_stop_finish(
    patched: None, strange: ModuleType, tmp_path: Path
) -> None:
    settings = StudioSettings(state=tmp_path, workers=1)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as studio:
        job = strange.asked(studio, "vigil", seconds="60")
        strange.until(studio, job["id"], "running")
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as studio:
        job = studio.get(f"/v1/jobs/{job['id']}").json()
    assert job["state"] == "done" and job["stopped_early"]


def test_two_studios_do_not_share_a_folder(open_studio: Open, tmp_path: Path) -> None:
    open_studio()
    with pytest.raises(ZeuxisError, match=r"another studio uses .*state: stop it"):
        create_app(StudioSettings(state=tmp_path / "state"))


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ZeuxisError, match="cannot keep jobs in"):
        create_app(StudioSettings(state=tmp_path / "file"))
    (tmp_path / "jobs.sqlite").write_bytes(b"no database, for certain" * 100)
    with pytest.raises(ZeuxisError, match=r"jobs.sqlite is damaged"):
        create_app(StudioSettings(state=tmp_path))


@pytest.mark.parametrize("path", ["", "/events", "/preview", "/results/0"])
def test_what_is_not_there(studio: TestClient, path: str) -> None:
    answer: Any = studio.get(f"/v1/jobs/nobody{path}")
    assert answer.status_code == 404 and "there is no such job" in answer.json()["error"]


def test_results_are_counted(studio: TestClient, strange: ModuleType) -> None:
    job = strange.until(studio, strange.asked(studio, "nap")["id"], "done")
    assert studio.get(f"/v1/jobs/{job['id']}/results/1").status_code == 404
    assert studio.get(f"/v1/jobs/{job['id']}/results/x").status_code == 422
    assert studio.get(f"/v1/jobs/{job['id']}/preview").status_code == 404
