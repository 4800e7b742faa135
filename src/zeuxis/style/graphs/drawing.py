"""Layers as an ONNX graph. The only file that knows how ONNX is written; needs the package `onnx`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from zeuxis.runtime.plan import PAINTED, ROW
from zeuxis.style.graphs.layers import Layer, Network

OPSET, IR_VERSION = 18, 9  # ONNX Runtime 1.20 reads both
EPSILON = 1e-5


class Drawing:
    """A graph being drawn.

    Args:
        network: whose layers are drawn.

    Attributes:
        weights: names of the tensors it takes as weights. They are not in the graph: the session gets
            them.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.weights: dict[str, tuple[int, ...]] = {}
        self.names: dict[Layer, str] = {}
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: dict[str, Any] = {}
        self._outputs: list[Any] = []
        self._row_parts: list[str] = []

    def layer(self, layer: Layer) -> str:
        """The name of a layer, drawn now if it was not yet."""
        if layer not in self.names:
            self.names[layer] = layer.draw(self, [self.layer(each) for each in layer.inputs])
        return self.names[layer]

    def node(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        """An operator with one output, whose name is returned."""
        return self.nodes(operator, inputs, 1, **attributes)[0]

    def nodes(
        self, operator: str, inputs: Sequence[str], count: int, **attributes: Any
    ) -> list[str]:
        """An operator with `count` outputs, whose names are returned."""
        outputs = [f"{operator}.{len(self._nodes)}.{index}" for index in range(count)]
        self._nodes.append(helper.make_node(operator, inputs, outputs, **attributes))
        return outputs

    def constant(self, value: Any) -> str:
        """A constant: floats as float32, integers as int64."""
        array = np.asarray(value)
        return self.tensor(array.astype(np.float32 if array.dtype.kind == "f" else np.int64))

    def tensor(self, array: np.ndarray) -> str:
        """An array inside of the graph, in its own type."""
        name = f"constant.{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, name: str, shape: Sequence[int]) -> str:
        """A float32 tensor that the session gets from the model file."""
        self.weights[name] = tuple(shape)
        return name

    def input(
        self,
        name: str,
        shape: Sequence[int | str] = (1, 3, "h", "w"),
        kind: int = TensorProto.FLOAT,
    ) -> str:
        """An input of the graph, float32 unless said otherwise."""
        self._inputs.setdefault(name, helper.make_tensor_value_info(name, kind, shape))
        return name

    def index(self, name: str) -> str:
        """An input of the graph that is one integer."""
        return self.input(name, (1,), TensorProto.INT64)

    def output(self, name: str, source: str) -> None:
        """An output of the graph, float32."""
        self._nodes.append(helper.make_node("Identity", [source], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 4))

    def convolution(
        self,
        inputs: Sequence[str],
        size: int,
        stride: int = 1,
        padding: int = 0,
        pad: str = "constant",
        group: int = 1,
    ) -> str:
        """A convolution of `inputs`, its weights and perhaps its bias; `pad` is a mode of ONNX's `Pad`."""
        pads = [padding] * 4
        if pad != "constant" and padding:
            around = self.constant([0, 0, padding, padding] * 2)
            inputs, pads = [self.node("Pad", [inputs[0], around], mode=pad), *inputs[1:]], [0] * 4
        window = {"kernel_shape": [size] * 2, "strides": [stride] * 2, "pads": pads}
        return self.node("Conv", inputs, group=group, **window)

    def shuffled(self, x: str) -> str:
        """torch's `pixel_shuffle` by 2."""
        return self.node("DepthToSpace", [x], blocksize=2, mode="CRD")

    def cropped(self, x: str, border: int) -> str:
        """Without `border` rows and columns on each side."""
        limits = [[border] * 2, [-border] * 2, [2, 3]]
        return self.node("Slice", [x, *map(self.constant, limits)])

    def norm(self, layer: Layer, x: str) -> str:
        """An instance normalisation by the statistics of what goes in."""
        assert layer.norm is not None
        if layer.norm.scale is None or layer.norm.shift is None:
            scale, shift = self._from_row(layer)
        else:
            shape = (layer.channels,)
            scale, shift = (self.weight(n, shape) for n in (layer.norm.scale, layer.norm.shift))
        return self.node("InstanceNormalization", [x, scale, shift], epsilon=EPSILON)

    def row(self) -> str:
        """The row of a style, 1 x P."""
        return self.input(ROW, (1, self.network.row))

    def _from_row(self, layer: Layer) -> tuple[str, str]:
        """Scales and shifts of a normalisation: the row has the scales of all, then their shifts."""
        norms = [each for each in self.network.norms if each.norm and each.norm.scale is None]
        if not self._row_parts:
            lengths = [each.channels for each in norms] * 2
            flat = self.node("Reshape", [self.row(), self.constant([-1])])
            split = self.constant(lengths)
            self._row_parts = self.nodes("Split", [flat, split], len(lengths), axis=0)
        index = norms.index(layer)
        return self._row_parts[index], self._row_parts[len(norms) + index]

    def to_bytes(self, **metadata: str) -> bytes:
        """The graph as protobuf, with texts by name beside it."""
        initializers = [*self._constants, *(_external(*each) for each in self.weights.items())]
        inputs = list(self._inputs.values())
        graph = helper.make_graph(self._nodes, "zeuxis", inputs, self._outputs, initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        helper.set_model_props(model, metadata)
        content: bytes = model.SerializeToString()
        return content


def whole(network: Network) -> Drawing:
    """All of a network as one graph: `picture`, continued, and `row` to `painted`."""
    drawing = Drawing(network)
    drawing.output(PAINTED, drawing.layer(network.painted))
    return drawing


def _external(name: str, shape: tuple[int, ...]) -> Any:
    """A tensor that says only its name and shape."""
    tensor = TensorProto(
        name=name,
        data_type=TensorProto.FLOAT,
        dims=shape,
        data_location=TensorProto.EXTERNAL,
    )
    tensor.external_data.add(key="location", value="model")
    return tensor
