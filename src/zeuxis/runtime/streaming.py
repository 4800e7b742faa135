"""Paint a picture that is too large for memory: in passes of strips, with the statistics of the whole.

It is the painting that the whole graph would give up to rounding, for each normalisation gets the
statistics of all strips before anything is normalised by them. Means and variances are joined as Chan et
al. 1979 do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray

from zeuxis.runtime.pixels import Continued, Floats, Pixels, put
from zeuxis.runtime.plan import PAINTED, PICTURE, Norm, Pass, Plan
from zeuxis.runtime.sessions import Session
from zeuxis.runtime.shelf import Shelf

Doubles = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass
class Statistics:
    """Mean and variance of each channel, over the pixels seen so far.

    Attributes:
        count: pixels seen.
        mean: C.
        squares: C, the sum of squared distances from the mean.
    """

    count: int
    mean: Doubles
    squares: Doubles

    def add(self, count: int, mean: Doubles, variance: Doubles) -> None:
        """See `count` pixels more, which have this mean and variance."""
        total = self.count + count
        apart = mean - self.mean
        self.mean = self.mean + apart * (count / total)
        self.squares = self.squares + variance * count + apart**2 * (self.count * count / total)
        self.count = total

    def affine(self, scale: Floats, shift: Floats, epsilon: float) -> tuple[Floats, Floats]:
        """What normalising and then scaling and shifting comes to: a scale and a shift."""
        factor = scale / np.sqrt(self.squares / self.count + epsilon)
        return factor.astype(np.float32), (shift - self.mean * factor).astype(np.float32)


@dataclass(frozen=True)
class Strip:
    """Units `first` to before `last` of a value; the last strip goes to the value's end."""

    first: int
    last: int
    is_last: bool

    def rows(self, unit: int, height: int) -> tuple[int, int]:
        """The rows of a value with `unit` rows in a unit and `height` in all."""
        first = min(self.first * unit, height)
        return first, height if self.is_last else min(self.last * unit, height)


class Stream:
    """A picture on its way through the passes of a network.

    Args:
        plan: of the network.
        tensors: of the network, graphs among them.
        row: the style; None for a network that takes none.
        picture: what is painted.
        shelf: where values are kept.
        strip_bytes: what a strip may take.
        threads: how many to compute with.
    """

    def __init__(
        self,
        plan: Plan,
        tensors: Mapping[str, np.ndarray],
        row: Floats | None,
        picture: Continued,
        shelf: Shelf,
        strip_bytes: float,
        threads: int,
    ) -> None:
        self.plan, self.tensors, self.picture, self.shelf = plan, tensors, picture, shelf
        self.strip_bytes, self.threads = strip_bytes, threads
        self.styles = _styles(plan.norms, tensors, row)
        self.measured: dict[int, Statistics] = {}
        self.heights = {n: value.height(picture.height) for n, value in plan.values.items()}

    def paint(self, result: Pixels, progress: Progress | None = None) -> None:
        """Paint the picture into `result`, of the picture's size."""
        total = sum(each.cost for each in self.plan.passes)
        done = 0.0
        for index, each in enumerate(self.plan.passes):
            for share in self._go(each, self._last_reads(index), result):
                if progress is not None:
                    progress((done + share * each.cost) / total)
            done += each.cost

    def _go(self, way: Pass, last_reads: set[str], result: Pixels) -> Iterator[float]:
        """One pass; after each strip, how much of it is done."""
        weights = {name: self.tensors[name] for name in way.weights}
        session = Session(self.tensors[way.graph], weights, self.threads)
        constants = self._constants(way)
        for strip in self._strips(way):
            outputs = self._run(session, way, strip, constants)
            self._keep(way, strip, outputs, result)
            for name in last_reads:
                above = None
                if not strip.is_last:
                    above = strip.last * self.plan.values[name].unit - way.reads[name][0]
                self.shelf.forget(name, above)
            yield 1.0 if strip.is_last else strip.last * self._unit(way) / self._height(way)

    def _run(
        self, session: Session, way: Pass, strip: Strip, constants: Mapping[str, Floats]
    ) -> dict[str, Floats]:
        """What the graph of a pass gives for a strip."""
        feed: dict[str, np.ndarray] = dict(constants)
        origin = Fraction(0)  # where all that the graph computes begins, in units
        for name, (above, below) in way.reads.items():
            unit, height = self.plan.values[name].unit, self.heights[name]
            first, last = strip.rows(unit, height)
            first, last = max(0, first - above), min(height, last + below)
            origin = Fraction(first, unit)
            is_picture = name == PICTURE
            source = self.picture.strip if is_picture else partial(self.shelf.rows, name)
            feed[name] = source(first, last)
        for name in {*way.keeps, way.target}:
            unit = self.plan.values[name].unit
            first, last = (row - int(origin * unit) for row in strip.rows(unit, self.heights[name]))
            feed[f"first.{name}"], feed[f"last.{name}"] = np.array([first]), np.array([last])
        names = [f"out.{name}" for name in way.keeps]
        names += [f"out.{PAINTED}"] if way.measures is None else ["mean", "variance"]
        return dict(zip(names, session.run(names, feed), strict=True))

    def _keep(self, way: Pass, strip: Strip, outputs: Mapping[str, Floats], result: Pixels) -> None:
        for name in way.keeps:
            self.shelf.put(name, outputs[f"out.{name}"])
        first, last = strip.rows(self._unit(way), self._height(way))
        if way.measures is None:
            put(outputs[f"out.{PAINTED}"], first, result, self.plan.borders.offset)
            return
        # All strips of a value are as wide, so rows stand for pixels.
        mean, variance = (outputs[n].ravel().astype(np.float64) for n in ("mean", "variance"))
        nothing = Statistics(0, np.zeros_like(mean), np.zeros_like(mean))
        self.measured.setdefault(way.measures, nothing).add(last - first, mean, variance)

    def _strips(self, way: Pass) -> Iterator[Strip]:
        per_unit = way.bytes * self.plan.unit * self.picture.width
        units = max(1, int(self.strip_bytes // per_unit))
        count = max(1, -(-self._height(way) // self._unit(way)))
        for first in range(0, count, units):
            yield Strip(first, first + units, first + units >= count)

    def _constants(self, way: Pass) -> dict[str, Floats]:
        """The normalisations of a pass, with the statistics that earlier passes measured."""
        found = {}
        for norm in way.norms:
            scale, shift = self.measured[norm].affine(*self.styles[norm], self.plan.epsilon)
            found[f"scale.{norm}"] = scale.reshape(1, -1, 1, 1)
            found[f"shift.{norm}"] = shift.reshape(1, -1, 1, 1)
        return found

    def _last_reads(self, index: int) -> set[str]:
        """What is read in this pass and in none after it."""
        later = {name for each in self.plan.passes[index + 1 :] for name in each.reads}
        return set(self.plan.passes[index].reads) - later - {PICTURE}

    def _unit(self, way: Pass) -> int:
        return self.plan.values[way.target].unit

    def _height(self, way: Pass) -> int:
        return self.heights[way.target]


def _styles(
    norms: tuple[Norm, ...], tensors: Mapping[str, np.ndarray], row: Floats | None
) -> list[tuple[Floats, Floats]]:
    """The scales and shifts of each normalisation, from tensors or from the row of a style."""
    lengths = [norm.channels for norm in norms if norm.scale is None]
    halves = iter(()) if row is None else iter(zip(*_parts(row, lengths), strict=True))
    found = []
    for norm in norms:
        if norm.scale is None or norm.shift is None:
            found.append(next(halves))
        else:
            scale, shift = (tensors[name].astype(np.float32) for name in (norm.scale, norm.shift))
            found.append((scale, shift))
    return found


def _parts(row: Floats, lengths: list[int]) -> list[list[Floats]]:
    return [np.split(half, np.cumsum(lengths)[:-1]) for half in np.split(row, 2)]
