"""How well pictures are made larger, and what it costs: Set5, Set14 and BSD100, as papers count.

    python benchmarks/upscaling.py --data ../shared/data/sr
    python benchmarks/upscaling.py --data ../shared/data/sr --scales 4 --model srcnn=srcnn-x4.safetensors
    python benchmarks/upscaling.py --speed

Pictures are made small by MATLAB's bicubic, rounded to 8 bits, and enlarged again. PSNR and SSIM are of Y,
LPIPS and the distances of VGG-16's features (mean squared, at relu2_2, relu3_3 and relu5_3) of RGB; a border
as wide as the scale does not count. `--speed` enlarges 512x512 four times, beside an SRResNet of the paper's
size with random weights, each network whole in ONNX Runtime and in turn, and counts multiply-adds. What was
measured before and is not measured now stays in benchmarks/results/upscaling.json; upscaling.md has tables.
"""

import argparse
import copy
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from PIL import Image
from safetensors import safe_open
from torch.utils.flop_counter import FlopCounterMode
from upscaling_table import FSRCNN, SRCNN, keep

from zeuxis.errors import ZeuxisError
from zeuxis.gan.graphs import drawn
from zeuxis.images import Picture, read
from zeuxis.metrics.compare import as_luma
from zeuxis.metrics.lpips import Lpips
from zeuxis.metrics.pairs import psnr, without_border
from zeuxis.metrics.similarity import ssim
from zeuxis.runtime import load_enlarger
from zeuxis.runtime.enlarging import SHARP
from zeuxis.upscaling import Upscaler
from zeuxis.upscaling.bicubic import bicubic
from zeuxis.upscaling.degrading import at_8_bits
from zeuxis.upscaling.gallery import enlarger, shipped
from zeuxis.upscaling.model import load_network, new_network

HERE = Path(__file__).parent
SETS = ("Set5", "Set14", "BSD100")
LAYERS = ("relu2_2", "relu3_3", "relu5_3")
ENDS = (0.0, 0.5, 1.0)  # sharpness
SIDE, SCALE = 512, 4  # of what is enlarged for the clock

Floats = np.ndarray
Method = Callable[[Floats, tuple[int, int]], Floats]  # from H x W x 3 to a size, in [0, 1]


def methods(scale: int, models: Mapping[str, Path], threads: int) -> dict[str, Method]:
    """What enlarges so many times, by name: bicubic, the shipped networks, and files that were given."""
    found: dict[str, Method] = {"bicubic": lambda small, size: at_8_bits(bicubic(small, size))}
    files: dict[str, Path | None] = {"zeuxis": None} if scale <= max(shipped_scales()) else {}
    files |= {name: path for name, path in models.items() if enlarger(path, 0.0).scale == scale}
    for name, path in files.items():
        ends = ENDS if path is None or has_two_ends(path) else ENDS[:1]
        for sharpness in ends:
            upscaler = Upscaler(path, scale=scale, sharpness=sharpness, threads=threads)
            title = f"{name}, sharpness {sharpness:g}" if len(ends) > 1 else name
            found[title] = partial(_by_network, upscaler)
    return found


def shipped_scales() -> list[int]:
    """What the package can enlarge by; 0 before it has networks."""
    try:
        return list(shipped())
    except ZeuxisError:
        return [0]


def has_two_ends(path: Path) -> bool:
    """Whether a model file can be turned from faithful to sharp."""
    if path.suffix != ".safetensors":
        return False
    with safe_open(path, framework="numpy") as file:
        return any(name.startswith(SHARP) for name in file.keys())  # noqa: SIM118 - no mapping


def _by_network(upscaler: Upscaler, small: Floats, _: tuple[int, int]) -> Floats:
    made = upscaler.upscale(Picture(np.rint(255 * small).astype(np.uint8))).picture
    return made.pixels


def pairs(folder: Path, scale: int) -> Iterator[tuple[Floats, Floats, bool]]:
    """Each picture of a set: small, as it was, and whether its file is without colours."""
    for file in sorted(folder.iterdir()):
        pixels = read(file).pixels
        height, width = (side // scale for side in pixels.shape[:2])
        large = pixels[: height * scale, : width * scale]
        with Image.open(file) as image:
            grey = image.mode == "L"
        yield at_8_bits(bicubic(large, (height, width))), large, grey


class Judge:
    """Holds enlargements against what they were made from."""

    def __init__(self, scale: int) -> None:
        self.scale, self.lpips = scale, Lpips()

    @torch.no_grad()
    def __call__(
        self, made: Mapping[str, Floats], large: Floats, grey: bool
    ) -> dict[str, dict[str, float]]:
        """The numbers of each method for a picture."""
        real = self._inner(large)
        seen = self.lpips.vgg(real, LAYERS)
        return {name: self._judged(self._inner(x), real, seen, grey) for name, x in made.items()}

    def _judged(
        self, made: torch.Tensor, real: torch.Tensor, seen: dict[str, torch.Tensor], grey: bool
    ) -> dict[str, float]:
        lumas = as_luma(made, real, grey=grey)
        ours = self.lpips.vgg(made, LAYERS)
        gaps = {layer: (ours[layer] - seen[layer]).square().mean().item() for layer in LAYERS}
        found = {"psnr": psnr(*lumas), "ssim": ssim(*lumas), "lpips": self.lpips(made, real)}
        return {name: each.item() for name, each in found.items()} | gaps

    def _inner(self, pixels: Floats) -> torch.Tensor:
        batch = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None]
        return without_border(batch, self.scale)


def quality(args: argparse.Namespace, about: dict[str, str]) -> dict[str, Any]:
    """Means by scale, set and method."""
    found: dict[str, Any] = {}
    for scale in args.scales:
        ways, judge = methods(scale, args.models, args.threads), Judge(scale)
        for name in args.sets:
            rows = [
                judge({m: way(small, large.shape[:2]) for m, way in ways.items()}, large, grey)
                for small, large, grey in pairs(args.data / name, scale)
            ]
            for method in ways:
                means = {
                    number: statistics.fmean(row[method][number] for row in rows)
                    for number in rows[0][method]
                }
                print(f"x{scale} {name:7} {method:24}", _shown(means), flush=True)
                place = found.setdefault(f"x{scale}", {}).setdefault(name, {})
                place[method] = {**means, **about}
    return found


def _shown(numbers: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in numbers.items())


def networks(models: Mapping[str, Path]) -> dict[str, torch.nn.Module]:
    """Those whose cost is counted: what is shipped or given, and those of papers."""
    files = dict(models)
    if SCALE in shipped_scales():
        files = {"zeuxis": shipped()[SCALE], **files}
    ours = {name: load_network(path)[0] for name, path in files.items()}
    kinds = {"SRResNet": "srresnet", "johnson-sr": "johnson-sr"}
    papers = {name: new_network(kind, {"scale": SCALE}, 0) for name, kind in kinds.items()}
    return {name: each.eval() for name, each in (ours | papers).items()}


@torch.no_grad()
def multiply_adds(network: torch.nn.Module) -> float:
    """For each pixel that is made."""
    side = 48
    with FlopCounterMode(display=False) as counter:
        made = network(torch.zeros(1, 3, side, side))
    return counter.get_total_flops() / 2 / (made.shape[2] * made.shape[3])


def session(network: torch.nn.Module, threads: int) -> onnxruntime.InferenceSession:
    """A network in ONNX Runtime, its weights in the graph."""
    plain = copy.deepcopy(network).requires_grad_(False).to(memory_format=torch.contiguous_format)
    picture = {"picture": torch.zeros(1, 3, 24, 32)}
    free = {2: "height", 3: "width"}
    graph = drawn(plain, plain.forward, picture, ["enlarged"], free).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def speed(args: argparse.Namespace, about: dict[str, str]) -> dict[str, Any]:
    """Median seconds of each network, in turn, and multiply-adds."""
    made = networks(args.models)
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    feed = {"picture": np.ascontiguousarray(pixels.transpose(2, 0, 1)[None] / np.float32(255))}
    runs: dict[str, Callable[[], Any]] = {
        name: partial(session(network, args.threads).run, None, feed)
        for name, network in made.items()
    }
    if "zeuxis" in made:
        whole = load_enlarger(shipped()[SCALE])
        runs["zeuxis, from bytes to bytes in tiles"] = partial(
            whole.enlarge, pixels, threads=args.threads
        )
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(args.runs + 1):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
    seconds = {name: statistics.median(each[1:]) for name, each in times.items()}
    costs = {name: multiply_adds(network) for name, network in made.items()}
    costs |= {"SRCNN 9-5-5, luma": SRCNN, "FSRCNN, luma": FSRCNN / SCALE**2}
    print(_shown(seconds), _shown(costs), sep="\n")
    names = dict.fromkeys([*seconds, *costs])
    return {
        name: {"seconds": seconds.get(name), "multiply_adds": costs.get(name), **about}
        for name in names
    }


def main() -> None:
    """Measure and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data/sr")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--scales", nargs="+", type=int, default=(2, 4, 8))
    parser.add_argument(
        "--model", action="append", default=[], metavar="NAME=FILE", help="enlarge with this, too"
    )
    parser.add_argument("--speed", action="store_true", help="only measure seconds, and count")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    pairs_given = [each.partition("=") for each in args.model]
    args.models = {name: Path(path) for name, _, path in pairs_given}
    about = {
        "when": f"{date.today()}",
        "machine": _machine(args.threads),
        "command": _command(args),
    }
    if args.speed:
        keep(HERE / "results/upscaling.json", {"speed": speed(args, about)})
    else:
        keep(HERE / "results/upscaling.json", {"quality": quality(args, about)})


def _machine(threads: int) -> str:
    return f"{platform.machine()}, {threads} threads, onnxruntime {onnxruntime.__version__}"


def _command(args: argparse.Namespace) -> str:
    given = "".join(f" --model {name}={path.name}" for name, path in args.models.items())
    if args.speed:
        return f"python benchmarks/upscaling.py --speed --runs {args.runs}{given}"
    scales, sets = " ".join(map(str, args.scales)), " ".join(args.sets)
    return f"python benchmarks/upscaling.py --sets {sets} --scales {scales}{given}"


if __name__ == "__main__":
    main()
