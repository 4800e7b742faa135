"""A network cut into passes: `zeuxis.runtime.plan` says what these are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, lcm

from zeuxis.runtime.plan import PAINTED, PICTURE, Pass, Value
from zeuxis.style.graphs.drawing import Drawing
from zeuxis.style.graphs.layers import Layer, Network, Window

FLOAT = 4  # bytes
PIXELS = (
    3 * 3
)  # numbers for each pixel: the picture that goes in, and what comes out on its way to its place


@dataclass(frozen=True)
class Cut:
    """The layers of a pass.

    Attributes:
        target: the layer it is for.
        layers: those it computes, in order, `target` last.
        reads: those it takes as they were kept.
        keeps: those of its layers that a later pass takes.
        measures: number of the normalisation that `target` is measured for.
    """

    target: Layer
    layers: tuple[Layer, ...]
    reads: tuple[Layer, ...]
    keeps: tuple[Layer, ...]
    measures: int | None


@dataclass(frozen=True)
class _Rows:
    """Rows of a layer that a strip needs, as offsets from the strip's own first and last row there.

    The first row has to be a multiple of `aligned`, so that strided windows fall where they fall in the
    whole.
    """

    first: int = 0
    last: int = 0
    aligned: int = 1

    def through(self, window: Window) -> _Rows:
        """The rows of what a layer takes, from those of the layer."""
        first = self.first * window.stride - window.padding
        last = (self.last - 1) * window.stride - window.padding + window.size
        aligned = max(1, self.aligned * window.stride // window.growth)
        first = floor(first / window.growth) // aligned * aligned
        return _Rows(first, ceil(last / window.growth), aligned)

    def joined(self, other: _Rows) -> _Rows:
        """The rows that hold both."""
        aligned = lcm(self.aligned, other.aligned)
        first = min(self.first, other.first) // aligned * aligned
        return _Rows(first, max(self.last, other.last), aligned)


def cut(network: Network) -> list[Cut]:
    """The passes, in order: one for each normalisation's statistics, and one that paints."""
    targets = [(norm.inputs[0], index) for index, norm in enumerate(network.norms)]
    done: set[Layer] = {each for each in network.layers if not each.inputs}
    found: list[tuple[Layer, list[Layer], list[Layer], int | None]] = []
    for target, measures in [*targets, (network.painted, None)]:
        inside = _inside(network, target, done)
        taken = {each for layer in inside for each in layer.inputs if each not in inside}
        found.append((target, inside, [each for each in network.layers if each in taken], measures))
        done.update(each for each in inside if each.kept)
    cuts = []
    for index, (target, inside, reads, measures) in enumerate(found):
        later = {each for _, _, others, _ in found[index + 1 :] for each in others}
        keeps = tuple(each for each in inside if each in later)
        cuts.append(Cut(target, tuple(inside), tuple(reads), keeps, measures))
    return cuts


def described(network: Network, cuts: Sequence[Cut]) -> tuple[list[Pass], dict[str, Value]]:
    """The passes and values of a plan."""
    names = value_names(network, cuts)
    values = {
        name: Value(layer.channels, int(network.unit * layer.size), _heights(layer))
        for layer, name in names.items()
    }
    passes = []
    for index, each in enumerate(cuts):
        needed = _needed(each)
        passes.append(
            Pass(
                graph=f"graph.pass.{index}",
                weights=tuple(drawn(network, each, names).weights),
                reads={names[r]: (-needed[r].first, needed[r].last) for r in each.reads},
                norms=_norms(network, each),
                keeps=tuple(names[k] for k in each.keeps),
                target=names[each.target],
                measures=each.measures,
                bytes=bytes_per_pixel(each.layers, each.reads),
                cost=sum(layer.cost * layer.size**2 for layer in each.layers) + 1,
            )
        )
    return passes, values


def drawn(network: Network, cut: Cut, names: dict[Layer, str]) -> Drawing:
    """The graph of a pass.

    Its inputs are the values it reads; `scale.N` and `shift.N` for each normalisation N, with the
    statistics in them; and for each value V that comes out the first and the last row, `first.V` and
    `last.V`, that are the strip's own. The outputs are `out.V` and, of those measured, `mean` and
    `variance`, 1 x C x 1 x 1.
    """
    drawing = _PassDrawing(network)
    for layer in cut.reads:
        name = names[layer]
        shape = (1, layer.channels, f"h.{name}", f"w.{name}")
        drawing.names[layer] = drawing.input(name, shape)
    own = {}
    for layer in dict.fromkeys([*cut.keeps, cut.target]):
        own[layer] = drawing.own_rows(drawing.layer(layer), names[layer])
    for layer in cut.keeps:
        drawing.output(f"out.{names[layer]}", own[layer])
    if cut.measures is None:
        drawing.output(f"out.{PAINTED}", own[cut.target])
    else:
        drawing.measure(own[cut.target])
    return drawing


class _PassDrawing(Drawing):
    """A drawing whose normalisations take their statistics from outside."""

    def norm(self, layer: Layer, x: str) -> str:
        """`scale * x + shift`."""
        index = self.network.norms.index(layer)
        shape = (1, layer.channels, 1, 1)
        scale, shift = (self.input(f"{name}.{index}", shape) for name in ("scale", "shift"))
        return self.node("Add", [self.node("Mul", [x, scale]), shift])

    def own_rows(self, x: str, name: str) -> str:
        """The rows of `x` that are the strip's own."""
        limits = [self.index(f"{which}.{name}") for which in ("first", "last")]
        return self.node("Slice", [x, *limits, self.constant([2])])

    def measure(self, x: str) -> None:
        """Mean and variance of each channel, taken apart so that little is lost in float32."""
        axes = self.constant([2, 3])
        mean = self.node("ReduceMean", [x, axes], keepdims=1)
        apart = self.node("Sub", [x, mean])
        squares = self.node("Mul", [apart, apart])
        self.output("mean", mean)
        self.output("variance", self.node("ReduceMean", [squares, axes], keepdims=1))


def value_names(network: Network, cuts: Sequence[Cut]) -> dict[Layer, str]:
    """A name for each layer that a pass reads, keeps or is for."""
    names = {each: PICTURE for each in network.layers if not each.inputs}
    for each in cuts:
        for layer in (*each.keeps, each.target):
            names.setdefault(layer, f"value.{len(names)}")
    names[network.painted] = PAINTED
    return names


def bytes_per_pixel(layers: Sequence[Layer], reads: Sequence[Layer]) -> float:
    """What the layers take at their peak, each let go when the last that takes it is done.

    A convolution takes copies of what goes in and what comes out, for ONNX Runtime has an order of its
    own. What it comes to is what was measured: 120 to 127 bytes for all of fresco.
    """
    last = {each: layer for layer in layers for each in layer.inputs}
    alive = dict.fromkeys(reads)
    peak = 0.0
    for layer in layers:
        alive[layer] = None
        copied = [layer, *layer.inputs] if layer.window != Window() else []
        peak = max(peak, _numbers(alive) + 2 * _numbers(copied))
        alive = {each: None for each in alive if last.get(each) not in (None, layer)}
        alive[layer] = None
    return FLOAT * (peak + PIXELS)


def _numbers(layers: Iterable[Layer]) -> float:
    """How many numbers the layers have for each pixel of the picture."""
    return sum(each.channels * each.size**2 for each in layers)


def _inside(network: Network, target: Layer, done: set[Layer]) -> list[Layer]:
    """What has to be computed for `target` when the layers `done` are there."""
    wanted, inside = [target], {target}
    while wanted:
        fresh = [each for each in wanted.pop().inputs if each not in done and each not in inside]
        inside.update(fresh)
        wanted += fresh
    return [each for each in network.layers if each in inside]


def _needed(cut: Cut) -> dict[Layer, _Rows]:
    """The rows that a strip needs of each layer of a pass.

    Raises:
        ValueError: if layers that are added would hold different rows: one of them has to be kept.
    """
    needed = {each: _Rows() for each in (cut.target, *cut.keeps)}
    for layer in reversed(cut.layers):
        for each in layer.inputs:
            rows = needed[layer].through(layer.window)
            needed[each] = rows.joined(needed[each]) if each in needed else rows
    held = {each: (needed[each].first, needed[each].last) for each in cut.reads}
    for layer in cut.layers:
        window = layer.window
        taken = {held[each] for each in layer.inputs}
        if len(taken) != 1:
            raise ValueError("layers that are added hold different rows in a pass: keep one")
        first, last = (rows * window.growth for rows in taken.pop())
        more = 2 * window.padding - window.size + window.stride
        held[layer] = first // window.stride, (last + more) // window.stride
    return needed


def _norms(network: Network, cut: Cut) -> tuple[int, ...]:
    return tuple(index for index, norm in enumerate(network.norms) if norm in cut.layers)


def _heights(layer: Layer) -> tuple[tuple[int, int, int], ...]:
    """What makes the rows of a layer from the picture's."""
    if not layer.inputs:
        return ()
    window = layer.window
    step = (window.growth, 2 * window.padding - window.size + window.stride, window.stride)
    return (*_heights(layer.inputs[0]), *([] if step == (1, 0, 1) else [step]))
