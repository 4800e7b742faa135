"""A network told once, as layers, from which the graphs that run it are drawn.

A layer knows the layers it takes, how many rows of them a row of its own needs, and how it is drawn as
ONNX. `drawing` draws all of a network as one graph; `passes` cuts it at its normalisations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from zeuxis.runtime.plan import PICTURE, Borders, Norm

if TYPE_CHECKING:
    from zeuxis.style.graphs.drawing import Drawing

Draw = Callable[["Drawing", Sequence[str]], str]  # from the names of what it takes to its own


@dataclass(frozen=True)
class Window:
    """Which rows of its input a row of a layer sees: those of a window that slides over it.

    Attributes:
        size: rows that the window holds.
        stride: rows from one window to the next.
        padding: rows that the first window begins above the first row.
        growth: how often each row of the input is repeated before.
    """

    size: int = 1
    stride: int = 1
    padding: int = 0
    growth: int = 1


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer.

    Attributes:
        inputs: what it takes.
        channels: how many it has.
        size: its height as a share of the picture's, borders aside.
        draw: draws it.
        window: what it sees of its inputs.
        norm: set where it is an instance normalisation.
        kept: whether passes keep it, rather than compute it again.
        cost: multiplications for each of its pixels.
    """

    inputs: tuple[Layer, ...]
    channels: int
    size: float
    draw: Draw
    window: Window = Window()
    norm: Norm | None = None
    kept: bool = False
    cost: float = 0


@dataclass(frozen=True)
class Network:
    """All of a network.

    Attributes:
        painted: its last layer, with values in [0, 1].
        borders: how the picture is continued before.
        unit: rows that strips are multiples of: such that every layer has whole rows of them.
        row: how long a style's row is.
    """

    painted: Layer
    borders: Borders
    unit: int
    row: int = 0
    layers: tuple[Layer, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Put the layers in order, each after what it takes."""
        object.__setattr__(self, "layers", tuple(_ordered(self.painted, {})))

    @property
    def norms(self) -> list[Layer]:
        """The normalisations, in order."""
        return [layer for layer in self.layers if layer.norm is not None]


def picture() -> Layer:
    """The continued picture: RGB in [0, 1]."""
    return Layer((), 3, 1, lambda drawing, _: drawing.input(PICTURE), kept=True)


def kept(layer: Layer) -> Layer:
    """The layer, to be kept between passes: what costs more to compute again than to keep."""
    return replace(layer, kept=True)


def convolution(
    x: Layer,
    weight: str,
    channels: int,
    *,
    size: int = 3,
    stride: int = 1,
    padding: int | None = None,
    bias: str | None = None,
    pad: str = "constant",
) -> Layer:
    """A convolution with the tensor `weight`, as torch lays it out.

    Args:
        x: what is convolved.
        weight: name of the tensor.
        channels: how many come out.
        size: of the kernel.
        stride: from one window to the next.
        padding: on all sides; None for half the kernel.
        bias: name of a tensor.
        pad: with what: `"constant"` for zeros, `"reflect"` or `"edge"`.
    """
    padding = size // 2 if padding is None else padding
    weights = {weight: (channels, x.channels, size, size), **({bias: (channels,)} if bias else {})}

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        names = [drawing.weight(name, shape) for name, shape in weights.items()]
        return drawing.convolution([inputs[0], *names], size, stride, padding, pad)

    window = Window(size, stride, padding)
    cost = size**2 * x.channels * channels
    return Layer((x,), channels, x.size / stride, draw, window, cost=cost)


def normalised(x: Layer, scale: str | None = None, shift: str | None = None) -> Layer:
    """Instance normalisation, with scales and shifts from tensors, or else from the style's row."""

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        return drawing.norm(layer, inputs[0])

    layer = Layer((x,), x.channels, x.size, draw, norm=Norm(x.channels, scale, shift))
    return layer


def applied(x: Layer, operator: str) -> Layer:
    """An ONNX operator without arguments, on each value by itself: `"Relu"`, `"Sigmoid"`, `"Tanh"`."""
    return Layer((x,), x.channels, x.size, lambda drawing, inputs: drawing.node(operator, inputs))


def scaled(x: Layer, scale: Sequence[float], shift: Sequence[float]) -> Layer:
    """`scale * x + shift`, with a number for each channel or one for all."""

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        factor, term = (drawing.constant([[[float(n)]] for n in part]) for part in (scale, shift))
        return drawing.node("Add", [drawing.node("Mul", [inputs[0], factor]), term])

    return Layer((x,), x.channels, x.size, draw)


def added(x: Layer, y: Layer) -> Layer:
    """The sum."""
    return Layer((x, y), x.channels, x.size, lambda drawing, inputs: drawing.node("Add", inputs))


def doubled(x: Layer) -> Layer:
    """Twice the size, by nearest neighbours; before a convolution `enlarged` is faster."""

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        return drawing.node(
            "Resize",
            [inputs[0], "", drawing.constant([1.0, 1.0, 2.0, 2.0])],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    return Layer((x,), x.channels, 2 * x.size, draw, Window(growth=2))


def enlarged(x: Layer, weight: str, channels: int) -> Layer:
    """Twice the size by nearest neighbours, then a reflected 3 x 3 convolution.

    A window of 3 x 3 sees only 2 x 2 different pixels then, so they are convolved before they are
    doubled, with kernels whose weights for the same pixel are added up: 4/9 of the multiplications and a
    quarter of the memory. What is reflected after the doubling is repeated before it.
    """
    # What each of two rows adds up, for the odd and for the even rows, counted from one above the picture.
    sums = np.array([[[1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1]]], np.float32)
    summing = np.einsum("pay,qbx->yxpqab", sums, sums).reshape(9, 16)

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        def shaped(name: str, *shape: int) -> str:
            return drawing.node("Reshape", [name, drawing.constant(shape)])

        kernel = shaped(drawing.weight(weight, (channels, x.channels, 3, 3)), channels, -1, 9)
        kernel = drawing.node("MatMul", [kernel, drawing.constant(summing)])
        kernel = shaped(kernel, channels, x.channels, 2, 2, 2, 2)
        kernel = drawing.node("Transpose", [kernel], perm=[0, 2, 3, 1, 4, 5])
        kernel = shaped(kernel, 4 * channels, x.channels, 2, 2)
        apart = drawing.convolution([inputs[0], kernel], 2, padding=1, pad="edge")
        return drawing.cropped(drawing.shuffled(apart), 1)

    cost = 16 * x.channels * channels / 4
    return Layer((x,), channels, 2 * x.size, draw, Window(3, padding=1, growth=2), cost=cost)


def shuffled(x: Layer) -> Layer:
    """Twice the size, from a quarter as many channels: torch's `pixel_shuffle`."""
    return Layer(
        (x,),
        x.channels // 4,
        2 * x.size,
        lambda drawing, inputs: drawing.shuffled(inputs[0]),
        Window(growth=2),
    )


def _ordered(layer: Layer, seen: dict[Layer, None]) -> Iterator[Layer]:
    if layer in seen:
        return
    for each in layer.inputs:
        yield from _ordered(each, seen)
    seen[layer] = None
    yield layer
