"""Read style networks that others trained with PyTorch, and make model files of them.

What a project does to a picture before its network and after it is linear, and so goes into the weights of
the first and the last convolution; what comes out differs from theirs by rounding alone.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, save
from zeuxis.perception.importing import _is_plain, _load, check_values
from zeuxis.style.graphs import add_graphs
from zeuxis.style.layouts import LAYOUTS, PLACES, Layout
from zeuxis.style.networks.transformer_net import TransformerNet

KIND = "transformer-net"
EPSILON = 1e-5  # of our normalisations
WRAPPINGS = ("state_dict", "model_state_dict")  # under which a checkpoint keeps the network
TRACKED = "num_batches_tracked"  # in files of networks that use the statistics of their training
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, eq=False)
class Imported:
    """A style network as it was read.

    Attributes:
        layout: whose layout the file has.
        tensors: the state of `TransformerNet(**layout.network)`; float32, finite, of the right shapes.
    """

    layout: Layout
    tensors: dict[str, np.ndarray]

    def network(self) -> TransformerNet:
        """The network itself, ready to paint."""
        network = TransformerNet(**self.layout.network)
        network.load_state_dict({name: torch.from_numpy(a) for name, a in self.tensors.items()})
        return network.eval()


def import_file(
    path: str | Path, output: str | Path, name: str | None = None, *, force: bool = False
) -> Card:
    """Make a model file of a style network that others trained; nothing in the file is executed.

    Args:
        path: a `.pth` or `.model` file of one of the projects in `layouts`.
        output: the model file to write, `*.safetensors`.
        name: what to call the style; otherwise it is called after the file.
        force: whether to replace a file.

    Returns:
        The card of the model.

    Raises:
        ZeuxisError: if the file holds no style network that Zeuxis knows, or the output cannot be written.
    """
    path, output = Path(path), Path(output)
    name = _called_after(path) if name is None else name
    if not NAME.fullmatch(name):
        raise ZeuxisError(
            f"a style cannot be called {name!r}: give a --name of letters, digits, '.', '_' and '-'"
        )
    if output.suffix != ".safetensors":
        raise ZeuxisError(f"cannot write {output}: give -o a name that ends in .safetensors")
    if os.path.exists(output) and not force:  # unlike Path.exists it bears names that cannot be
        raise ZeuxisError(f"{output} exists already: give --force to replace it")
    imported = read_network(path)
    card = Card(
        name=name,
        kind=KIND,
        licence="unknown",
        source=f"{path.name}, a network of {imported.layout.source}",
        command=f"zeuxis style import {path.name} -o {output.name} --name {name}",
        extra={"network": dict(imported.layout.network), "styles": [{"name": name}]},
    )
    save(output, add_graphs(imported.tensors, card), card)
    return card


def read_network(path: Path) -> Imported:
    """Read a style network in one of the `LAYOUTS`.

    Raises:
        ZeuxisError: if the file is no PyTorch file of plain tensors, or holds no such network.
    """
    state = _state(path)
    layout = _match(state, path)
    found = {ours: state[theirs] for ours, theirs in layout.names.items()}
    with torch.device("meta"):
        shapes = {
            name: tuple(tensor.shape)
            for name, tensor in TransformerNet(**layout.network).state_dict().items()
        }
    for ours, tensor in found.items():
        theirs = layout.names[ours]
        if not _is_plain(tensor):
            raise ZeuxisError(f"{path} cannot be used: {theirs} is no tensor of real numbers")
        if tuple(tensor.shape) != shapes[ours]:
            raise ZeuxisError(
                f"{path} is not a network of {layout.source}: {theirs} has the shape "
                f"{tuple(tensor.shape)}, not {shapes[ours]}"
            )
    converted = _converted({name: t.detach().double() for name, t in found.items()}, layout)
    tensors = {name: tensor.float().contiguous().numpy() for name, tensor in converted.items()}
    check_values(tensors, path)
    return Imported(layout, tensors)


def _state(path: Path) -> dict[str, Any]:
    """The network's tensors by name, without what a checkpoint or several GPUs put around them."""
    state: dict[Any, Any] = _load(path)
    for wrapping in WRAPPINGS:
        if isinstance(state.get(wrapping), dict):
            state = state[wrapping]
    names = [name for name in state if isinstance(name, str)]
    # Before 0.4 PyTorch kept these statistics without ever using them.
    return {
        name.removeprefix("module."): state[name]
        for name in names
        if not re.search(r"\.running_(mean|var)$", name)
    }


def _match(state: Mapping[str, Any], path: Path) -> Layout:
    """The layout whose names these are."""
    present = {name for name in state if not name.endswith(TRACKED)}
    layout = min(LAYOUTS, key=lambda each: len((present - each.unused) ^ set(each.names.values())))
    names = layout.names.values()
    strange = sorted(present - layout.unused - set(names))
    missing = [name for name in names if name not in present]
    if strange or missing:
        what = f"lacks {missing[0]}" if missing else f"has {strange[0]!r}, which they have not"
        known = ", ".join(each.source for each in LAYOUTS)
        raise ZeuxisError(
            f"{path} holds no style network that Zeuxis knows, for it {what}: give one of {known}"
        )
    if len(present) < len(state):
        raise ZeuxisError(
            f"{path} normalises with statistics of its training, not of the picture: give a network "
            "with instance normalisation and track_running_stats off"
        )
    return layout


def _converted(tensors: dict[str, Tensor], layout: Layout) -> dict[str, Tensor]:
    """The same network for RGB in [0, 1] and our epsilon: x -> (scale x - mean) / std goes inside."""
    mean, std = (torch.tensor(layout.input[key]).double() for key in ("mean", "std"))
    scale = layout.input["scale"]
    first, last = tensors["down.0.convolution.weight"], tensors["last.weight"]
    # Of the first convolution no bias is left: the normalisation after it takes the mean away.
    first = first * (scale / std)[:, None, None]
    last = last * (std / scale)[:, None, None, None]
    bias = (tensors["last.bias"] * std + mean) / scale
    if layout.input["order"] == "BGR":
        first, last, bias = first.flip(1), last.flip(0), bias.flip(0)
    tensors = {
        **tensors,
        "down.0.convolution.weight": first,
        "last.weight": last,
        "last.bias": bias,
    }
    # An epsilon is as good as another k² times as large, if what is normalised is k times as large.
    larger = (EPSILON / layout.epsilon) ** 0.5
    for place in PLACES:
        tensors[f"{place}.convolution.weight"] = larger * tensors[f"{place}.convolution.weight"]
    return tensors


def _called_after(path: Path) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", path.stem).strip("-._") or "style"
