"""Verbs that do what jobs should not, what puts them into a worker or a server, and help for tests.

As a program (`strange.py SHIPPED worker`, `strange.py SHIPPED studio OPTIONS`) it is such a worker or server;
a `cold` worker loads nothing before its first job, for most tests have none that needs a network.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture
from zeuxis.settings import setting
from zeuxis.studio.asked import Asked
from zeuxis.studio.task import Task
from zeuxis.studio.verbs import Prepared, Verb, verbs
from zeuxis.style import gallery

if TYPE_CHECKING:
    from starlette.testclient import TestClient  # a worker is to begin quickly

SECONDS = 90.0  # that anything may take
GREY = Picture.from_array(np.full((8, 8, 3), 128, np.uint8))


@dataclass(frozen=True)
class StrangeSettings:
    seconds: float = setting(0.0, "How long to sleep.", low=0)
    deaths: int = setting(0, "How often to die.", low=0)
    megabytes: int = setting(0, "How much to eat.", low=0)
    what: str = setting("", "What to say when going wrong.")


def prepare(asked: Asked) -> Prepared:
    settings = asked.settings()
    return Prepared({"settings": asdict(settings)}, settings, "zeuxis nap")


def nap(task: Task) -> None:
    told = task.request["settings"]
    marks = task.folder / "marks"
    marks.open("a").write("x")
    if len(marks.read_text()) <= told["deaths"]:
        os.kill(os.getpid(), signal.SIGKILL)
    eaten = [bytearray(b"x") * 1_000_000 for _ in range(told["megabytes"])]
    if told["what"] == "bug":
        raise RuntimeError("a bug")
    if told["what"] == "print":
        sys.stdout.write("this is no message\n")
        os.write(1, b"nor is this\n")
    if told["what"] == "mistake":
        raise ZeuxisError(f"{task.folder / 'image-0'} is wrong: mend it")
    time.sleep(told["seconds"] + 0 * len(eaten))
    if told["what"] != "nothing":
        task.give(GREY, "grey")


def vigil(task: Task) -> None:
    """Sits up until it is asked to stop; then has something to show."""
    ends = time.monotonic() + task.request["settings"]["seconds"]
    if task.request["settings"]["what"] == "deaf":
        time.sleep(60)
    step = 0
    while time.monotonic() < ends and not task.stopping:
        step += 1
        task.tell(0.5, f"step {step}", 1.0, {"loss": (step, 1 / step), "odd": (step, float("nan"))})
        task.preview(lambda: GREY)
        time.sleep(0.01)
    task.warn("it was a long night")
    task.stopped_early = task.stopping
    task.give(GREY, "dawn")


NAP = Verb("nap", "Sleep.", StrangeSettings, prepare, nap)
VIGIL = Verb("vigil", "Sit up.", StrangeSettings, prepare, vigil, is_long=True, is_graceful=True)


def command(shipped: Path, kind: str) -> tuple[str, ...]:
    return sys.executable, __file__, str(shipped), kind


def encoded(pixels: np.ndarray, format: str, **options: Any) -> bytes:
    content = io.BytesIO()
    image = Image.fromarray((pixels * 255).round().astype(np.uint8))
    image.save(content, format, **options)
    return content.getvalue()


def until(client: TestClient, id: str, *states: str) -> dict[str, Any]:
    """The job, once it is in one of these states."""
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        job: dict[str, Any] = client.get(f"/v1/jobs/{id}").json()
        if job["state"] in states:
            return job
        time.sleep(0.02)
    raise AssertionError(f"the job is {job['state']}: {job}")


def asked(client: TestClient, verb: str, **fields: Any) -> dict[str, Any]:
    """A new job."""
    answer = client.post(f"/v1/{verb}", data=fields)
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    return job


if __name__ == "__main__":
    for each in (NAP, VIGIL):
        verbs.register(each.name)(each)
    gallery.SHIPPED = Path(sys.argv[1])
    if sys.argv[2] in ("worker", "cold"):
        from zeuxis.studio.worker import WARM, main

        if sys.argv[2] == "cold" and WARM in sys.argv:
            sys.argv.remove(WARM)
        main()
    else:
        from zeuxis.cli.main import main as zeuxis
        from zeuxis.studio import workers

        workers.COMMAND = command(gallery.SHIPPED, "worker")
        zeuxis(sys.argv[2:])
