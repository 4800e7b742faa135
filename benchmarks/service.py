"""The studio under load: lost or mixed-up results, latencies, memory, and what a `kill -9` costs.

    python benchmarks/service.py
    python benchmarks/service.py --clients 10 --seconds 5 --jobs 40 --out /tmp

A real `zeuxis studio` with its defaults, on 127.0.0.1, and clients in this process, on the same machine. Each
has an address of its own (X-Forwarded-For, as a proxy sets it) and a picture of its own; what it gets is held
against what `zeuxis.Stylizer` makes of that picture, pixel by pixel. Three parts:

1. `--clients` at once for `--seconds`: POST /v1/stylize?wait=60; who is told 429 comes back when told to.
2. `--jobs` jobs of four clients, and the memory of server and worker as they go by.
3. `kill -9` of a worker, and of the server, while jobs run and wait.

What was found goes into service.json, and service.md has tables.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import shlex
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from PIL import Image
from service_clients import Client, Sent, Studio, Tally, asking, digest, pictures
from service_table import page

AT_ONCE = 4  # clients of the memory run
READINGS = 20  # of memory
KILLED = 30  # jobs that are asked for before something is killed
CUT_SHORT = "the studio was stopped while this ran"


async def load(sent: list[Sent], seconds: float) -> dict[str, Any]:
    """Part 1."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as state, Studio(Path(state)) as studio:
        async with asking(studio) as http:
            await asyncio.gather(*(Client(http, n, sent, Tally()).ask() for n in range(8)))  # warm
            before, began = studio.memory(), time.monotonic()
            clients = [Client(http, number, sent, tally) for number in range(len(sent))]
            await asyncio.gather(*(client.until(began + seconds) for client in clients))
            took, after = time.monotonic() - began, studio.memory()
            states = Counter([(await http.get(job)).json()["state"] for job in tally.jobs])
    return {
        "clients": len(sent),
        "seconds": round(took, 1),
        "statuses": dict(tally.statuses),
        "jobs": len(tally.jobs),
        "states": dict(states),
        "right": tally.right,
        "another's": tally.another,
        "nobody's": tally.unknown,
        "429 without Retry-After": tally.without_retry,
        "a second": round(tally.right / took, 1),
        "latency": _spread(tally.seconds),
        "latency with waits": _spread(tally.with_waits),
        "memory before": before,
        "memory after": after,
    }


async def growth(sent: list[Sent], jobs: int) -> dict[str, Any]:
    """Part 2."""
    tally, readings = Tally(), list[dict[str, float]]()
    with tempfile.TemporaryDirectory() as state, Studio(Path(state)) as studio:
        async with asking(studio) as http:
            clients = [Client(http, number, sent, tally) for number in range(AT_ONCE)]
            for done in range(0, jobs, AT_ONCE):
                if done % max(AT_ONCE, jobs // READINGS // AT_ONCE * AT_ONCE) == 0:
                    readings.append({"jobs": done, **studio.memory()})
                await asyncio.gather(*(client.ask() for client in clients))
            readings.append({"jobs": len(tally.jobs), **studio.memory()})
    second = readings[len(readings) // 2 :]
    slopes = {
        who: round(
            1000 * np.polyfit([r["jobs"] for r in second], [r[who] for r in second], 1)[0], 2
        )
        for who in ("server", "workers")
    }
    return {
        "jobs": len(tally.jobs),
        "right": tally.right,
        "readings": readings,
        "MB for 1000 jobs more": slopes,
    }


async def kills(sent: list[Sent]) -> dict[str, Any]:
    """Part 3."""
    with tempfile.TemporaryDirectory() as state:
        studio = Studio(Path(state))
        async with asking(studio) as http:
            of_worker = await _submitted(http, sent)
            await _some_done(http, of_worker)
            for pid in studio.workers:
                os.kill(pid, signal.SIGKILL)
            by_worker = await _ends(http, of_worker, sent)
            of_server = await _submitted(http, sent)
            done = await _some_done(http, of_server)
            studio.kill()
        with Studio(Path(state), studio.port) as again:
            async with asking(again) as http:
                by_server = await _ends(http, of_server, sent)
                still = await _ends(http, {job: of_server[job] for job in done}, sent)
                older = await _ends(http, of_worker, sent)
    return {
        "jobs": KILLED,
        "a worker killed": dict(by_worker),
        "the server killed": dict(by_server),
        "done before that": len(done),
        "of those still there": still["done, right"],
        "of the jobs before still there": older["done, right"],
    }


async def _submitted(http: httpx2.AsyncClient, sent: list[Sent]) -> dict[str, int]:
    """Jobs, and whose picture each is of."""
    found = {}
    for number in range(KILLED):
        answer = await Client(http, number, sent, Tally()).post()
        found[answer.headers["location"]] = number % len(sent)
    return found


async def _some_done(http: httpx2.AsyncClient, jobs: dict[str, int]) -> list[str]:
    """Those that are done, as soon as there are a few, and others that are not."""
    while True:
        states = {job: (await http.get(job)).json()["state"] for job in jobs}
        done = [job for job, state in states.items() if state == "done"]
        if len(done) >= KILLED // 6:
            return done


async def _ends(http: httpx2.AsyncClient, jobs: dict[str, int], sent: list[Sent]) -> Counter[str]:
    """How jobs ended, in words."""
    found: Counter[str] = Counter()
    for job, number in jobs.items():
        while (told := await http.get(job)).is_success:
            if told.json()["state"] not in ("queued", "running"):
                break
            await asyncio.sleep(0.1)
        if not told.is_success:
            found["lost"] += 1
        elif told.json()["state"] == "done":
            content = (await http.get(f"{job}/results/0")).content
            is_right = digest(Image.open(BytesIO(content))) == sent[number].expected
            found["done, right" if is_right else "done, wrong"] += 1
        else:
            is_said = CUT_SHORT in (told.json()["error"] or "")
            found["failed, and said so" if is_said else "failed otherwise"] += 1
    return found


def _spread(seconds: list[float]) -> dict[str, float]:
    quantiles = {"median": 50, "95%": 95, "99%": 99, "longest": 100}
    return {name: round(float(np.percentile(seconds, q)), 2) for name, q in quantiles.items()}


def _about(args: argparse.Namespace) -> dict[str, str]:
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    machine = names[0] if names else platform.processor()
    return {
        "command": f"python benchmarks/service.py {shlex.join(sys.argv[1:])}".strip(),
        "machine": f"{machine}, {os.cpu_count()} cores, load beforehand {os.getloadavg()[0]:.1f}",
        "when": str(date.today()),
        "side": args.side,
    }


async def measure(args: argparse.Namespace) -> dict[str, Any]:
    """All parts."""
    found: dict[str, Any] = _about(args)
    sent = pictures(max(args.clients, KILLED), args.side)
    found["load"] = await load(sent[: args.clients], args.seconds)
    print(json.dumps(found["load"], indent=1), flush=True)
    found["growth"] = await growth(sent, args.jobs)
    print(json.dumps(found["growth"]["readings"][-1]), flush=True)
    found["kills"] = await kills(sent)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--side", type=int, default=256, help="of the pictures, in pixels")
    parser.add_argument("--jobs", type=int, default=2000, help="while memory is watched")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    found = asyncio.run(measure(args))
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "service.json").write_text(json.dumps(found, indent=1) + "\n")
    (args.out / "service.md").write_text(page(found))
    print(page(found))


if __name__ == "__main__":
    main()
