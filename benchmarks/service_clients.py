"""What `service.py` measures with: a real studio, and clients that know what they are to get."""

import asyncio
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Self

import httpx2
import numpy as np
from PIL import Image

from zeuxis import Stylizer

STYLE = "starry-night"
ROUTE = "/v1/stylize"


@dataclass(frozen=True)
class Sent:
    """A picture that is somebody's, as a PNG, and what is to come of it."""

    content: bytes
    expected: str


class Studio:
    """A server in a process of its own.

    Args:
        state: its folder.
        port: 0 for a free one.
    """

    def __init__(self, state: Path, port: int = 0) -> None:
        command = [str(Path(sys.executable).with_name("zeuxis")), "studio", "--no-browser"]
        command += ["--port", str(port), "--state", str(state)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        found = re.search(r"http://\S+:(\d+)/", said)
        if found is None:
            raise SystemExit(f"the studio did not open: {said}")
        self.url, self.port = found.group(), int(found[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def kill(self) -> None:
        """`kill -9`."""
        self._process.kill()
        self._process.wait()

    @property
    def workers(self) -> list[int]:
        """Its child processes."""
        parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
        return [pid for pid, parent in parents.items() if parent == self._process.pid]

    def memory(self) -> dict[str, float]:
        """MB that the server and its workers hold."""
        workers = sum(map(_resident, self.workers))
        return {"server": round(_resident(self._process.pid), 1), "workers": round(workers, 1)}


@dataclass
class Tally:
    """What clients have seen."""

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # of requests that were taken
    with_waits: list[float] = field(default_factory=list)  # from the first try on
    jobs: set[str] = field(default_factory=set)
    right: int = 0
    another: int = 0  # results that are somebody else's
    unknown: int = 0  # or nobody's
    without_retry: int = 0  # answers of 429 that do not say when to come back


def pictures(count: int, side: int) -> list[Sent]:
    """As many pictures, no two alike."""
    stylizer, found = Stylizer(STYLE), []
    for number in range(count):
        random = np.random.default_rng(number)
        coarse = Image.fromarray(random.integers(0, 256, (6, 6, 3), np.uint8))
        image, content = coarse.resize((side, side), Image.Resampling.BICUBIC), BytesIO()
        image.save(content, "PNG")
        found.append(Sent(content.getvalue(), digest(stylizer(image))))
    assert len({each.expected for each in found}) == count
    return found


def digest(image: Image.Image) -> str:
    """What tells pixels from others."""
    return sha256(np.asarray(image.convert("RGB")).tobytes()).hexdigest()


class Client:
    """Somebody with an address and a picture."""

    def __init__(
        self, http: httpx2.AsyncClient, number: int, sent: list[Sent], tally: Tally
    ) -> None:
        self._http, self._sent, self._tally = http, sent[number % len(sent)], tally
        self._whose = {each.expected for each in sent}
        self._headers = {"x-forwarded-for": f"10.0.{number // 250}.{number % 250 + 1}"}

    async def until(self, ends: float) -> None:
        """Ask again and again."""
        while time.monotonic() < ends:
            await self.ask(ends)

    async def ask(self, ends: float = float("inf")) -> None:
        """Have the picture painted; when told to come back later, do."""
        first = time.monotonic()
        while (began := time.monotonic()) < ends:
            answer = await self.post("?wait=60")
            self._tally.statuses[str(answer.status_code)] += 1
            if answer.status_code == 429:
                told = answer.headers.get("retry-after", "")
                self._tally.without_retry += not told.isdecimal()
                await asyncio.sleep(int(told) if told.isdecimal() else 1)
                continue
            if answer.status_code not in (200, 202):
                return
            job = answer.headers["location"]
            self._tally.jobs.add(job)
            content = answer.content if answer.status_code == 200 else await self.result(job)
            self._tally.seconds.append(time.monotonic() - began)
            self._tally.with_waits.append(time.monotonic() - first)
            self._judge(content)
            return

    async def post(self, query: str = "") -> httpx2.Response:
        """Ask for a job."""
        files = {"image": ("picture.png", self._sent.content, "image/png")}
        return await self._http.post(
            ROUTE + query, files=files, data={"style": STYLE}, headers=self._headers
        )

    async def result(self, job: str) -> bytes:
        """The result of a job, once it is there."""
        while (await self._http.get(job)).json()["state"] in ("queued", "running"):
            await asyncio.sleep(0.1)
        return (await self._http.get(f"{job}/results/0")).content

    def _judge(self, content: bytes) -> None:
        found = digest(Image.open(BytesIO(content)))
        self._tally.right += found == self._sent.expected
        self._tally.another += found != self._sent.expected and found in self._whose
        self._tally.unknown += found not in self._whose


def asking(studio: Studio) -> httpx2.AsyncClient:
    """Any number of connections to a studio."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx2.AsyncClient(base_url=studio.url, timeout=120, limits=limits)


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:  # it has ended
        return 0


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0
