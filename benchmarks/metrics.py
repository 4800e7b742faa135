"""Features and Fréchet distances, ours beside torch-fidelity's code, on the same numbers, one thread.

    pip install --no-deps --target PEER torch-fidelity==0.4.0
    OMP_NUM_THREADS=1 python benchmarks/metrics.py --peer PEER

Both run Inception-v3 with the same random weights on the same bytes, and the distance of the same moments of
2048 features, in turns; what is compared is the median of the processor's time, which other work on the
machine moves little. Results go to benchmarks/results/metrics.md.
"""

import argparse
import importlib
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import torch

from zeuxis.metrics.features import FeatureNetwork
from zeuxis.metrics.frechet import Moments, fid
from zeuxis.perception.inception import build
from zeuxis.perception.inception_layers import convolutions, folded, published_shapes

HERE = Path(__file__).parent
TARGETS = {"features": 0.65, "distance": 0.7}  # of the peer's time, at most


def peer_modules(folder: Path) -> SimpleNamespace:
    """The peer's network and distance, without the rest of its package, which needs torchvision."""
    package = ModuleType("torch_fidelity")
    package.__path__ = [str(folder / "torch_fidelity")]
    sys.modules["torch_fidelity"] = package
    unused = ModuleType("torch_fidelity.utils")  # reading of inputs, which needs torchvision
    unused.__getattr__ = lambda _: None  # type: ignore[method-assign]
    sys.modules["torch_fidelity.utils"] = unused
    return SimpleNamespace(
        network=importlib.import_module("torch_fidelity.feature_extractor_inceptionv3"),
        distance=importlib.import_module("torch_fidelity.metric_fid"),
        version=next(iter(distributions(path=[str(folder)]))).version,
    )


def random_state() -> dict[str, torch.Tensor]:
    """Weights in the published form, with activations of a size that stays the same from layer to layer."""
    draws = torch.Generator().manual_seed(0)
    state = {}
    for name, shape in published_shapes().items():
        if name.endswith("conv.weight"):
            state[name] = torch.randn(shape, generator=draws) * (2 / np.prod(shape[1:])) ** 0.5
        elif name.endswith(("bn.weight", "running_var")):
            state[name] = torch.rand(shape, generator=draws) + 0.5
        else:
            state[name] = torch.randn(shape, generator=draws) * 0.1
    return state


def networks(peer: Any) -> tuple[FeatureNetwork, Callable[[torch.Tensor], Any]]:
    """Ours and the peer's, with the same weights."""
    state = random_state()
    inception = build(folded({name: each.numpy() for name, each in state.items()})).eval()
    ours = FeatureNetwork("inception", lambda x: (inception(x)[0], None), 2048, part=16)
    extractor = peer.network.FeatureExtractorInceptionV3
    counters = {f"{name}.bn.num_batches_tracked": torch.tensor(0) for name, *_ in convolutions()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.pth"
        torch.save(state | counters, path)
        theirs = extractor("inception", ["2048"], feature_extractor_weights_path=path)
    return ours, theirs


def in_turns(jobs: dict[str, Callable[[], Any]], turns: int) -> dict[str, dict[str, float]]:
    """Medians of processor's and wall time of each job; a turn of both before is not counted."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
    for _ in range(turns + 1):
        for name, job in jobs.items():
            busy, began = time.process_time(), time.perf_counter()
            job()
            taken[name].append((time.process_time() - busy, time.perf_counter() - began))
    return {
        name: {
            "cpu": statistics.median(cpu for cpu, _ in rows[1:]),
            "wall": statistics.median(wall for _, wall in rows[1:]),
            "low": min(cpu for cpu, _ in rows[1:]),
            "high": max(cpu for cpu, _ in rows[1:]),
        }
        for name, rows in taken.items()
    }


def features(peer: Any, count: int, side: int, turns: int) -> dict[str, dict[str, float]]:
    """Time for `count` pictures; both must see the same in them."""
    ours, theirs = networks(peer)
    levels = torch.randint(0, 256, (count, 3, side, side), dtype=torch.uint8)
    with torch.inference_mode():
        seen, expected = ours(levels / 255).rows, theirs(levels)[0].numpy()
        assert np.abs(seen - expected).max() < 1e-4 * np.abs(expected).max()
        return in_turns(
            {"ours": lambda: ours(levels / 255), "theirs": lambda: theirs(levels)}, turns
        )


def distance(peer: Any, turns: int, dim: int = 2048) -> dict[str, dict[str, float]]:
    """Time for a distance of moments of 5,000 features, whose spectrum falls as that of pictures does."""
    draws = np.random.default_rng(0)
    mix = draws.normal(size=(dim, dim)) / dim**0.5 * np.geomspace(1, 1e-2, dim)[:, None]
    sides = [Moments.of(draws.normal(shift, 1, (5000, dim)) @ mix) for shift in (0, 0.1)]
    stats = [{"mu": side.mean, "sigma": side.covariance} for side in sides]
    name = peer.distance.KEY_METRIC_FID

    def theirs() -> float:
        return float(peer.distance.fid_statistics_to_metric(*stats, False)[name])

    assert abs(fid(*sides) - theirs()) < 1e-6 * theirs()
    return in_turns({"ours": lambda: fid(*sides), "theirs": theirs}, turns)


def main() -> None:
    """Measure both and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peer", type=Path, required=True, help="a folder that holds torch_fidelity"
    )
    parser.add_argument("--count", type=int, default=16, help="pictures a turn")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--distance-turns", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    peer = peer_modules(args.peer)
    rows = {
        f"features of {args.count} pictures of 32x32": features(peer, args.count, 32, args.turns),
        f"features of {args.count} pictures of 256x256": features(
            peer, args.count, 256, args.turns
        ),
        "Fréchet distance, 2048 features": distance(peer, args.distance_turns),
    }
    lines = [*_head(args, peer.version), *(_line(name, row) for name, row in rows.items())]
    (HERE / "results" / "metrics.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines[6:]))


def _head(args: argparse.Namespace, version: str) -> list[str]:
    load = f"load of the machine {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
    return [
        "# Metrics: time beside torch-fidelity",
        "",
        f"{date.today()}, {platform.machine()}, one thread, torch {torch.__version__}, numpy "
        f"{np.__version__}, torch-fidelity {version}, {load}. "
        f"`OMP_NUM_THREADS=1 python benchmarks/metrics.py --peer PEER --count {args.count} "
        f"--turns {args.turns} --distance-turns {args.distance_turns}`",
        "",
        "Seconds of the processor, median of the turns (least to most). Both sides find the same: features "
        "to 1e-4 and the distance to 1e-6.",
        "",
        "| | ours | torch-fidelity | ours / theirs | at most |",
        "|---|---|---|---|---|",
    ]


def _line(name: str, row: dict[str, dict[str, float]]) -> str:
    target = TARGETS["distance" if "distance" in name else "features"]
    sides = [
        f"{side['cpu']:.2f} ({side['low']:.2f} to {side['high']:.2f})"
        for side in (row["ours"], row["theirs"])
    ]
    ratio = row["ours"]["cpu"] / row["theirs"]["cpu"]
    return f"| {name} | {sides[0]} | {sides[1]} | {ratio:.2f} | {target} |"


if __name__ == "__main__":
    main()
