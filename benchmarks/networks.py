"""What a network costs and how well it paints: Johnson et al. 2016 and fresco in several sizes.

    python benchmarks/networks.py --data ../shared/data --steps 300
    python benchmarks/networks.py --data ../shared/data --steps 600 --only johnson fresco

Each network learns one painting, from the same photographs, in the same steps; then it paints photographs it
has not seen, at 512 px. Style is |G - A|^2 / |A|^2 of Gram matrices, a mean over four layers of our
VGG-16; content is the mean squared difference at relu3_3; lower is better. Time is that of ONNX Runtime at
1024 x 1024, networks in turn. Results go to benchmarks/results/networks.md, a table for each command.
"""

import argparse
import json
import platform
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from zeuxis.images import Size, read
from zeuxis.perception.vgg import load_vgg
from zeuxis.runtime import load_network
from zeuxis.style.rows import row_of
from zeuxis.style.training.objective import Objective
from zeuxis.style.training.paintings import grams_of
from zeuxis.style.training.run import train_styles
from zeuxis.style.training.settings import StyleTrainSettings

HERE = Path(__file__).parent
NETWORKS: dict[str, dict[str, Any]] = {
    "johnson": {"network": "johnson"},
    "fresco 8-24-48, 3+1 blocks": {"widths": (8, 24, 48)},
    "fresco 16-32-64, 3+1": {"widths": (16, 32, 64)},
    "fresco 16-48-96, 3+0": {"fine_blocks": 0},
    "fresco 16-48-96, 3+1 (shipped)": {},
    "fresco 24-64-128, 4+1": {"widths": (24, 64, 128), "blocks": 4},
}
SHORT = {
    "johnson": "johnson",
    "fresco": "fresco 16-48-96, 3+1 (shipped)",
}  # of the two that matter most


def quality(
    model: Path, painting: Path, photos: list[Path], settings: StyleTrainSettings, style: int = 0
) -> dict[str, float]:
    """Style and content loss of painted photos at 512 px, at middling strokes, and the mean of each."""
    network = load_network(model)
    row = row_of(network.tensors, style, 0.5)
    middle = settings.style_sizes[len(settings.style_sizes) // 2]
    settings = replace(settings, style_sizes=(middle,), content_weight=1.0, style_weight=1.0)
    objective = Objective(load_vgg("vgg16"), settings)
    grams = {layer: g[:, 0] for layer, g in grams_of([painting], objective, settings).items()}
    rows = []
    for photo in photos:
        pixels = read(photo).resized(Size(longest=512)).pixels
        painted = network.paint(pixels, row)
        pair = [torch.from_numpy(np.array(p.transpose(2, 0, 1)[None])) for p in (painted, pixels)]
        with torch.no_grad():
            rows.append({name: loss.item() for name, loss in objective(*pair, grams).items()})
    return {name: statistics.mean(row[name] for row in rows) for name in ("style", "content")}


def seconds_at_1024(models: dict[str, Path], runs: int) -> dict[str, float]:
    """Median wall time of a painting, networks in turn."""
    pixels = np.random.default_rng(0).random((1024, 1024, 3), np.float32)
    networks = {name: load_network(path) for name, path in models.items()}
    times: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(runs + 1):
        for name, network in networks.items():
            began = time.perf_counter()
            network.paint(pixels, row_of(network.tensors, 0, 0.5), max_memory=8e9)
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(rows[1:]) for name, rows in times.items()}


def parameters(model: Path) -> int:
    """How many numbers the network has, without styles."""
    tensors = load_network(model).tensors
    own = [n for n in tensors if not n.startswith("graph.") and n not in ("rows", "plain")]
    return sum(tensors[name].size for name in own)


def main() -> None:
    """Train, paint, measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data")
    parser.add_argument("--painting", default="starry_night")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument(
        "--only", nargs="+", choices=list(SHORT), help="the paper's, ours as it ships"
    )
    args = parser.parse_args()
    names = [SHORT[name] for name in args.only or ()] or list(NETWORKS)
    painting = args.data / f"style/{args.painting}.jpg"
    photos = sorted((args.data / "content_test").glob("*.jpg"))
    base = StyleTrainSettings(steps=args.steps, crop_sizes=(args.crop,))
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        models = {}
        for number, name in enumerate(names):
            models[name] = Path(folder) / f"{number}.safetensors"
            settings = replace(base, **NETWORKS[name])
            card = train_styles([painting], args.data / "content/open", models[name], settings)
            assert card is not None
            rows[name] = {
                "parameters": parameters(models[name]),
                "training": card.metrics["seconds"],
                **quality(models[name], painting, photos, settings),
            }
            print(name, rows[name], flush=True)
        for name, seconds in seconds_at_1024(models, args.runs).items():
            rows[name]["seconds"] = seconds
    _write(rows, args)


def _write(rows: dict[str, dict[str, float]], args: argparse.Namespace) -> None:
    """Keep the figures of this command beside those of others, and write the page anew."""
    only = f" --only {' '.join(args.only)}" if args.only else ""
    command = (
        f"python benchmarks/networks.py --data ../shared/data --painting {args.painting} "
        f"--steps {args.steps} --crop {args.crop}{only}"
    )
    machine = f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    figures = HERE / "results/networks.json"
    figures.parent.mkdir(exist_ok=True)
    runs = json.loads(figures.read_text()) if figures.exists() else {}
    runs[command] = {"when": f"{date.today()}, {machine}", "rows": rows}
    figures.write_text(json.dumps(runs, indent=1) + "\n")
    lines = ["# Networks that paint in one pass: cost and quality"]
    for command, run in runs.items():
        lines += ["", f"{run['when']}. `{command}`", "", *_table(run["rows"])]
    figures.with_suffix(".md").write_text("\n".join(lines) + "\n")


def _table(rows: dict[str, dict[str, float]]) -> list[str]:
    lines = [
        "| network | parameters | 1024 x 1024, s | times faster | training, s | style loss | content loss |",
        "|---|---|---|---|---|---|---|",
    ]
    slowest = max(row["seconds"] for row in rows.values())
    for name, row in rows.items():
        lines.append(
            f"| {name} | {row['parameters'] / 1e6:.2f} M | {row['seconds']:.3f} | "
            f"{slowest / row['seconds']:.1f} | {row['training']:.0f} | {row['style']:.3f} | "
            f"{row['content']:.2f} |"
        )
    return lines


if __name__ == "__main__":
    main()
