"""The file of a generator: its weights, the mean style, the graphs that run it, and its card."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.gan.graphs import graphs_of
from zeuxis.gan.layout import GRAPH, KIND, STYLE_MEAN, check_card
from zeuxis.gan.networks import Generator, Shape, networks
from zeuxis.models import Card, load, save


def save_generator(
    path: str | Path, generator: Generator, style_mean: Tensor, card: Card, *, half: bool = False
) -> None:
    """Write a generator to one file that torch and `zeuxis.Generator` load, which needs no torch.

    Args:
        path: by custom `*.safetensors`; a file of that name is replaced.
        generator: what makes pictures; taken in evaluation mode.
        style_mean: mean of its styles: classes x style_dim, 1 x style_dim without classes.
        card: with `extra["network"]`, the name of its family, and `extra["classes"]`, names of its classes.
            Its kind, its shape and what the graphs need are added.
        half: whether weights are kept in half precision, in half the space.

    Raises:
        ZeuxisError: if the file cannot be written, or onnx and onnxscript are missing.
    """
    graphs = graphs_of(generator)
    tensors = {
        name: _array(tensor.half() if half and tensor.is_floating_point() else tensor)
        for name, tensor in generator.state_dict().items()
    }
    tensors[STYLE_MEAN] = _array(style_mean.float())
    for part, graph in graphs.items():
        tensors[GRAPH + part] = np.frombuffer(graph.content, np.uint8)
    told = {
        "shape": asdict(generator.shape),
        "weights": {part: list(graph.weights) for part, graph in graphs.items()},
    }
    save(path, tensors, replace(card, kind=KIND, extra=card.extra | told))


def load_generator(path: str | Path) -> tuple[Generator, Card]:
    """The generator of a file, in evaluation mode, and the file's card.

    Raises:
        ZeuxisError: if the file cannot be read, is damaged, or holds something else.
    """
    tensors, card = load(path)
    return built(tensors, card, path), card


def built(tensors: Mapping[str, np.ndarray], card: Card, path: str | Path) -> Generator:
    """The generator of what was read from a file, in evaluation mode.

    Args:
        tensors: of the file, by name.
        card: of the file.
        path: its name.

    Raises:
        ZeuxisError: if the file is damaged, or holds something else.
    """
    check_card(card, path)
    state = {
        name: torch.from_numpy(array)
        for name, array in tensors.items()
        if name != STYLE_MEAN and not name.startswith(GRAPH)
    }
    family = networks.get(str(card.extra["network"]))
    try:
        with torch.random.fork_rng(devices=[]):  # first weights are drawn, and of no use
            generator = family.build(Shape(**card.extra["shape"]))[0]
        generator.load_state_dict(state)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ZeuxisError(f"{path} does not hold the network on its card: get it anew") from error
    return generator.eval()


def _array(tensor: Tensor) -> np.ndarray:
    array: np.ndarray = tensor.detach().cpu().contiguous().numpy()
    return array
