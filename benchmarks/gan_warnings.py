"""Do the warnings of a run speak when they should? Runs made to collapse, runs made to overfit, healthy ones.

    python benchmarks/gan_warnings.py --data ../shared/data
    python benchmarks/gan_warnings.py --data ../shared/data --cost fashion flowers --minutes 2

Short runs on Fashion-MNIST, at 28 px. Their clock goes by steps, so that looks fall on the same steps
wherever they run; all else is as `zeuxis gan train` has it. `--cost` trains with the defaults instead, and
says which part of a run looks take; its minutes are those that it has had of the processor. One thread.

Results are in benchmarks/results/gan_warnings.json and, as tables, gan_warnings.md. What is there is not
measured again, so that it can be interrupted at any time. Runs are kept in out/warnings, with their samples.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from gan_warnings_table import WARNINGS, page

from gan import machine
from zeuxis.data import Epochs, prepare
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training import examining, trainer
from zeuxis.gan.training import keeper as keeper_module
from zeuxis.gan.training.examining import Examiner
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.finishing import Finisher
from zeuxis.gan.training.keeper import Keeper
from zeuxis.gan.training.plan import Length
from zeuxis.gan.training.run import train
from zeuxis.gan.training.setting_up import rivals_of, set_up
from zeuxis.gan.training.trainer import Trainer
from zeuxis.training.folder import RunFolder
from zeuxis.training.lines import read_lines
from zeuxis.training.processes import Processes

RESULTS = Path(__file__).parent / "results"
FEW = 200  # pictures, to overfit to
OTHERS = 500  # that such a run never sees, to know what it learned by heart
SCORED = 256  # pictures that a score is of
COSTS = {"fashion": "fashion_mnist", "flowers": "flowers128"}


@dataclass(frozen=True)
class Case:
    """Runs that differ in nothing but the seed.

    Attributes:
        kind: what they are made to do.
        name: what they are.
        seeds: one a run.
        steps: of a run.
        every: steps from one look to the next.
        knobs: of `GanSettings`.
    """

    kind: str
    name: str
    seeds: tuple[int, ...]
    steps: int
    every: int
    knobs: dict[str, Any]


def unruly(network: str, rate: float, **knobs: Any) -> dict[str, Any]:
    """Nothing that holds it back, and a high rate."""
    free = {"r1_gamma": 0.0, "r2_gamma": 0.0, "augmentation": "none"}
    return {"network": network, "generator_rate": rate, "discriminator_rate": rate} | free | knobs


FREE = {"network": "modern", "capacity": 0.4, "augmentation": "none"}
CASES = (
    Case("collapse", "modern, rates x 10", (0, 1, 2), 240, 20, unruly("modern", 1e-2)),
    Case("collapse", "modern, rates x 30", (3, 4), 250, 25, unruly("modern", 3e-2, capacity=0.25)),
    Case("collapse", "mlp, rates x 10", (5, 6, 7), 400, 25, unruly("mlp", 2e-3)),
    Case("overfit", "modern without R1", (0, 1, 2), 1500, 100, FREE | {"r1_gamma": 0.0}),
    Case("overfit", "modern", (3, 4), 2000, 100, FREE),
    Case("healthy", "modern", (0, 1, 2), 600, 40, {"network": "modern", "capacity": 0.4}),
    Case("healthy", "dcgan", (3, 4), 500, 40, {"network": "dcgan", "capacity": 0.25}),
    Case("healthy", "mlp", (5,), 400, 25, {"network": "mlp"}),
)


class ByStep(Trainer):
    """A trainer whose clock goes by steps: a look every so many."""

    every: int

    def _clock(self, _: float) -> float:
        return 60 * self.rivals.settings.preview_minutes * self.step / self.every


def played(
    data: Path, folder: Path, case: Case, seed: int, others: Path | None = None
) -> dict[str, Any]:
    """A run: what its looks found, what it said at which step, and what it took.

    With other pictures it is also known how far its discriminator prefers its own to those.
    """
    shutil.rmtree(folder, ignore_errors=True)  # interrupted
    began, said = time.process_time(), []
    job = set_up(data, GanSettings(size="28", steps=case.steps, seed=seed, **case.knobs))
    processes = Processes()
    rivals = rivals_of(job, processes)
    examiner = Examiner(rivals, job.pictures, job.held_out, SCORED)
    keeper = Keeper(
        RunFolder(folder),
        examiner,
        lambda _: None,
        say=lambda sentence: said.append((rivals.step, sentence.partition(":")[0])),
    )
    keeper.begin()
    feed = Feed(Epochs(job.pictures, job.batch_size, seed, False), 1, rivals.device)
    game = ByStep(rivals, feed, Length.of(job), keeper, processes)
    game.every = case.every
    game.train()
    keeper.close()
    cpu_minutes = round((time.process_time() - began) / 60, 2)
    looks = [line for line in read_lines(RunFolder(folder).metrics) if "score" in line]
    truth = {}
    if others is not None:
        unseen = prepare(others, height=28, width=28, channels=1)
        truth["by_others"] = round(Examiner(rivals, job.pictures, unseen, SCORED)().memorization, 3)
    kept = ("step", "score", "variety", "distinctness", "separation", "memorization")
    return {
        "kind": case.kind,
        "case": case.name,
        "said": [(step, WARNINGS.get(head, head)) for step, head in said],
        "looks": [{name: round(look[name], 3) for name in kept} for look in looks],
        "cpu_minutes": cpu_minutes,
    } | truth


def few(data: Path, seed: int, folder: Path) -> tuple[Path, Path]:
    """An .npy of some of the pictures, other ones for each seed, and one of some of the others."""
    whole = prepare(data, height=28, width=28, channels=1)
    order = np.random.default_rng(seed).permutation(len(whole))
    files = folder / f"{FEW}-{seed}.npy", folder / f"others-{seed}.npy"
    folder.mkdir(parents=True, exist_ok=True)
    for file, chosen in zip(files, (order[:FEW], order[FEW : FEW + OTHERS]), strict=True):
        np.save(file, np.array(whole.pictures[np.sort(chosen)]))
    return files


class Clock:
    """Seconds of the processor that each call of something took, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def __call__(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def clocked(*args: Any, **kwargs: Any) -> Any:
            began = time.process_time()
            result = function(*args, **kwargs)
            self.seconds[name].append(time.process_time() - began)
            return result

        return clocked


def cost(data: Path, minutes: float) -> dict[str, Any]:
    """What looks take of a run with the defaults, whose minutes are those it has of the processor."""
    clock, processor = Clock(), SimpleNamespace(monotonic=time.process_time)
    parts = {
        "generators": (Finisher, "__call__"),
        "checkpoints": (keeper_module, "save_checkpoint"),
    }
    parts |= {"examinations": (Examiner, "__call__"), "sheets": (Examiner, "sheet")}
    parts |= {"looks": (Keeper, "look"), "training": (Trainer, "train")}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as patches:
        for module in (examining, trainer):
            patches.enter_context(patch.object(module, "time", processor))
        for name, (owner, what) in parts.items():
            clocked = clock(name, getattr(owner, what))
            patches.enter_context(patch.object(owner, what, clocked))
        outcome = train(data, Path(folder) / "run", GanSettings(minutes=minutes))
        about = RunFolder(Path(folder) / "run").about()
    looks = len(clock.seconds["looks"])
    del clock.seconds["examinations"][:-looks]  # those that found out how many pictures to score
    return {
        "size": about["settings"]["size"],
        "score_pictures": about["score_pictures"],
        "steps": outcome.step,
        "looks": looks,
        "seconds": {name: round(sum(clock.seconds[name]), 2) for name in reversed(parts)},
    }


def keep(part: str, name: str, found: dict[str, Any], command: str) -> None:
    """Put what was found among the rest, and make the page anew."""
    about = {"machine": machine(), "date": f"{datetime.now():%Y-%m-%d %H:%M}", "command": command}
    results = known()
    results.setdefault(part, {})[name] = found | about
    (RESULTS / "gan_warnings.json").write_text(json.dumps(results, indent=1) + "\n")
    (RESULTS / "gan_warnings.md").write_text(page(results))


def known() -> dict[str, Any]:
    """What was found so far."""
    file = RESULTS / "gan_warnings.json"
    return json.loads(file.read_text()) if file.exists() else {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cost", nargs="+", choices=COSTS, default=[])
    parser.add_argument("--minutes", type=float, default=2, help="of the processor, for --cost")
    parser.add_argument("--output", type=Path, default=Path("out/warnings"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    command = "python benchmarks/gan_warnings.py"
    for name in args.cost:
        if name not in known().get("costs", {}):
            found = cost(args.data / COSTS[name], args.minutes)
            keep("costs", name, found, f"{command} --cost {name} --minutes {args.minutes:g}")
            print(name, found, flush=True)
    for case in () if args.cost else CASES:
        for seed in case.seeds:
            name = f"{case.kind}: {case.name}, seed {seed}"
            if name in known().get("runs", {}):
                continue
            data, others = args.data / "fashion_mnist", None
            if case.kind == "overfit":
                data, others = few(data, seed, args.output)
            folder = args.output / f"{case.kind}-{seed}"
            found = played(data, folder, case, seed, others)
            keep("runs", name, found, command)
            print(name, found["said"], f"{found['cpu_minutes']} CPU-minutes", flush=True)


if __name__ == "__main__":
    main()
