"""Rescale a VGG so that each layer's mean activation over photographs is 1 (Gatys et al. 2016, section 2).

The network's output keeps its shape: rectifiers and pooling commute with a positive scale, so each
convolution takes up the scale of the layer before it and gives its own.
"""

import math
from collections.abc import Iterable, Mapping
from importlib import resources
from io import BytesIO
from typing import Any

import numpy as np
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.images import read
from zeuxis.models import Card
from zeuxis.perception.vgg import CONVOLUTIONS, VGG, build


def photographs() -> list[np.ndarray]:
    """The four photographs that come with the package for calibration, each 1 x 3 x H x W in [0, 1]."""
    folder = resources.files("zeuxis.perception") / "photographs"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".webp")), key=lambda f: f.name)
    return [read(BytesIO(f.read_bytes())).batch() for f in files]


@torch.no_grad()
def mean_activations(vgg: VGG, photos: Iterable[np.ndarray]) -> dict[str, float]:
    """Mean of every rectified layer over channels and positions, averaged over `photos`."""
    names = [n.replace("conv", "relu") for n in CONVOLUTIONS[vgg.kind]]
    rows = []
    for photo in photos:
        features = vgg(torch.from_numpy(photo), names)
        rows.append([features[name].mean().item() for name in names])
    return dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True))


def rescale(
    tensors: Mapping[str, np.ndarray], kind: str, means: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """The same network in float32 with every rectified layer divided by its entry in `means`.

    Raises:
        ZeuxisError: for a layer that is silent, or not finite: no scale brings its mean to 1.
    """
    scaled: dict[str, np.ndarray] = {}
    before = 1.0
    for name in CONVOLUTIONS[kind]:
        own = means[name.replace("conv", "relu")]
        if not 0 < own < math.inf:
            raise ZeuxisError(
                f"{name} of this {kind} cannot be rescaled, its mean activation is {own:g}: "
                "the weights are damaged, get them anew"
            )
        scaled[f"{name}.weight"] = np.asarray(tensors[f"{name}.weight"], np.float32) * (
            before / own
        )
        scaled[f"{name}.bias"] = np.asarray(tensors[f"{name}.bias"], np.float32) / own
        before = own
    return scaled


def calibrate(
    tensors: Mapping[str, np.ndarray],
    kind: str,
    input_spec: Mapping[str, Any],
    photos: Iterable[np.ndarray],
) -> dict[str, np.ndarray]:
    """The same network with every layer's mean activation over `photos` brought to 1, in float32.

    Raises:
        ZeuxisError: for a layer that is silent on all of `photos`.
    """
    card = Card(name=kind, kind=kind, extra={"input": dict(input_spec)})
    return rescale(tensors, kind, mean_activations(build(tensors, card), photos))
