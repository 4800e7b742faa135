"""Make the shipped linear weights of LPIPS from the wheel of their authors.

    pip download --no-deps lpips==0.1.4
    python tools/extract_lpips.py lpips-0.1.4-py3-none-any.whl src/zeuxis/metrics/weights/lpips.safetensors

Five 1x1 convolutions to one channel, without bias: a vector for each of five layers of VGG-16. They are kept as
they are, under the names of the layers.
"""

import argparse
import hashlib
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import torch

from zeuxis.metrics.lpips import LAYERS
from zeuxis.models import Card, save
from zeuxis.perception.importing import WIDTHS

MEMBER = "lpips/weights/v0.1/vgg.pth"


def vectors(wheel: Path) -> dict[str, np.ndarray]:
    """The weights of every layer, by its name."""
    content = BytesIO(zipfile.ZipFile(wheel).read(MEMBER))
    state = torch.load(content, map_location="cpu", weights_only=True)
    found = {layer: state.pop(f"lin{n}.model.1.weight").numpy() for n, layer in enumerate(LAYERS)}
    if state:
        raise SystemExit(f"not the weights of LPIPS with VGG: there is {', '.join(state)} besides")
    for layer, weights in found.items():
        if weights.shape != (1, WIDTHS[layer[4]], 1, 1) or weights.min() < 0:
            raise SystemExit(f"not the weights of LPIPS with VGG: see {layer}")
    return {layer: weights.reshape(-1) for layer, weights in found.items()}


def main() -> None:
    """Read the wheel, write the weight file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("output", type=Path)
    args = parser.parse_args()
    card = Card(
        name="lpips-vgg",
        kind="lpips",
        licence="BSD-2-Clause",
        source=f"PyPI lpips 0.1.4, {MEMBER}, wheel sha256 {hashlib.sha256(args.wheel.read_bytes()).hexdigest()}",
        data="the judgements of people in BAPPS (Zhang et al. 2018), as the torchvision VGG-16 sees its pictures",
        command="python tools/extract_lpips.py WHEEL OUTPUT",
        extra={"title": "Linear weights of LPIPS 0.1 with VGG-16 (Zhang et al. 2018)"},
    )
    save(args.output, vectors(args.wheel), card)


if __name__ == "__main__":
    main()
