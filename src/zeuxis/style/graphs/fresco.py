"""Fresco as layers: `zeuxis.style.networks.fresco`, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from zeuxis.runtime.plan import Borders
from zeuxis.style.graphs import layers
from zeuxis.style.graphs.layers import Layer, Network, Window, added, kept, normalised

if TYPE_CHECKING:
    from zeuxis.style.graphs.drawing import Drawing

MULTIPLE, SMALLEST = 8, 16  # sides of what the network works on


def fresco(widths: Sequence[int] = (16, 48, 96), blocks: int = 3, fine_blocks: int = 1) -> Network:
    """The network of these widths.

    What is kept between passes is all at a quarter and an eighth; what is at a half is computed again,
    from the picture and from what is at a quarter.
    """
    half, quarter, eighth = widths
    x = _unshuffled_convolution(layers.picture(), "down.0.weight", half)
    x = _convolution(_rectified(x), "down.1.weight", quarter, stride=2)
    skip = _rectified(kept(x))
    x = _convolution(skip, "down.2.weight", eighth, stride=2)
    x = kept(_rectified(kept(x)))
    x = _through("residual", blocks, x)
    x = kept(layers.enlarged(_smoothed(x), "up.0.weight", quarter))
    x = _through("fine", fine_blocks, kept(added(skip, _rectified(x))))
    x = layers.enlarged(_smoothed(x), "up.1.weight", half)
    x = layers.convolution(_rectified(x), "last.weight", 12, bias="last.bias", pad="reflect")
    painted = layers.applied(_smoothed(layers.shuffled(x)), "Sigmoid")
    borders = Borders(multiple=MULTIPLE, least=SMALLEST)
    row = 2 * (2 * half + quarter * (2 + 2 * fine_blocks) + eighth * (1 + 2 * blocks))
    return Network(painted, borders, unit=MULTIPLE, row=row)


def _through(name: str, blocks: int, x: Layer) -> Layer:
    """Through residual blocks."""
    for block in range(blocks):
        y = kept(_convolution(x, f"{name}.{2 * block}.weight", x.channels))
        y = kept(_convolution(_rectified(y), f"{name}.{2 * block + 1}.weight", x.channels))
        x = kept(added(x, normalised(y)))
    return x


def _rectified(x: Layer) -> Layer:
    return layers.applied(normalised(x), "Relu")


def _convolution(x: Layer, weight: str, channels: int, stride: int = 1) -> Layer:
    return layers.convolution(x, weight, channels, stride=stride, pad="reflect")


def _unshuffled_convolution(x: Layer, weight: str, channels: int) -> Layer:
    """`pixel_unshuffle` by 2 and a convolution."""

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        # ONNX has the three colours inside of the four places, torch outside.
        name = drawing.weight(weight, (channels, 12, 3, 3))
        split = drawing.node("Reshape", [name, drawing.constant([channels, 3, 4, 3, 3])])
        turned = drawing.node("Transpose", [split], perm=[0, 2, 1, 3, 4])
        kernel = drawing.node("Reshape", [turned, drawing.constant([channels, 12, 3, 3])])
        unshuffled = drawing.node("SpaceToDepth", [inputs[0]], blocksize=2)
        return drawing.convolution([unshuffled, kernel], 3, padding=1, pad="reflect")

    return Layer((x,), channels, x.size / 2, draw, Window(6, 2, 2), cost=108 * channels)


def _smoothed(x: Layer) -> Layer:
    """[1, 2, 1] / 4 down and across."""
    line = np.array([0.25, 0.5, 0.25])
    kernel = np.tile(np.outer(line, line), (x.channels, 1, 1, 1))

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        names = [inputs[0], drawing.constant(kernel)]
        return drawing.convolution(names, 3, padding=1, pad="reflect", group=x.channels)

    return Layer((x,), x.channels, x.size, draw, Window(3, padding=1), cost=27)
