"""A model as one ONNX file that needs nothing of Zeuxis: weights, styles, borders and card are inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from onnx import TensorProto

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card
from zeuxis.runtime.plan import PAINTED, PICTURE, Borders
from zeuxis.style.graphs.checking import check_weights
from zeuxis.style.graphs.drawing import Drawing, whole
from zeuxis.style.graphs.kinds import network_of
from zeuxis.style.graphs.layers import Network


def to_onnx(tensors: Mapping[str, np.ndarray], card: Card) -> bytes:
    """A model as one ONNX file, its weights in half precision.

    Its input `picture`, 1 x 3 x H x W in [0, 1], may have any size; the output `painted` has the same. A
    model of several styles also takes `weights`, one for each style in the order of the card, of which
    only their proportions matter, and `stroke_size`, a number from 0 for fine to 1 for bold strokes. The
    card is in the metadata, under `card`.

    Args:
        tensors: as in a model file.
        card: its card.

    Raises:
        ZeuxisError: if the card names no network that is known, or a tensor is missing or has another
            shape.
    """
    network = network_of(card)
    check_weights(tensors, whole(network).weights, card)
    if network.row and (
        "rows" not in tensors
        or tensors["rows"].shape[1:] != (2, network.row)
        or not len(tensors["rows"])
    ):
        raise ZeuxisError(f"{card.name} has no styles to be exported: give a model with styles")
    drawing = _Standalone(network, tensors)
    (source,) = (layer for layer in network.layers if not layer.inputs)
    picture = drawing.input(PICTURE)
    drawing.names[source] = drawing.continued(picture, network.borders)
    painted = drawing.layer(network.painted)
    drawing.output(PAINTED, drawing.own(painted, picture, network.borders.offset))
    return drawing.to_bytes(card=card.to_json())


class _Standalone(Drawing):
    """A drawing with everything inside.

    Args:
        network: whose layers are drawn.
        tensors: its weights and styles.
    """

    def __init__(self, network: Network, tensors: Mapping[str, np.ndarray]) -> None:
        super().__init__(network)
        self._tensors = tensors
        self._halves: dict[str, str] = {}

    def weight(self, name: str, shape: Sequence[int]) -> str:
        """A tensor of the model."""
        if name not in self._halves:
            self._halves[name] = self._half(self._tensors[name].reshape(shape))
        return self._halves[name]

    def row(self) -> str:
        """The styles blended by the inputs `weights` and `stroke_size`."""
        rows = self._tensors["rows"]
        weights = self.input("weights", (len(rows),))
        total = self.node("ReduceSum", [weights], keepdims=1)
        shares = self.node("Unsqueeze", [self.node("Div", [weights, total]), self.constant([0])])
        fine, bold = (self._half(rows[:, index]) for index in (0, 1))
        stroke = self.input("stroke_size", ())
        more = self.node("Mul", [self.node("Sub", [bold, fine]), stroke])
        return self.node("MatMul", [shares, self.node("Add", [fine, more])])

    def continued(self, picture: str, borders: Borders) -> str:
        """The picture beyond its borders, as `zeuxis.runtime.pixels` continues it."""
        sides = [self._side(picture, axis) for axis in (2, 3)]
        for axis, side in zip((2, 3), sides, strict=True):
            rows = self._beyond(side, sides, borders)
            picture = self.node("Gather", [picture, rows], axis=axis)
        return picture

    def own(self, painted: str, picture: str, offset: int) -> str:
        """What of the painting belongs to the picture."""
        sides = [self._side(picture, axis) for axis in (2, 3)]
        last = self.node("Add", [self.node("Concat", sides, axis=0), self.constant([offset])])
        return self.node(
            "Slice", [painted, self.constant([offset] * 2), last, self.constant([2, 3])]
        )

    def _side(self, picture: str, axis: int) -> str:
        return self.node("Shape", [picture], start=axis, end=axis + 1)

    def _beyond(self, side: str, sides: Sequence[str], borders: Borders) -> str:
        """Where in the picture the rows of the continued one come from."""
        one, least, multiple, margin = (
            self.constant([n]) for n in (1, borders.least, borders.multiple, borders.margin)
        )
        # Up to the next multiple: ONNX divides integers as C does, so this is done from above.
        more = self.node(
            "Sub", [self.node("Add", [self.node("Max", [side, least]), multiple]), one]
        )
        length = self.node("Mul", [self.node("Div", [more, multiple]), multiple])
        ends = [self.node("Neg", [margin]), self.node("Add", [length, margin])]
        limits = [self.node("Squeeze", [each]) for each in ends]
        index = self.node("Range", [*limits, self.node("Squeeze", [one])])
        last = self.node("Sub", [side, one])
        if borders.reflected_above is not None:
            turned = self.node("Abs", [self.node("Sub", [last, self.node("Abs", [index])])])
            reflected = self.node("Sub", [last, turned])
            smallest = self.node("Min", list(sides))
            is_large = self.node("Greater", [smallest, self.constant([borders.reflected_above])])
            index = self.node("Where", [is_large, reflected, index])
        return self.node("Min", [self.node("Max", [index, self.constant([0])]), last])

    def _half(self, array: np.ndarray) -> str:
        """An array that is kept in half precision."""
        name = self.tensor(np.ascontiguousarray(array, np.float16))
        return self.node("Cast", [name], to=TensorProto.FLOAT)
