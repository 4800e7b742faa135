"""How soon clothes appear: our pair beside DCGAN as pytorch/examples trains it, on Fashion-MNIST.

    python benchmarks/gan.py --data ../shared/data --minutes 20 --sides peer ours speed

Every side computes with one thread, and its clock is the time that it has had of the processor: a minute on
two cores is two of those, whatever else runs. The score is the Fréchet distance between the penultimate
features of a classifier, trained here, of 10,000 made pictures and of the test set; neither making them nor
judging is counted. `speed` trains the very same DCGAN at 64 px both ways, in turns. Each side that is run
replaces its part of benchmarks/results/gan.json; the table, gan.md, is of what is there.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import gan_peer
import torch
import torch.nn.functional as F
from gan_judge import Judge
from torch import Tensor

from zeuxis.data import Epochs, PictureSet, prepare
from zeuxis.gan.networks import Shape, networks
from zeuxis.gan.networks.shape import draw_latents
from zeuxis.gan.settings import GanSettings, resolved
from zeuxis.gan.training.feed import Feed
from zeuxis.gan.training.rivals import Rivals
from zeuxis.gan.training.step import train_step
from zeuxis.training.precision import precision_for
from zeuxis.training.randomness import keyed

RESULTS = Path(__file__).parent / "results"
SAMPLES, CORES, SEED = 10_000, 2, 0
TURNS, STEPS = 7, 3  # of the comparison of speed

Look = Callable[[], Iterator[Tensor]]


def whole(pictures: PictureSet) -> tuple[Tensor, Tensor]:
    """All of them, N x 1 x 28 x 28 in [0, 1], and their classes."""
    pixels = torch.from_numpy(pictures.pictures[:].copy()).permute(0, 3, 1, 2)
    return pixels.float() / 255, torch.from_numpy(pictures.labels[:].copy())


def curve(
    step: Callable[[], int], look: Look, judge: Judge, minutes: float
) -> Iterator[dict[str, float]]:
    """What a side has reached after each minute on two cores."""
    used = shown = 0.0
    due = 0.5
    while used < minutes:
        began = time.process_time()
        shown += step()
        used += (time.process_time() - began) / 60 / CORES
        if used >= due:
            yield {
                "minutes": round(used, 2),
                "kimg": shown / 1000,
                "distance": round(judge(look()), 2),
            }
            due += 0.5 if due < 5 else 1.0


def ours(pictures: PictureSet) -> tuple[Callable[[], int], Look]:
    """A step of the modern pair as `zeuxis gan train` takes it, and pictures of its average."""
    family = networks.get("modern")
    shape = Shape(28, 28, 1, latent_dim=family.recipe(Shape(28, 28, 1)).latent_dim)
    settings = resolved(GanSettings(seed=SEED), family.recipe(shape))
    torch.manual_seed(SEED)
    dtype = precision_for("auto", torch.device("cpu"))
    rivals = Rivals(*family.build(shape), settings, dtype=dtype)
    feed = Feed(Epochs(pictures, settings.batch_size, SEED, False), 1, torch.device("cpu"))

    def step() -> int:
        train_step(rivals, feed(rivals.step))
        return settings.batch_size

    @torch.no_grad()
    def look() -> Iterator[Tensor]:
        latents = draw_latents(keyed(SEED, "samples", rivals.step), SAMPLES, shape.latent_dim)
        for part in latents.split(500):
            with rivals.precision():
                made = rivals.average(part).float()
            yield made.clamp(0, 1)

    return step, look


def peer(pictures: Tensor) -> tuple[Callable[[], int], Look]:
    """A step of DCGAN, on pictures with two black pixels more at each border, and its pictures cut to 28."""
    torch.manual_seed(SEED)
    pair = gan_peer.Peer(32, 1)
    batches = _shuffled(pictures, gan_peer.BATCH)

    def step() -> int:
        pair.step(F.pad(next(batches) * 2 - 1, (2, 2, 2, 2), value=-1))
        return gan_peer.BATCH

    return step, lambda: (made[:, :, 2:-2, 2:-2] for made in pair.samples(SAMPLES))


def speed() -> dict[str, float]:
    """Pictures a second of the very same DCGAN, 64 px, batch 64: the examples' loop, and ours, in turns."""
    shape = Shape(64, 64, 3, latent_dim=100)
    family = networks.get("dcgan")
    settings = resolved(GanSettings(batch_size=gan_peer.BATCH), family.recipe(shape))
    pictures = torch.rand(gan_peer.BATCH, 3, 64, 64)
    lasting = pictures.contiguous(memory_format=torch.channels_last)
    theirs = gan_peer.Peer(64, 3)
    precise = Rivals(*family.build(shape), settings)
    dtype = precision_for("auto", torch.device("cpu"))
    usual = Rivals(*family.build(shape), settings, dtype=dtype)
    sides: dict[str, Callable[[], Any]] = {
        "peer": lambda: theirs.step(pictures * 2 - 1),
        "ours, float32": lambda: train_step(precise, [(lasting, None)]),
        f"ours, as it comes ({str(dtype).removeprefix('torch.')})": lambda: train_step(
            usual, [(lasting, None)]
        ),
    }
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(TURNS + 1):
        for name, step in sides.items():
            began = time.process_time()
            for _ in range(STEPS):
                step()
            if turn:  # the first is to warm up
                times[name].append((time.process_time() - began) / STEPS)
    return {name: round(gan_peer.BATCH / statistics.median(t), 2) for name, t in times.items()}


def _shuffled(pictures: Tensor, size: int) -> Iterator[Tensor]:
    while True:
        for chosen in torch.randperm(len(pictures)).split(size):
            if len(chosen) == size:
                yield pictures[chosen]


def first_below(points: Iterable[dict[str, float]], distance: float) -> float | None:
    """Minutes to a distance; None if it was not reached."""
    return next((p["minutes"] for p in points if p["distance"] <= distance), None)


def table(results: dict[str, Any]) -> str:
    """The results as a page."""
    lines = ["# Rivals beside DCGAN", ""]
    sides = {name: results[name] for name in ("peer", "ours") if name in results}
    for name, side in sides.items():
        lines.append(f"- {name}: {side['machine']}, {side['date']}, `{side['command']}`")
    at = sorted({round(p["minutes"], 1) for side in sides.values() for p in side["points"]})
    lines += [
        "",
        "Fréchet distance after minutes on two cores (real training pictures: about 1):",
        "",
    ]
    lines += ["| minutes | " + " | ".join(sides) + " |", "|---|" + "---|" * len(sides)]
    for minutes in at:
        row = [
            next(
                (f"{p['distance']:.1f}" for p in s["points"] if abs(p["minutes"] - minutes) < 0.06),
                "",
            )
            for s in sides.values()
        ]
        if all(row):
            lines.append(f"| {minutes:g} | " + " | ".join(row) + " |")
    if len(sides) == 2:
        theirs, mine = (side["points"] for side in sides.values())
        last = theirs[-1]["distance"]
        lines += [
            "",
            f"DCGAN's last distance, {last:.1f}, ours has after {first_below(mine, last)} minutes.",
        ]
        lines.append(f"Ours at the end over DCGAN's: {mine[-1]['distance'] / last:.2f}.")
    if "speed" in results:
        rates = results["speed"]["rates"]
        lines += [
            "",
            f"DCGAN at 64 px, batch 64 ({results['speed']['machine']}), pictures a CPU-second:",
            "",
        ]
        lines += [f"- {n}: {r} ({r / rates['peer']:.2f}x)" for n, r in rates.items()]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """The processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), "")
    amx = "amx_bf16" in " ".join(lines)
    return (
        f"{model or platform.processor()}{', with AMX' if amx else ''}, torch {torch.__version__}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20, help="on two cores")
    parser.add_argument("--sides", nargs="+", default=["peer", "ours", "speed"])
    parser.add_argument("--classifier", type=Path, default=Path("out/fashion-classifier.pt"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    file = RESULTS / "gan.json"
    command = f"python benchmarks/gan.py --minutes {args.minutes:g} --sides {' '.join(args.sides)}"
    for side in args.sides:
        about: dict[str, Any] = {"machine": machine(), "date": f"{datetime.now():%Y-%m-%d %H:%M}"}
        about["command"] = command
        if side == "speed":
            about["rates"] = speed()
        else:
            args.classifier.parent.mkdir(parents=True, exist_ok=True)
            folder = args.data / "fashion_mnist"
            train = prepare(folder, height=28, width=28, channels=1, classes=True)
            test = prepare(folder, height=28, width=28, channels=1, classes=True, split="test")
            torch.manual_seed(SEED)
            judge = Judge(whole(train), whole(test), args.classifier)
            about["classifier"] = judge.accuracy
            plain = prepare(folder, height=28, width=28, channels=1)
            step, look = ours(plain) if side == "ours" else peer(whole(train)[0])
            about["points"] = []
            for point in curve(step, look, judge, args.minutes):
                print(side, point, flush=True)
                about["points"].append(point)
        results = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps(results | {side: about}, indent=1) + "\n")
    (RESULTS / "gan.md").write_text(table(json.loads(file.read_text())))


if __name__ == "__main__":
    main()
