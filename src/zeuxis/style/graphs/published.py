"""The networks of others as layers: `zeuxis.style.networks.johnson` and `.transformer_net`, layer by layer.

What is kept between passes is all at a quarter of the picture's size; what is larger is computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from zeuxis.runtime.plan import Borders
from zeuxis.style.graphs import layers
from zeuxis.style.graphs.layers import Layer, Network, Window, added, convolution, kept

if TYPE_CHECKING:
    from zeuxis.style.graphs.drawing import Drawing

WIDTHS = (32, 64, 128)  # channels at full, half and quarter size
BLOCKS = 5
MULTIPLE = 4
MARGIN = 40  # of johnson, which takes it away itself
LEAST = 5  # pixels a side
MEAN = (123.68, 116.779, 103.939)  # Caffe's, RGB
EPSILON = 1e-5

Normalised = Callable[[Layer, str], Layer]  # from a layer and the name of its place in the network


def johnson(norm: str = "instance") -> Network:
    """The network of Johnson et al. 2016.

    Raises:
        ValueError: for a `norm` that it has not.
    """
    if norm not in ("instance", "batch"):
        raise ValueError(f"no normalisation {norm!r}")
    normalised = _by_the_picture if norm == "instance" else _by_the_training
    full, half, quarter = WIDTHS
    x = layers.scaled(layers.picture(), [255.0], [-each for each in MEAN])
    x = _down(x, normalised, pad="constant")
    for block in range(BLOCKS):
        first, second = (f"residual.{block}.{each}" for each in ("first", "second"))
        y = kept(convolution(x, f"{first}.convolution.weight", quarter, padding=0))
        y = _rectified(normalised(y, first))
        y = kept(convolution(y, f"{second}.convolution.weight", quarter, padding=0))
        x = kept(added(_cropped(x, 2), normalised(y, second)))
    for place, channels in (("up.0", half), ("up.1", full)):
        x = _transposed(x, f"{place}.convolution.weight", channels)
        x = _rectified(normalised(x, place))
    x = convolution(x, "last.weight", 3, size=9, bias="last.bias")
    painted = layers.scaled(layers.applied(x, "Tanh"), [0.5], [0.5])
    borders = Borders(MARGIN, MULTIPLE, LEAST, reflected_above=MARGIN + MULTIPLE)
    return Network(painted, borders, unit=MULTIPLE)


def transformer_net(upsampling: str = "nearest", rectified: bool = False) -> Network:
    """The network of PyTorch's example `fast_neural_style`.

    Raises:
        ValueError: for an `upsampling` that it has not.
    """
    if upsampling not in ("nearest", "transposed"):
        raise ValueError(f"no upsampling {upsampling!r}")
    doubled = layers.enlarged if upsampling == "nearest" else _transposed
    full, half, quarter = WIDTHS
    x = _down(layers.picture(), _by_the_picture, pad="reflect")
    for block in range(BLOCKS):
        first, second = (f"residual.{2 * block + each}" for each in (0, 1))
        y = kept(convolution(x, f"{first}.convolution.weight", quarter, pad="reflect"))
        y = _rectified(_by_the_picture(y, first))
        y = kept(convolution(y, f"{second}.convolution.weight", quarter, pad="reflect"))
        x = added(x, _by_the_picture(y, second))
        x = kept(_rectified(x) if rectified else x)
    for place, channels in (("up.0", half), ("up.1", full)):
        x = doubled(x, f"{place}.convolution.weight", channels)
        x = _rectified(_by_the_picture(x, place))
    x = convolution(x, "last.weight", 3, size=9, bias="last.bias", pad="reflect")
    borders = Borders(least=LEAST, reflected_above=LEAST - 1)
    return Network(_clamped(x), borders, unit=MULTIPLE)


def _down(x: Layer, normalised: Normalised, pad: str) -> Layer:
    """The three convolutions to a quarter of the size."""
    for index, (channels, size, stride) in enumerate(
        zip(WIDTHS, (9, 3, 3), (1, 2, 2), strict=True)
    ):
        weight = f"down.{index}.convolution.weight"
        x = convolution(x, weight, channels, size=size, stride=stride, pad=pad)
        x = kept(x) if index == 2 else x
        x = _rectified(normalised(x, f"down.{index}"))
    return kept(x)


def _rectified(x: Layer) -> Layer:
    return layers.applied(x, "Relu")


def _by_the_picture(x: Layer, place: str) -> Layer:
    return layers.normalised(x, f"{place}.norm.weight", f"{place}.norm.bias")


def _by_the_training(x: Layer, place: str) -> Layer:
    """Batch normalisation: by statistics of the training, which are weights like others."""
    names = [f"{place}.norm.{each}" for each in ("weight", "bias", "running_mean", "running_var")]

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        weights = [drawing.weight(name, (x.channels,)) for name in names]
        return drawing.node("BatchNormalization", [*inputs, *weights], epsilon=EPSILON)

    return Layer((x,), x.channels, x.size, draw)


def _cropped(x: Layer, border: int) -> Layer:
    """Without the outermost rows and columns."""

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        return drawing.cropped(inputs[0], border)

    return Layer((x,), x.channels, x.size, draw, Window(size=2 * border + 1))


def _transposed(x: Layer, weight: str, channels: int) -> Layer:
    """Twice the size, by a transposed 3x3 convolution as torch lays it out."""

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        return drawing.node(
            "ConvTranspose",
            [*inputs, drawing.weight(weight, (x.channels, channels, 3, 3))],
            kernel_shape=[3] * 2,
            strides=[2] * 2,
            pads=[1] * 4,
            output_padding=[1] * 2,
        )

    cost = 9 * x.channels * channels / 4  # a pixel takes part in 9/4 of the products on average
    return Layer((x,), channels, 2 * x.size, draw, Window(3, padding=1, growth=2), cost=cost)


def _clamped(x: Layer) -> Layer:
    """No less than 0 and no more than 1."""

    def draw(drawing: Drawing, inputs: Sequence[str]) -> str:
        return drawing.node("Clip", [*inputs, drawing.constant(0.0), drawing.constant(1.0)])

    return Layer((x,), x.channels, x.size, draw)
