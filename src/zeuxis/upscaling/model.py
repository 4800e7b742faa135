"""Networks that enlarge, from and to model files."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.gan.graphs import drawn, without_weights
from zeuxis.models import Card, load
from zeuxis.runtime.enlarging import ENLARGED, GRAPH, SHARP
from zeuxis.runtime.plan import PICTURE, WHOLE
from zeuxis.upscaling.networks import NETWORKS, Enlarging

Tensors = dict[str, np.ndarray]


def new_network(kind: str, config: Mapping[str, Any], seed: int) -> Enlarging:
    """An untrained network, its weights drawn from a seed.

    Raises:
        ZeuxisError: for an unknown kind, or a scale that it does not have.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = NETWORKS.get(kind)(**config)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def load_network(path: str | Path) -> tuple[Enlarging, Tensors, Card]:
    """The network of a model file, at its faithful end, with the file's tensors and card.

    Raises:
        ZeuxisError: if the file cannot be read, or holds another network, or not all of it.
    """
    tensors, card = load(path)
    if card.kind not in NETWORKS.names():
        raise ZeuxisError(f"{path} is a {card.kind}: give a network that zeuxis upscale-train made")
    try:
        network = new_network(card.kind, card.extra["network"], 0)
        network.load_state_dict(
            {name: torch.from_numpy(_float(a)) for name, a in tensors.items() if _is_own(name)}
        )
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ZeuxisError(f"{path} does not hold the network on its card: get it anew") from error
    return network, tensors, card


def tensors_of(network: Enlarging) -> Tensors:
    """A network's tensors by their names in a model file, at half precision."""
    return {
        name: tensor.detach().half().cpu().contiguous().numpy()
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def sharp_end(tensors: Tensors) -> Tensors:
    """Under the names that a model file has for its sharp end."""
    return {SHARP + name: tensor for name, tensor in tensors.items()}


def graph_of(network: Enlarging) -> Tensors:
    """The graph that `zeuxis.runtime` runs a network by.

    Raises:
        ZeuxisError: without onnx and onnxscript.
    """
    resting: Any = copy.deepcopy(network).requires_grad_(False).eval()
    resting = resting.to(device="cpu", memory_format=torch.contiguous_format)
    # Sides that differ, lest the exporter takes them to be one.
    picture = {PICTURE: torch.zeros(1, 3, 24, 32)}
    model = drawn(resting, resting.forward, picture, [ENLARGED], {2: "height", 3: "width"})
    graph = without_weights(model, set(network.state_dict()))
    return {WHOLE: np.frombuffer(graph.content, np.uint8)}


def extra(network: Enlarging) -> dict[str, Any]:
    """What a network's card says beside the usual."""
    return {
        "network": network.config,
        "scale": network.scale,
        "margin": network.margin,
        "bytes": float(4 * network.floats),
    }


def _is_own(name: str) -> bool:
    return not name.startswith((GRAPH, SHARP))


def _float(array: np.ndarray) -> np.ndarray:
    return np.asarray(array, np.float32)
