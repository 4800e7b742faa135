"""Networks as ONNX graphs, so that they run without torch.

Needs the package `onnx`; nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zeuxis.models import Card
from zeuxis.runtime.plan import PLAN, WHOLE, Plan
from zeuxis.style.graphs.checking import check_weights
from zeuxis.style.graphs.drawing import EPSILON, whole
from zeuxis.style.graphs.kinds import network_of
from zeuxis.style.graphs.passes import bytes_per_pixel, cut, described, drawn, value_names
from zeuxis.style.graphs.standalone import to_onnx

__all__ = ["add_graphs", "to_onnx"]


def add_graphs(tensors: Mapping[str, np.ndarray], card: Card) -> dict[str, np.ndarray]:
    """The tensors of a model, and with them the graphs and the plan that `zeuxis.runtime` runs it by.

    Args:
        tensors: as in a model file; graphs that are among them are replaced.
        card: its card; `kind` and `extra["network"]` say which network it is.

    Raises:
        ZeuxisError: if the card names no network that is known, or a weight is missing or has another
            shape.
    """
    network = network_of(card)
    kept = {name: each for name, each in tensors.items() if not name.startswith("graph.")}
    drawing = whole(network)
    check_weights(kept, drawing.weights, card)
    cuts = cut(network)
    names = value_names(network, cuts)
    passes, values = described(network, cuts)
    plan = Plan(
        borders=network.borders,
        unit=network.unit,
        row=network.row,
        bytes=bytes_per_pixel(network.layers, ()),
        weights=tuple(drawing.weights),
        epsilon=EPSILON,
        norms=tuple(each.norm for each in network.norms if each.norm is not None),
        values=values,
        passes=tuple(passes),
    )
    graphs = {WHOLE: drawing.to_bytes()}
    for each, part in zip(passes, cuts, strict=True):
        graphs[each.graph] = drawn(network, part, names).to_bytes()
    kept |= {name: np.frombuffer(graph, np.uint8) for name, graph in graphs.items()}
    return {**kept, PLAN: plan.to_tensor()}
