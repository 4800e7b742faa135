"""A network that enlarges as those that are shipped do, small, with two ends, that nobody has trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from zeuxis.models import Card, save

MARGIN = 3  # pixels that three convolutions see


def graph(scale: int, shapes: dict[str, tuple[int, ...]]) -> np.ndarray:
    """Each pixel repeated, and what three convolutions with zeros around add, shuffled up."""
    repeated = np.repeat(np.eye(3, dtype=np.float32), scale**2, axis=0)[..., None, None]
    nodes = []
    for name, source in (("first", "picture"), ("body", "first.out"), ("last", "body.out")):
        weights, pads = [f"{name}.weight", f"{name}.bias"], {"pads": [1] * 4}
        raw = name if name == "last" else f"{name}.raw"
        nodes.append(helper.make_node("Conv", [source, *weights], [raw], **pads))
        if raw != name:
            nodes.append(helper.make_node("LeakyRelu", [raw], [f"{name}.out"], alpha=0.1))
    nodes += [
        helper.make_node("Conv", ["picture", "repeated"], ["base"]),
        helper.make_node("Add", ["base", "last"], ["sum"]),
        helper.make_node("DepthToSpace", ["sum"], ["enlarged"], blocksize=scale, mode="CRD"),
    ]
    held = [numpy_helper.from_array(repeated, "repeated")]
    for name, shape in shapes.items():
        kind, where = TensorProto.FLOAT, TensorProto.EXTERNAL
        held.append(TensorProto(name=name, data_type=kind, dims=shape, data_location=where))
        held[-1].external_data.add(key="location", value="model")
    picture, enlarged = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, None, None])
        for name in ("picture", "enlarged")
    )
    drawn = helper.make_graph(nodes, "stand-in", [picture], [enlarged], held)
    made = helper.make_model(drawn, opset_imports=[helper.make_opsetid("", 18)])
    made.ir_version = 9
    return np.frombuffer(made.SerializeToString(), np.uint8)


def stand_in(
    scale: int, width: int = 8, *, sharp: bool = True
) -> tuple[dict[str, np.ndarray], Card]:
    """Tensors and card of a model file."""
    rng = np.random.default_rng(scale)
    widths = {"first": (width, 3), "body": (width, width), "last": (3 * scale**2, width)}
    shapes: dict[str, tuple[int, ...]] = {}
    for name, (outputs, inputs) in widths.items():
        shapes |= {f"{name}.weight": (outputs, inputs, 3, 3), f"{name}.bias": (outputs,)}
    tensors = {"graph.whole": graph(scale, shapes)}
    for end in ("", "sharp.") if sharp else ("",):
        for name, shape in shapes.items():
            spread = 0.3 / np.sqrt(np.prod(shape[1:]) or 1)
            tensors[end + name] = rng.normal(0, spread, shape).astype(np.float16)
    extra = {"scale": scale, "margin": MARGIN, "bytes": 12.0 * (width + 2 * scale**2)}
    return tensors, Card(f"x{scale}", "stand-in", extra=extra)


def save_stand_in(path: Path, scale: int, width: int = 8, *, sharp: bool = True) -> Path:
    """The model file."""
    save(path, *stand_in(scale, width, sharp=sharp))
    return path
