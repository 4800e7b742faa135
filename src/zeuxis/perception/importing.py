"""Read networks that others saved, and check that they are whole.

They come as PyTorch files in which the layers of a VGG have torchvision's names, those of an Inception
pytorch-fid's.
"""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from zeuxis.errors import ZeuxisError, reason
from zeuxis.models import Card
from zeuxis.perception.calibration import calibrate, photographs
from zeuxis.perception.inception_layers import folded, published_shapes, shapes
from zeuxis.perception.vgg import CONVOLUTIONS

WIDTHS = {"1": 64, "2": 128, "3": 256, "4": 512, "5": 512}  # channels of a stage

# What conv1_1 of the published networks begins with: output 0, kernel corner 0,0, its three inputs.
# The size of the weights does not tell the networks apart: those of Caffe, made for pictures of
# -124..151, are as large (standard deviation 0.21) as those of torchvision, made for -2..3.
PUBLISHED = {
    "vgg16": {
        "caffe": (0.42947, 0.55038, 0.48002),
        "torchvision": (-0.5537, 0.1755, 0.3130),
    },
    "vgg19": {
        "caffe": (0.34120, 0.46418, 0.39417),
        "torchvision": (-0.05347, 0.01702, -0.04489),
    },
}
ALIKE = 0.005  # bfloat16 moves 0.55 by up to 0.002


@dataclass(frozen=True, eq=False)
class Network:
    """A network as it was read, under our names for the layers.

    Attributes:
        kind: `"vgg16"`, `"vgg19"` or `"inception"`.
        tensors: `conv1_1.weight`, `conv1_1.bias`, ...; float32, finite, of the right shapes.
        input: `"caffe"`, `"torchvision"` or `"inception"` if it is one of the published networks, else None.
    """

    kind: str
    tensors: dict[str, np.ndarray]
    input: str | None


def read_network(path: Path) -> Network:
    """Read the convolutions of a PyTorch file; a classifier in it is ignored.

    Raises:
        ZeuxisError: If the file is no PyTorch file of plain tensors, or no VGG-16, VGG-19 or Inception.
    """
    state = _load(path)
    if next(iter(published_shapes())) in state:
        with np.errstate(all="ignore"):
            tensors = folded(_arrays(state, "inception", published_shapes(), path))
        check_values(tensors, path)
        return Network("inception", tensors, "inception")
    kind, names = _match(state, path)
    named = {ours: state[theirs] for ours, theirs in names.items()}
    tensors = _arrays(named, kind, shapes_of(kind), path, names)
    return Network(kind, tensors, _recognise(tensors["conv1_1.weight"], kind))


def calibrated(network: Network, spec: Mapping[str, Any], path: Path) -> dict[str, np.ndarray]:
    """The network's tensors; those of a VGG rescaled to a mean activation of 1 over our photographs.

    Raises:
        ZeuxisError: If a layer of the network is dead or overflows.
    """
    if network.kind not in CONVOLUTIONS:
        return network.tensors
    try:
        with np.errstate(all="ignore"):
            tensors = calibrate(network.tensors, network.kind, spec, photographs())
        check_values(tensors, path)
    except ZeuxisError as error:
        raise ZeuxisError(
            f"{path} does not work as {_title(network.kind)}, for a layer of it is silent or "
            "overflows: get the file anew"
        ) from error
    return tensors


def shapes_of(kind: str) -> dict[str, tuple[int, ...]]:
    """The tensors of a weight file of ours of this kind."""
    if kind not in CONVOLUTIONS:
        return shapes()
    inputs, found = 3, dict[str, tuple[int, ...]]()
    for layer in CONVOLUTIONS[kind]:
        outputs = WIDTHS[layer[4]]
        found |= {f"{layer}.weight": (outputs, inputs, 3, 3), f"{layer}.bias": (outputs,)}
        inputs = outputs
    return found


def check_shapes(
    tensors: Mapping[str, Any], kind: str, wanted: Mapping[str, tuple[int, ...]], path: Path
) -> None:
    """Raise a ZeuxisError unless all tensors of a network of this kind are there, in its shapes."""
    for name, shape in wanted.items():
        if name not in tensors:
            raise ZeuxisError(f"{path} is not {_title(kind)}: it lacks {name}")
        if tuple(tensors[name].shape) != shape:
            raise ZeuxisError(
                f"{path} is not {_title(kind)}: {name} has the shape "
                f"{tuple(tensors[name].shape)}, not {shape}"
            )


def check_values(tensors: Mapping[str, np.ndarray], path: Path) -> None:
    """Raise a ZeuxisError if a tensor holds NaN or infinity."""
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            raise ZeuxisError(f"{path} is damaged, for {name} is not finite: get the file anew")


def check_ours(tensors: Mapping[str, np.ndarray], card: Card, path: Path) -> None:
    """Raise a ZeuxisError unless a model file of ours holds the weights of a network that sees."""
    known = (*CONVOLUTIONS, "inception")
    if card.kind not in known or not _is_input(card.extra.get("input")):
        raise ZeuxisError(
            f"{path} is a model of kind {card.kind!r}, not the weights of a VGG or an Inception"
        )
    check_shapes(tensors, card.kind, shapes_of(card.kind), path)
    check_values(tensors, path)


def _is_input(spec: Any) -> bool:
    """Whether a card's `input` has the form of those in `INPUTS`."""
    return (
        isinstance(spec, dict)
        and spec.get("order") in ("RGB", "BGR")
        and all(
            isinstance(values, list)
            and len(values) == 3
            and all(isinstance(value, int | float) for value in values)
            for values in ([spec.get("scale")] * 3, spec.get("mean"), spec.get("std"))
        )
        and spec["scale"] > 0
        and min(spec["std"]) > 0
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        if path.is_dir():
            raise ZeuxisError(f"{path} is a folder: give a .pth, .pt or .safetensors file")
        with open(path, "rb") as file:
            if not file.read(1):
                raise ZeuxisError(f"{path} is empty: get the file anew")
    except FileNotFoundError as error:
        raise ZeuxisError(f"{path} does not exist: check the name") from error
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}") from error
    try:
        with warnings.catch_warnings(action="ignore"):  # about odd pickles: the sentence says it
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged or hostile file can make the reader raise anything
        raise ZeuxisError(
            f"cannot read {path}: it is truncated, is no PyTorch file, or holds more than plain "
            "tensors, which Zeuxis never opens; get it anew, or save its state_dict()"
        ) from error
    if not isinstance(state, dict):
        raise ZeuxisError(f"{path} holds no tensors by name: save the network's state_dict()")
    return state


def _is_plain(value: Any) -> bool:
    return (
        type(value) in (torch.Tensor, torch.nn.Parameter)
        and value.layout == torch.strided
        and value.is_floating_point()
        and not (value.is_meta or value.is_nested or value.is_neg())
    )


def _arrays(
    found: Mapping[str, Any],
    kind: str,
    wanted: Mapping[str, tuple[int, ...]],
    path: Path,
    names: Mapping[str, str] | None = None,
) -> dict[str, np.ndarray]:
    """The wanted tensors, checked, in float32; `names` are what the file calls them."""
    for name in wanted:
        if name in found and not _is_plain(found[name]):
            called = name if names is None else names[name]
            raise ZeuxisError(f"{path} cannot be used: {called} is no tensor of real numbers")
    check_shapes(found, kind, wanted, path)
    arrays = {name: found[name].detach().float().numpy() for name in wanted}
    check_values(arrays, path)
    return arrays


def _match(state: Mapping[Any, Any], path: Path) -> tuple[str, dict[str, str]]:
    """Which VGG this is, and torchvision's name for each of our tensors."""
    present = {
        key for key in state if isinstance(key, str) and re.fullmatch(r"features\.\d+\.\w+", key)
    }
    both = {kind: _torchvision_names(kind) for kind in CONVOLUTIONS}
    kind = min(both, key=lambda each: len(present ^ set(both[each].values())))
    names = both[kind]
    strange = sorted(present - set(names.values()))
    missing = [theirs for theirs in names.values() if theirs not in present]
    if strange or missing:
        what = f"has {strange[0]}, which they have not" if strange else f"lacks {missing[0]}"
        raise ZeuxisError(
            f"{path} is neither a VGG-16 nor a VGG-19 under torchvision's names, for it {what}: "
            "give the whole network, without batch normalisation"
        )
    return kind, names


def _torchvision_names(kind: str) -> dict[str, str]:
    """`conv1_1.weight` -> `features.0.weight`: in `features` rectifiers and poolings count too."""
    names = {}
    for number, layer in enumerate(CONVOLUTIONS[kind]):
        place = 2 * number + int(layer[4]) - 1
        for part in ("weight", "bias"):
            names[f"{layer}.{part}"] = f"features.{place}.{part}"
    return names


def _recognise(first: np.ndarray, kind: str) -> str | None:
    for name, corner in PUBLISHED[kind].items():
        if np.allclose(first[0, :, 0, 0], corner, rtol=0, atol=ALIKE):
            return name
    return None


def _title(kind: str) -> str:
    return {"vgg16": "a VGG-16", "vgg19": "a VGG-19"}.get(kind, "an Inception of 2015-12-05")
