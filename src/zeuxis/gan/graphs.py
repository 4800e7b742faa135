"""A generator as ONNX graphs, so that it makes pictures without torch. Needs onnx and onnxscript.

The graphs hold no weights: a session gets those from the model file. So they are drawn once for all
generators of one kind and shape.
"""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks.shape import Generator, Shape

if TYPE_CHECKING:
    from onnx import ModelProto, TensorProto
    from torch import nn

OPSET = 18
PARTS = ("mapping", "synthesis")


@dataclass(frozen=True)
class Graph:
    """A graph without its weights.

    Attributes:
        content: ONNX protobuf.
        weights: names of the tensors it takes as weights: those of the generator's state dict.
    """

    content: bytes
    weights: tuple[str, ...]


_drawn: dict[tuple[type[Generator], Shape], dict[str, Graph]] = {}


def graphs_of(generator: Generator) -> dict[str, Graph]:
    """What makes pictures of latents, in two graphs, because truncation acts in between.

    `mapping` takes `latents`, N x latent_dim, and with classes `labels`, N (int64), and gives `styles`,
    N x style_dim; `synthesis` takes those and gives `pictures`, N x C x H x W.

    Raises:
        ZeuxisError: without onnx and onnxscript.
    """
    kind = type(generator), generator.shape
    if kind not in _drawn:
        resting = _resting(generator)

        def mapping(latents: Tensor, labels: Tensor | None = None) -> Tensor:
            return resting.mapping(latents, labels).clone()  # what goes out has a name of its own

        latents = drawn(resting, mapping, inputs_of(resting.shape), ["styles"])
        style_dim = latents.graph.output[0].type.tensor_type.shape.dim[1].dim_value
        styles = {"styles": torch.zeros(2, style_dim)}
        pictures = drawn(resting, resting.synthesis, styles, ["pictures"])
        names = set(resting.state_dict())
        _drawn[kind] = {
            part: without_weights(model, names)
            for part, model in zip(PARTS, (latents, pictures), strict=True)
        }
    return _drawn[kind]


def inputs_of(shape: Shape) -> dict[str, Tensor]:
    """Latents, and labels if there are classes, for the sake of their shapes."""
    found = {"latents": torch.zeros(2, shape.latent_dim)}
    return found | ({"labels": torch.zeros(2, dtype=torch.int64)} if shape.classes else {})


def drawn(
    module: nn.Module,
    forward: Any,
    inputs: dict[str, Tensor],
    outputs: list[str],
    free: Mapping[int, str] | None = None,
) -> ModelProto:
    """The graph of a module's method, with the weights in it.

    Args:
        module: in evaluation mode.
        forward: the method, of tensors.
        inputs: by name, in order: tensors with the axes that are free, or single numbers.
        outputs: names of what it gives.
        free: names of the axes that are free; None for the first one, a batch's.

    Raises:
        ZeuxisError: without onnx and onnxscript.
    """
    axes = {axis: torch.export.Dim(name) for axis, name in (free or {0: "batch"}).items()}
    shapes = tuple(axes if each.ndim else None for each in inputs.values())
    module.forward = forward
    try:
        with _quietly():
            program: Any = torch.onnx.export(
                module,
                tuple(inputs.values()),
                dynamo=True,
                opset_version=OPSET,
                dynamic_shapes=shapes,
                input_names=list(inputs),
                output_names=outputs,
                optimize=False,  # weights keep their names
                verbose=False,
            )
    except ImportError as error:
        raise ZeuxisError(
            "this needs onnx and onnxscript: run pip install 'zeuxis[train]'"
        ) from error
    finally:
        del module.forward
    model: ModelProto = program.model_proto
    _forget_sources(model)
    return model


def _resting(generator: Generator) -> Generator:
    """A copy that is not trained, as the graphs take it."""
    found = copy.deepcopy(generator).requires_grad_(False).eval()
    return found.to(device="cpu", memory_format=torch.contiguous_format)  # type: ignore[call-overload,no-any-return]


def without_weights(model: ModelProto, names: set[str]) -> Graph:
    """A graph that is to get the weights of these names from a model file."""
    from onnx import TensorProto

    weights: list[TensorProto] = []
    others: list[TensorProto] = []
    for each in model.graph.initializer:
        is_weight = each.name in names and each.data_type == TensorProto.FLOAT
        (weights if is_weight else others).append(each)
    del model.graph.initializer[:]
    model.graph.initializer.extend([*others, *(_outside(each) for each in weights)])
    return Graph(model.SerializeToString(), tuple(each.name for each in weights))


def _outside(weight: TensorProto) -> TensorProto:
    """A tensor that says only its name and shape; a number is an array of one, as sessions take it."""
    from onnx import TensorProto

    found = TensorProto(
        name=weight.name,
        data_type=weight.data_type,
        dims=weight.dims or [1],
        data_location=TensorProto.EXTERNAL,
    )
    found.external_data.add(key="location", value="model")
    return found


def _forget_sources(model: ModelProto) -> None:
    """Take out which lines of code each node comes from, with the names of this machine's folders."""
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    for each in (*model.graph.node, *model.graph.input, *model.graph.output):
        del each.metadata_props[:]
        each.doc_string = ""
    for weight in model.graph.initializer:
        del weight.metadata_props[:]
        weight.doc_string = ""


@contextmanager
def _quietly() -> Iterator[None]:
    """What torch has to say of its own insides while it exports is not for the user."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
