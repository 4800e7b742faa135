"""The graphs paint what the network paints, as one graph, in passes and as a file for others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card
from zeuxis.runtime import Network
from zeuxis.runtime.plan import Plan
from zeuxis.style.graphs import add_graphs, to_onnx
from zeuxis.style.graphs import layers as layers_module
from zeuxis.style.graphs.layers import Layer, Window
from zeuxis.style.graphs.layers import Network as Described
from zeuxis.style.graphs.passes import cut, described
from zeuxis.style.networks.fresco import Fresco
from zeuxis.style.networks.johnson import Johnson

WIDTHS, BLOCKS = (8, 12, 16), 2
STYLES = 3
CARD = Card(
    "test",
    "fresco",
    extra={
        "network": {"widths": list(WIDTHS), "blocks": BLOCKS},
        "styles": [{"name": name} for name in "abc"],
    },
)
SIZES = [(64, 48), (33, 71), (16, 16), (17, 16), (5, 90)]


@pytest.fixture(scope="module")
def fresco() -> Fresco:
    torch.manual_seed(0)
    network = Fresco(WIDTHS, BLOCKS)
    torch.nn.init.normal_(network.last.bias)  # type: ignore[arg-type]
    return network.eval()


@pytest.fixture(scope="module")
def tensors(fresco: Fresco) -> dict[str, np.ndarray]:
    torch.manual_seed(1)
    rows = fresco.plain_row() + 0.5 * torch.randn(STYLES, 2, fresco.row_length)
    state = {name: each.numpy() for name, each in fresco.state_dict().items()}
    return {**state, "rows": rows.numpy(), "plain": fresco.plain_row().numpy()}


def painted(network: torch.nn.Module, pixels: np.ndarray, *rows: np.ndarray) -> np.ndarray:
    """What torch paints."""
    picture = torch.from_numpy(pixels).permute(2, 0, 1)[None]
    with torch.no_grad():
        painting = network(picture, *(torch.from_numpy(row)[None] for row in rows))
    return painting[0].permute(1, 2, 0).numpy()  # type: ignore[no-any-return]


def noise(size: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(2).random((*size, 3), np.float32)


@pytest.mark.parametrize("size", SIZES)
def test_the_graph_is_the_network(
    fresco: Fresco, tensors: dict[str, np.ndarray], size: tuple[int, int]
) -> None:
    network = Network(add_graphs(tensors, CARD), CARD, Path("test"))
    row, pixels = tensors["rows"][1, 0], noise(size)
    assert (
        np.abs(network.paint(pixels, row) - painted(fresco, pixels, row)).max() < 2e-5
    )  # worst where sides are tiny: a variance of four numbers


def test_graphs_are_added_once(tensors: dict[str, np.ndarray]) -> None:
    once = add_graphs(tensors, CARD)
    again = add_graphs(once, CARD)
    assert list(again) == list(once)
    assert all(np.array_equal(again[name], once[name]) for name in once)
    assert all(np.array_equal(once[name], tensors[name]) for name in tensors)


def test_the_weights_are_not_kept_twice(tensors: dict[str, np.ndarray]) -> None:
    added = add_graphs(tensors, CARD)
    sizes = {name: added[name].nbytes for name in added if name.startswith("graph.")}
    assert sum(sizes.values()) < 40_000
    graph = onnx.load_from_string(added["graph.whole"].tobytes())
    assert {"residual.0.weight", "last.bias"} <= {each.name for each in graph.graph.initializer}


def test_halves_are_taken_as_weights(fresco: Fresco, tensors: dict[str, np.ndarray]) -> None:
    halves = {name: each.astype(np.float16) for name, each in tensors.items()}
    network = Network(add_graphs(halves, CARD), CARD, Path("test"))
    row, pixels = tensors["rows"][0, 1], noise((40, 40))
    assert np.abs(network.paint(pixels, row) - painted(fresco, pixels, row)).max() < 0.02


def test_passes_compute_what_they_need_and_keep_what_is_read(
    tensors: dict[str, np.ndarray],
) -> None:
    plan = Plan.from_tensor(add_graphs(tensors, CARD)["graph.plan"])
    assert [each.measures for each in plan.passes] == [*range(len(plan.norms)), None]
    read = {name for each in plan.passes for name in each.reads}
    kept = {name for each in plan.passes for name in each.keeps}
    assert kept == read - {"picture"}
    # A row of the second value, at a quarter, sees 8 rows above and 2 rows below of the picture.
    assert plan.passes[1].reads == {"picture": (8, 2)}
    # Nothing is kept at half the size, where it would take most.
    assert all(plan.values[name].unit <= 2 for name in kept)


def test_layers_of_two_heights_cannot_be_added_in_a_pass() -> None:
    """A skip around a layer that sees rows the skip does not is computed of other rows."""
    source = layers_module.picture()
    other = layers_module.kept(layers_module.convolution(source, "a", 3))
    normalised = layers_module.normalised(other, "b", "c")
    apart = Layer((normalised,), 3, 1, lambda drawing, inputs: inputs[0], Window(5, padding=1))
    last = layers_module.added(apart, source)
    network = Described(last, layers_module.Borders(), 1)
    cuts = cut(network)
    with pytest.raises(ValueError, match="hold different rows"):
        described(network, cuts)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: {k: v for k, v in t.items() if k != "up.0.weight"}, "lacks the weights 'up.0"),
        (lambda t: {**t, "last.bias": np.zeros(3)}, r"have shape \(3,\) where .* has \(12,\)"),
    ],
)
@pytest.mark.parametrize("make", [add_graphs, to_onnx])
def test_weights_of_another_network(
    tensors: dict[str, np.ndarray],
    change: Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]],
    message: str,
    make: Callable[[dict[str, np.ndarray], Card], object],
) -> None:
    with pytest.raises(ZeuxisError, match=message):
        make(change(tensors), CARD)


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (Card("x", "cubist"), "there is no network 'cubist': choose one of fresco"),
        (Card("x", "fresco", extra={"network": {"width": 3}}), "describes no fresco network"),
        (Card("x", "fresco", extra={"network": {"widths": [1]}}), "describes no fresco network"),
        (Card("x", "fresco", extra={"network": {"widths": ["a"] * 3}}), "describes no fresco"),
        (Card("x", "fresco", extra={"network": [16]}), "describes no fresco network"),
    ],
)
def test_cards_of_no_network(card: Card, message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        add_graphs({}, card)


@pytest.mark.parametrize("size", SIZES)
def test_one_file_for_others(
    fresco: Fresco, tensors: dict[str, np.ndarray], size: tuple[int, int]
) -> None:
    content = to_onnx(tensors, CARD)
    onnx.checker.check_model(content, full_check=True)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    assert {each.name for each in session.get_inputs()} == {"picture", "weights", "stroke_size"}
    told = session.get_modelmeta().custom_metadata_map["card"]
    assert Card.from_json(told) == CARD

    pixels, weights, stroke_size = noise(size), np.array([1, 0, 3], "f"), np.array(0.3, "f")
    picture = pixels.transpose(2, 0, 1)[None]
    feed = {"picture": picture, "weights": weights, "stroke_size": stroke_size}
    (found,) = session.run(["painted"], feed)

    half = {name: each.astype(np.float16).astype("f") for name, each in tensors.items()}
    rows = half["rows"]
    row = np.einsum("s,sp->p", weights / 4, 0.7 * rows[:, 0] + 0.3 * rows[:, 1])
    network = Network(add_graphs(half, CARD), CARD, Path("test"))
    expected = network.paint(pixels, row)
    assert found.shape == picture.shape
    assert np.abs(found[0].transpose(1, 2, 0) - expected).max() < 1e-5


def test_one_file_is_half_as_large(tensors: dict[str, np.ndarray]) -> None:
    size = sum(each.nbytes for name, each in tensors.items() if name != "plain")
    assert len(to_onnx(tensors, CARD)) < size / 2 + 16_000


@pytest.mark.parametrize("size", [(64, 48), (45, 44), (43, 42), (42, 70), (3, 9)])
def test_one_file_continues_pictures_as_the_network_does(size: tuple[int, int]) -> None:
    """johnson has all sorts of borders: a margin, multiples, reflection where there is room."""
    torch.manual_seed(0)
    network = Johnson().eval()
    half = {k: v.half().float().numpy() for k, v in network.state_dict().items()}
    network.load_state_dict({name: torch.from_numpy(each) for name, each in half.items()})
    content = to_onnx(half, Card("test", "johnson", extra={"network": {}}))
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == ["picture"]
    pixels = noise(size)
    (found,) = session.run(None, {"picture": pixels.transpose(2, 0, 1)[None]})
    assert np.abs(found[0].transpose(1, 2, 0) - painted(network, pixels)).max() < 1e-4


@pytest.mark.parametrize("rows", [None, np.zeros((0, 2, 4)), np.zeros((2, 2, 4)), np.zeros(3)])
def test_a_file_for_others_needs_styles(
    tensors: dict[str, np.ndarray], rows: np.ndarray | None
) -> None:
    bad = {name: each for name, each in tensors.items() if name != "rows"}
    with pytest.raises(ZeuxisError, match="test has no styles to be exported"):
        to_onnx(bad if rows is None else {**bad, "rows": rows}, CARD)


def test_drawing_needs_no_torch() -> None:
    code = "import sys; sys.modules['torch'] = None\nimport zeuxis.style.graphs\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_plan_is_json(tensors: dict[str, np.ndarray]) -> None:
    added = add_graphs(tensors, CARD)
    plan = Plan.from_tensor(added["graph.plan"])
    assert json.loads(added["graph.plan"].tobytes())["row"] == plan.row == tensors["plain"].size
    assert np.array_equal(plan.to_tensor(), added["graph.plan"])
