"""The plan of a model file: which graphs it holds, and how a picture goes through them.

A network normalises a value by statistics of the whole picture, so a picture too large for memory goes
through it in passes. Each pass is a graph of its own, run strip by strip: from values that earlier
passes have kept it computes one value more and measures it, which completes what the next normalisation
needs. The plan says what each pass reads, with how many rows more than the strip's own, and what it
keeps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from zeuxis.errors import ZeuxisError

PLAN = "graph.plan"  # the tensors that hold the plan and the graph of the network as one
WHOLE = "graph.whole"
PICTURE, ROW, PAINTED = "picture", "row", "painted"  # names in the graphs


@dataclass(frozen=True)
class Borders:
    """How a picture is continued before it goes in.

    Attributes:
        margin: rows and columns more, on all sides.
        multiple: what the sides are brought to a multiple of, to the right and below.
        least: what sides are brought to at least, to the right and below.
        offset: where in the painting, down and across, the picture's own first pixel is.
        reflected_above: a picture whose sides are all above this is reflected; of another, and of all
            where it is None, the border is repeated.
    """

    margin: int = 0
    multiple: int = 1
    least: int = 1
    offset: int = 0
    reflected_above: int | None = None


@dataclass(frozen=True)
class Norm:
    """An instance normalisation.

    Attributes:
        channels: how many it has.
        scale: the tensor with its scales; None when they are in the row of the style.
        shift: the tensor with its shifts; None likewise.
    """

    channels: int
    scale: str | None = None
    shift: str | None = None


@dataclass(frozen=True)
class Value:
    """Something computed on the way, of 1 x channels x rows x columns.

    Attributes:
        channels: how many it has.
        unit: its rows for each unit of the picture's; strips are whole units.
        heights: what makes its rows from the picture's: each (multiply, add, divide) in turn.
    """

    channels: int
    unit: int
    heights: tuple[tuple[int, int, int], ...]

    def height(self, rows: int) -> int:
        """Its rows for a continued picture of `rows`."""
        for multiply, add, divide in self.heights:
            rows = (rows * multiply + add) // divide
        return rows


@dataclass(frozen=True)
class Pass:
    """One way over the picture, strip by strip.

    Attributes:
        graph: the tensor that holds its graph.
        weights: the tensors that the graph takes as weights.
        reads: the values it reads, each with the rows above and below a strip that it needs.
        norms: the normalisations it applies.
        keeps: the values it keeps for later passes.
        target: the value it is for.
        measures: the normalisation that `target` is measured for; None in the last pass, which paints.
        bytes: what it takes for each pixel of a strip.
        cost: multiplications for each pixel.
    """

    graph: str
    weights: tuple[str, ...]
    reads: Mapping[str, tuple[int, int]]
    norms: tuple[int, ...]
    keeps: tuple[str, ...]
    target: str
    measures: int | None
    bytes: float
    cost: float


@dataclass(frozen=True)
class Plan:
    """See the module.

    Attributes:
        borders: how a picture is continued.
        unit: rows of the picture in a unit.
        row: length of a style's row, 0 for a network that takes none.
        bytes: what the whole graph takes for each pixel.
        weights: the tensors that the whole graph takes as weights.
        epsilon: what is added to variances.
        norms: the normalisations, in order.
        values: what the passes read, keep or measure, by name.
        passes: the passes, in order.
    """

    borders: Borders
    unit: int
    row: int
    bytes: float
    weights: tuple[str, ...]
    epsilon: float
    norms: tuple[Norm, ...]
    values: Mapping[str, Value]
    passes: tuple[Pass, ...]

    def to_tensor(self) -> np.ndarray:
        """As JSON in a uint8 tensor."""
        return np.frombuffer(json.dumps(asdict(self), sort_keys=True).encode(), np.uint8)

    @classmethod
    def from_tensor(cls, tensor: np.ndarray) -> Plan:
        """What `to_tensor` wrote.

        Raises:
            ZeuxisError: if it is no plan.
        """
        try:
            return _plan(json.loads(tensor.tobytes()))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ZeuxisError(f"its plan cannot be read ({error}): get the file anew") from error


def _plan(told: dict[str, Any]) -> Plan:
    """A plan from JSON, where tuples are lists."""
    values = {
        name: Value(each["channels"], each["unit"], tuple(tuple(step) for step in each["heights"]))
        for name, each in told["values"].items()
    }
    passes = tuple(
        Pass(
            **{
                **each,
                **{key: tuple(each[key]) for key in ("weights", "norms", "keeps")},
                "reads": {name: _pair(rows) for name, rows in each["reads"].items()},
            }
        )
        for each in told["passes"]
    )
    plan = Plan(
        **{
            **told,
            "borders": Borders(**told["borders"]),
            "weights": tuple(told["weights"]),
            "norms": tuple(Norm(**each) for each in told["norms"]),
            "values": values,
            "passes": passes,
        }
    )
    _check(plan)
    return plan


def _pair(rows: list[int]) -> tuple[int, int]:
    above, below = rows
    return above, below


def _check(plan: Plan) -> None:
    """What the streaming relies on, lest a foreign plan runs it into a wall."""
    borders = plan.borders
    if min(borders.multiple, borders.least, plan.unit, plan.bytes, plan.epsilon) <= 0:
        raise ValueError("a measure is not above zero")
    if min(borders.margin, borders.offset, borders.reflected_above or 0, plan.row) < 0:
        raise ValueError("a measure is below zero")
    for value in plan.values.values():
        if min(value.unit, value.channels, *(divide for _, _, divide in value.heights)) < 1:
            raise ValueError("a value has no size")
    there, measured = {PICTURE}, set[int | None]()
    for each in plan.passes:
        if not {*each.keeps, each.target} <= set(plan.values):
            raise ValueError("a pass keeps what is not described")
        if not each.reads or not set(each.reads) <= there or not set(each.norms) <= measured:
            raise ValueError("a pass takes what is not there yet")
        if min(each.bytes, each.cost) <= 0:
            raise ValueError("a pass costs nothing")
        there |= set(each.keeps)
        measured.add(each.measures)
    if {PICTURE, PAINTED} - set(plan.values) or measured != {None, *range(len(plan.norms))}:
        raise ValueError("not everything is measured and painted")
