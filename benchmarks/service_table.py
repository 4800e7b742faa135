"""The page of what `service.py` has measured."""

from collections.abc import Mapping
from typing import Any

WORDS = {"200": "result at once", "202": "a job, its result fetched later", "429": "told to wait"}


def page(found: Mapping[str, Any]) -> str:
    """All tables."""
    lines = [
        "# The studio under load",
        "",
        f"{found['when']}, {found['machine']}; clients and server share them. `{found['command']}`",
        "",
        *_load(found["load"], found["side"]),
        *_growth(found["growth"]),
        *_kills(found["kills"]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _load(load: Mapping[str, Any], side: int) -> list[str]:
    lost = load["jobs"] - load["right"] - load["another's"] - load["nobody's"]
    others = {key: count for key, count in load["statuses"].items() if key not in WORDS}
    rows = {
        "jobs taken": load["jobs"],
        "results that are the client's own, to the pixel": load["right"],
        "another client's": load["another's"],
        "nobody's": load["nobody's"],
        "lost": lost,
        "results a second": load["a second"],
        **{f"answers: {WORDS[key]} ({key})": load["statuses"].get(key, 0) for key in WORDS},
        "answers: anything else": ", ".join(f"{n} x {key}" for key, n in others.items()) or 0,
        "429 without Retry-After": load["429 without Retry-After"],
        "seconds of a request that was taken": _times(load["latency"]),
        "seconds, times told to wait included": _times(load["latency with waits"]),
        "memory beforehand": _memory(load["memory before"]),
        "memory afterwards": _memory(load["memory after"]),
    }
    title = f"## {load['clients']} clients at once, {load['seconds']:g} s, {side}x{side}"
    return [title, "", *_table(rows)]


def _growth(growth: Mapping[str, Any]) -> list[str]:
    readings, slopes = growth["readings"], growth["MB for 1000 jobs more"]
    middle = readings[len(readings) // 2]
    rows = {f"after {each['jobs']:g} jobs": _memory(each) for each in (*readings[:2], middle)}
    rows[f"after {readings[-1]['jobs']:g} jobs"] = _memory(readings[-1])
    rows["trend of the second half, MB for 1000 jobs"] = (
        f"server {slopes['server']:+g}, workers {slopes['workers']:+g}"
    )
    return [
        f"## Memory over {growth['jobs']} jobs", "", *_table(rows),
    ]  # fmt: skip


def _kills(kills: Mapping[str, Any]) -> list[str]:
    rows = {
        f"{kills['jobs']} jobs, worker killed": _ends(kills["a worker killed"]),
        f"{kills['jobs']} jobs, server killed and begun again": _ends(kills["the server killed"]),
        "results from before that, still there": (
            f"{kills['of those still there']} of {kills['done before that']}; "
            f"{kills['of the jobs before still there']} of {kills['jobs']} of earlier jobs"
        ),
    }
    return ["## kill -9 in the middle", "", *_table(rows)]


def _table(rows: Mapping[str, Any]) -> list[str]:
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items()), ""]


def _times(spread: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in spread.items())


def _memory(reading: Mapping[str, float]) -> str:
    return f"server {reading['server']:.0f} MB, workers {reading['workers']:.0f} MB"


def _ends(ends: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {how}" for how, count in ends.items())
