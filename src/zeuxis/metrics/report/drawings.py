"""Curves and histograms as figures that take their colours from the page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zeuxis.metrics.telling import number

WIDTH, HEIGHT = 360, 150  # of a drawing, in its own units: about the pixels of a telephone
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 8, 32  # margins
MOST = 320  # points of a curve, more than which are averaged
BINS = 40

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of a drawing.

    Attributes:
        name: what it is.
        x: N numbers that grow.
        y: N numbers; those that are not finite are left out.
    """

    name: str
    x: ArrayLike
    y: ArrayLike


def curves(title: str, x_title: str, lines: Sequence[Curve]) -> str:
    """A drawing of one to four curves; those of many points are averaged, with a band for their range.

    It is empty if none of them has two points: one alone is no curve.
    """
    binned = [_binned(line) for line in lines]
    known = [each for each in binned if each.shape[1]]
    if max((each.shape[1] for each in known), default=0) < 2:
        return ""
    # a few wild points, as losses have at the start, do not flatten all the rest
    values = np.concatenate([each[2:].ravel() for each in known])
    low, high = np.quantile(values, [0.01, 0.99]) if len(values) > 100 else _ends(values)
    frame = _Frame(*_ends(np.concatenate([each[0] for each in known])), float(low), float(high))
    parts = []
    for kind, each in enumerate(binned):
        if each.shape[1] and (each[2] < each[3]).any():
            around = np.concatenate([each[[0, 2]], each[[0, 3], ::-1]], 1)
            parts.append(f'<polygon class="band c{kind}" points="{frame.points(around)}"/>')
        alone = each.shape[1] == 1  # a line from a point to itself shows as a dot
        line, look = (each.repeat(2, 1), "line dot") if alone else (each, "line")
        parts.append(f'<polyline class="{look} c{kind}" points="{frame.points(line[:2])}"/>')
    return _drawing(title, [line.name for line in lines], frame, x_title, parts)


def histograms(title: str, x_title: str, sets: Sequence[tuple[str, ArrayLike]]) -> str:
    """A drawing of one to four distributions over the same bins, each of area 1."""
    arrays = [np.asarray(values, np.float64) for _, values in sets]
    low, high = _ends(np.concatenate(arrays))
    edges = np.linspace(low, high, BINS + 1)
    shares = [np.histogram(values, edges)[0] / max(1, len(values)) for values in arrays]
    frame = _Frame(low, high, 0.0, float(np.max(shares)))
    parts = []
    for kind, share in enumerate(shares):
        steps = np.stack([np.repeat(edges, 2)[1:-1], np.repeat(share, 2)])
        closed = np.concatenate([[[low], [0.0]], steps, [[high], [0.0]]], 1)
        parts.append(f'<polygon class="area c{kind}" points="{frame.points(closed)}"/>')
    return _drawing(title, [name for name, _ in sets], frame, x_title, parts, percent=True)


class _Frame:
    """From numbers to places."""

    def __init__(self, left: float, right: float, low: float, high: float) -> None:
        self.x, self.y = _apart(left, right), _apart(low, high)

    def across(self, x: ArrayLike) -> Floats:
        share: Floats = (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(self, y: ArrayLike) -> Floats:
        share: Floats = np.clip((np.asarray(y) - self.y[0]) / (self.y[1] - self.y[0]), 0, 1)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def points(self, xy: Floats) -> str:
        places = zip(self.across(xy[0]).tolist(), self.down(xy[1]).tolist(), strict=True)
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _drawing(
    title: str,
    names: Sequence[str],
    frame: _Frame,
    x_title: str,
    parts: Sequence[str],
    percent: bool = False,
) -> str:
    """A figure: the legend, and below it the frame and what is in it."""
    marks = []
    for value in _ticks(*frame.y):
        y = float(frame.down(value))
        said = f"{100 * value:.3g}%" if percent else number(value)
        marks.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="y" x="{LEFT - 4}" y="{y:.1f}" dy="0.35em">{said}</text>'
        )
    for value in _ticks(*frame.x):
        x = float(frame.across(value))
        marks.append(
            f'<text class="x" x="{x:.1f}" y="{HEIGHT - BOTTOM + 5}" dy="0.85em">{number(value)}</text>'
        )
    marks.append(f'<text class="x" x="{WIDTH / 2}" y="{HEIGHT - 3}">{escape(x_title)}</text>')
    legend = "".join(
        f'<span class="key c{kind}">{escape(name)}</span>' for kind, name in enumerate(names)
    )
    return (
        f"<figure><figcaption>{legend}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(marks)}{''.join(parts)}</svg></figure>"
    )


def _binned(line: Curve) -> Floats:
    """Rows: x, means, least and greatest of y; a column a point."""
    x, y = np.asarray(line.x, np.float64), np.asarray(line.y, np.float64)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if len(x) <= MOST:
        return np.stack([x, y, y, y])
    parts = zip(np.array_split(x, MOST), np.array_split(y, MOST), strict=True)
    return np.array([(a.mean(), b.mean(), b.min(), b.max()) for a, b in parts]).T


def _ends(values: Floats) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _apart(low: float, high: float) -> tuple[float, float]:
    """Two numbers that are not the same."""
    if high > low:
        return low, high
    around = abs(low) / 10 or 0.5
    return low - around, low + around


def _ticks(low: float, high: float) -> list[float]:
    """Three to seven round numbers in a range."""
    rough = (high - low) / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * min((1, 2, 5, 10), key=lambda each: abs(each - rough / unit))
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]
