"""Ours beside the published recipe, on the same weights and losses, one thread each.

    python benchmarks/paint.py --data ../shared/data --jobs 2

For each photo and painting the published recipe (`published.py`) takes 500 evaluations; then `zeuxis.paint`
paints until its loss is as small as the recipe's after 200 and after 500. Each side is a process of its own.
Results go to benchmarks/results/, with the machine, the date and the command.
"""

import argparse
import contextlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAIRS = (
    ("tubingen", "starry_night"),
    ("chicago", "the_scream"),
    ("golden_gate", "great_wave"),
    ("chelsea_cat", "composition_vii"),
    ("lion", "woman_with_hat"),
    ("hoover_tower", "night_cafe"),
)
JOBS = [(pair, 512) for pair in PAIRS[:2]] + [(pair, 256) for pair in PAIRS]
MILESTONES = (200, 500)
GIVE_UP = 500  # evaluations of ours


def published_side(photo: Path, style: Path, size: int) -> dict[str, Any]:
    """Run the recipe; its CPU-seconds and losses at the milestones."""
    import published
    import torch

    log, _ = published.run(
        *(torch.from_numpy(_read(p, size)) for p in (photo, style)), MILESTONES[-1]
    )
    return {
        "losses": {str(n): log[n - 1][1] for n in MILESTONES},
        "seconds": {str(n): log[n - 1][0] for n in MILESTONES},
        "highest": max(loss for _, loss in log),
        "curve": log[::10],
    }


class AllReachedError(Exception):
    """All targets are."""


def our_side(
    photo: Path, style: Path, size: int, targets: list[float], levels: int | None
) -> dict[str, Any]:
    """Paint until the targets are reached; CPU-seconds and evaluations at each."""
    import zeuxis
    from zeuxis.painting import Progress

    log: list[tuple[float, float, int]] = []
    began = time.process_time()

    def watch(progress: Progress) -> None:
        if progress.level == progress.levels - 1:
            log.append((time.process_time() - began, progress.loss, progress.evaluations))
            if progress.loss <= min(targets) or progress.evaluations >= GIVE_UP:
                raise AllReachedError

    with contextlib.suppress(AllReachedError):
        zeuxis.paint(
            photo,
            style,
            size=str(size),
            levels=levels,
            coarse_iterations=25,
            iterations=GIVE_UP,
            callback=watch,
        )
    reached = [next((row for row in log if row[1] <= target), None) for target in targets]
    return {
        "seconds": dict(zip(map(str, MILESTONES), [r and r[0] for r in reached], strict=True)),
        "evaluations": dict(zip(map(str, MILESTONES), [r and r[2] for r in reached], strict=True)),
        "last": log[-1],
        "curve": log[::10],
    }


def floor(size: int) -> dict[str, float]:
    """CPU-seconds of one evaluation, ours and the recipe's, and of bare forward and backward passes."""
    import published
    import torch

    from zeuxis.painting.objective import Objective, StyleSource
    from zeuxis.painting.settings import PaintSettings
    from zeuxis.perception.vgg import load_vgg

    photo, style = torch.rand(1, 3, size, size), torch.rand(1, 3, size, size)
    plain, ours = published.network(), load_vgg("vgg16")
    loss = published.objective(plain, photo, style)
    evaluate = Objective(ours, photo, [StyleSource(style)], PaintSettings())

    def leaf(picture: torch.Tensor) -> torch.Tensor:
        return picture.clone().requires_grad_(True)

    actions: dict[str, Callable[[], object]] = {
        "ours": lambda: evaluate(photo),
        "published": lambda: loss(leaf(published.caffe(photo))).backward(),
        "bare plain VGG": lambda: plain(leaf(published.caffe(photo))).sum().backward(),
        "bare VGG of ours": lambda: ours(leaf(photo), ["relu5_1"])["relu5_1"].sum().backward(),
    }
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(8):  # in turn, so that a slow moment hits all alike
        for name, action in actions.items():
            began = time.process_time()
            action()
            times[name].append(time.process_time() - began)
    return {name: statistics.median(rows[1:]) for name, rows in times.items()}


def _read(path: Path, size: int) -> Any:
    from zeuxis.images import Size, read

    return read(path).resized(Size.parse(str(size))).batch()


def _child(*arguments: object) -> dict[str, Any]:
    """Run a side in a process of its own, on one thread."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE / "paint.py"), *map(str, arguments)]
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
    result: dict[str, Any] = json.loads(output)
    return result


def _compare(data: Path, pair: tuple[str, str], size: int) -> dict[str, Any]:
    photo, style = data / f"content_test/{pair[0]}.jpg", data / f"style/{pair[1]}.jpg"
    theirs = _child("--side", "published", photo, style, size)
    targets = list(theirs["losses"].values())
    ours = _child("--side", "ours", photo, style, size, "--targets", *targets)
    row = {"photo": pair[0], "style": pair[1], "size": size, "published": theirs, "ours": ours}
    print(_line(row), file=sys.stderr, flush=True)
    return row


def _line(row: dict[str, Any]) -> str:
    cells = [f"{row['photo']} x {row['style']}", str(row["size"])]
    for milestone in map(str, MILESTONES):
        theirs, ours = row["published"]["seconds"][milestone], row["ours"]["seconds"][milestone]
        loss = row["published"]["losses"][milestone]
        cells += [f"{loss:.3f}", f"{theirs:.0f}"]
        if ours is None:
            cells += [f"not reached ({row['ours']['last'][1]:.3f})", ""]
        else:
            cells += [
                f"{ours:.0f} ({row['ours']['evaluations'][milestone]})",
                f"{ours / theirs:.2f}",
            ]
    cells += [f"{row[side]['peak_mb']:.0f}" for side in ("published", "ours")]
    return "| " + " | ".join(cells) + " |"


def _medians(rows: list[dict[str, Any]]) -> Iterable[str]:
    for size in sorted({row["size"] for row in rows}):
        for milestone in map(str, MILESTONES):
            ratios = [
                row["ours"]["seconds"][milestone] / row["published"]["seconds"][milestone]
                for row in rows
                if row["size"] == size and row["ours"]["seconds"][milestone] is not None
            ]
            if ratios:
                yield f"- {size} px, after {milestone} evaluations: median {statistics.median(ratios):.2f}"


def _report(rows: list[dict[str, Any]], floors: dict[int, dict[str, float]], jobs: int) -> str:
    head = [
        "pair", "px", "loss 200", "published CPU-s", "ours CPU-s (evaluations)", "ratio",
        "loss 500", "published CPU-s", "ours CPU-s (evaluations)", "ratio", "published MB", "ours MB",
    ]  # fmt: skip
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        "# Painting: ours beside the published recipe",
        "",
        f"{date.today()}, {machine}, one thread each, {jobs} at a time. "
        "`python benchmarks/paint.py --data ../shared/data --jobs " + f"{jobs}`",
        "",
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *map(_line, rows),
        "",
        "CPU-seconds to the published recipe's loss, ours over the recipe's:",
        "",
        *_medians(rows),
        "",
        "CPU-seconds of one loss-and-gradient evaluation (median of 7):",
        "",
        "| px | " + " | ".join(next(iter(floors.values()))) + " |",
        "|---|---|---|---|---|",
        *(
            f"| {s} | " + " | ".join(f"{v:.3f}" for v in f.values()) + " |"
            for s, f in floors.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run one side, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--side", choices=("published", "ours", "floor"))
    parser.add_argument("--targets", type=float, nargs="+")
    parser.add_argument("--levels", type=int, default=2)
    parser.add_argument("rest", nargs="*")
    args = parser.parse_args()
    if args.side == "floor":
        print(json.dumps(floor(int(args.rest[0]))))
        return
    if args.side:
        photo, style, size = Path(args.rest[0]), Path(args.rest[1]), int(args.rest[2])
        if args.side == "published":
            result = published_side(photo, style, size)
        else:
            result = our_side(photo, style, size, args.targets, args.levels)
        result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
        return
    floors = {size: _child("--side", "floor", size) for size in (256, 512)}
    rows: list[dict[str, Any]] = []
    with ThreadPoolExecutor(args.jobs) as pool:
        jobs = [pool.submit(_compare, args.data, *job) for job in JOBS]
        for job in as_completed(jobs):  # written anew after each, so that a stop loses nothing
            rows.append(job.result())
            _write(rows, floors, args.jobs)


def _write(rows: list[dict[str, Any]], floors: dict[int, dict[str, float]], jobs: int) -> None:
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "paint.json").write_text(json.dumps({"rows": rows, "floors": floors}, indent=1))
    (results / "paint.md").write_text(_report(rows, floors, jobs))


if __name__ == "__main__":
    main()
