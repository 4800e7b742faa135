"""The network that reads styles as an ONNX graph: `zeuxis.style.networks.predictor` with the VGG it needs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.runtime.plan import Borders
from zeuxis.runtime.reading import GRAPH, PAINTING, READ_ROW
from zeuxis.style.graphs import layers
from zeuxis.style.graphs.drawing import Drawing

# VGG-16 down to relu4_1, pooled before each of the later groups; the last of each group is read.
GROUPS = (
    ("conv1_1", "conv1_2"),
    ("conv2_1", "conv2_2"),
    ("conv3_1", "conv3_2", "conv3_3"),
    ("conv4_1",),
)
FAINT = 0.05  # as in `zeuxis.style.networks.predictor`


def add_predictor(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tensors of a model with `predictor.*` among them, and with the graph that runs it.

    Raises:
        ZeuxisError: if one of the predictor's tensors is missing.
    """
    drawing = Drawing(layers.Network(layers.picture(), Borders(multiple=1, least=1), unit=1))

    def weight(name: str) -> str:
        name = f"predictor.{name}"
        if name not in tensors:
            raise ZeuxisError(f"the network that reads styles lacks {name}: get the file anew")
        return drawing.weight(name, tensors[name].shape)

    x = drawing.node("Sub", [drawing.input(PAINTING), weight("vgg.mean")])
    means: list[str] = []
    spreads: list[str] = []
    for group in GROUPS:
        if means:
            x = drawing.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
        for name in group:
            names = [x, weight(f"vgg.{name}.weight"), weight(f"vgg.{name}.bias")]
            x = drawing.node("Relu", [drawing.convolution(names, 3, padding=1)])
        over = drawing.constant([2, 3])
        mean = drawing.node("ReduceMean", [x, over], keepdims=1)
        away = drawing.node("Sub", [x, mean])
        variance = drawing.node("ReduceMean", [drawing.node("Mul", [away, away]), over], keepdims=1)
        means.append(mean)
        spreads.append(drawing.node("Sqrt", [variance]))
    x = drawing.node("Concat", [*means, *spreads], axis=1)
    x = drawing.node("Log", [drawing.node("Add", [x, drawing.constant(FAINT)])])
    x = drawing.node("Flatten", [x])
    x = drawing.node("Div", [drawing.node("Sub", [x, weight("center")]), weight("scale")])
    for number, name in enumerate(("first", "second")):
        x = drawing.node("Relu", [x]) if number else x
        x = drawing.node("Gemm", [x, weight(f"{name}.weight"), weight(f"{name}.bias")], transB=1)
    drawing.output(READ_ROW, x)
    return {**tensors, GRAPH: np.frombuffer(drawing.to_bytes(), np.uint8)}
