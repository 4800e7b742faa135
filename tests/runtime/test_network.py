"""Networks are loaded and paint, and what is no network or no picture is refused in one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load, save
from zeuxis.runtime import Network, load_network
from zeuxis.runtime import network as network_module

Tensors = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def network(styles_file: Path) -> Network:
    return load_network(styles_file)


@pytest.fixture(scope="module")
def row(network: Network) -> np.ndarray:
    return network.tensors["rows"][0, 0]


def test_what_it_says_of_itself(network: Network) -> None:
    assert network.card.kind == "fresco"
    assert network.tensors["rows"].shape == (3, 2, network.plan.row)


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 300), (300, 1), (16, 16), (17, 31), (96, 50)])
def test_any_size_comes_back_as_it_was(
    network: Network, row: np.ndarray, size: tuple[int, int]
) -> None:
    pixels = np.random.default_rng(0).random((*size, 3), np.float32)
    for max_memory in (2e9, 0):
        painted = network.paint(pixels, row, max_memory=max_memory)
        assert painted.shape == pixels.shape and painted.dtype == np.float32
        assert painted.min() >= 0 and painted.max() <= 1


def test_bytes_are_painted_as_floats_are(
    network: Network, row: np.ndarray, photo: np.ndarray
) -> None:
    whole = np.rint(255 * photo).astype(np.uint8)
    painted = network.paint(whole, row)
    expected = network.paint(whole.astype(np.float32) / 255, row)
    assert painted.dtype == np.uint8
    assert np.array_equal(painted, np.rint(255 * expected))


def test_the_picture_may_lie_in_memory_as_it_likes(
    network: Network, row: np.ndarray, photo: np.ndarray
) -> None:
    mirrored = photo[:, ::-1]
    painted = network.paint(mirrored, row)
    assert np.array_equal(painted, network.paint(np.ascontiguousarray(mirrored), row))


def test_rows_need_not_be_of_the_file(network: Network, photo: np.ndarray) -> None:
    fine, bold = network.tensors["rows"][1]
    between = network.paint(photo, ((fine + bold) / 2).tolist())
    assert np.abs(between - network.paint(photo, fine)).max() > 0.01


def test_many_may_paint_at_once(network: Network, row: np.ndarray, photo: np.ndarray) -> None:
    expected = network.paint(photo, row)
    with ThreadPoolExecutor(4) as pool:
        paintings = list(pool.map(lambda _: network.paint(photo, row), range(8)))
    assert all(np.array_equal(each, expected) for each in paintings)


def test_threads_change_nothing(network: Network, row: np.ndarray, photo: np.ndarray) -> None:
    one, two = (network.paint(photo, row, threads=count) for count in (1, 2))
    assert np.abs(one - two).max() < 1e-5


def test_progress_ends_at_one(network: Network, row: np.ndarray, photo: np.ndarray) -> None:
    for max_memory in (2e9, 0):
        shares: list[float] = []
        network.paint(photo, row, max_memory=max_memory, progress=shares.append)
        assert shares == sorted(shares) and shares[-1] == pytest.approx(1)


def test_large_pictures_go_in_strips(
    network: Network, row: np.ndarray, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that they can be interrupted, even where memory would do."""
    shares: list[float] = []
    monkeypatch.setattr(network_module, "WHOLE_BYTES", 1)
    network.paint(photo, row, progress=shares.append)
    assert len(shares) > 1


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((4, 4), np.float32), r"needs HxWx3 values, but this one has shape \(4, 4\)"),
        (np.zeros((4, 4, 4), np.uint8), r"shape \(4, 4, 4\)"),
        (np.zeros((0, 4, 3), np.uint8), r"shape \(0, 4, 3\)"),
        (np.zeros((4, 4, 3), np.uint16), "needs uint8 or float32 values, but these are uint16"),
    ],
)
def test_what_is_no_picture(
    network: Network, row: np.ndarray, pixels: np.ndarray, message: str
) -> None:
    with pytest.raises(ZeuxisError, match=message):
        network.paint(pixels, row)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (None, r"but this one has shape \(0,\): take a row of the same file"),
        ([1.0, 2.0], r"but this one has shape \(2,\)"),
        ("nan", "not finite"),
    ],
)
def test_what_is_no_row(
    network: Network, row: np.ndarray, photo: np.ndarray, bad: Any, message: str
) -> None:
    with pytest.raises(ZeuxisError, match=message):
        network.paint(photo, np.full_like(row, np.nan) if bad == "nan" else bad)


def without_graphs(tensors: Tensors) -> Tensors:
    return {name: each for name, each in tensors.items() if not name.startswith("graph.")}


def without(name: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {key: each for key, each in tensors.items() if key != name}


def told(change: Callable[[dict[str, Any]], Any]) -> Callable[[Tensors], Tensors]:
    """The plan changed."""

    def changed(tensors: Tensors) -> Tensors:
        plan = json.loads(tensors["graph.plan"].tobytes())
        change(plan)
        return {**tensors, "graph.plan": np.frombuffer(json.dumps(plan).encode(), np.uint8)}

    return changed


def cut(name: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {**tensors, name: tensors[name][:-100]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_graphs, "is a fresco without graphs to run"),
        (without("graph.whole"), "lacks 'graph.whole'"),
        (without("graph.pass.2"), "lacks 'graph.pass.2'"),
        (without("last.bias"), "lacks 'last.bias'"),
        (cut("graph.plan"), "its plan cannot be read"),
        (told(lambda plan: plan.pop("borders")), "its plan cannot be read"),
        (told(lambda plan: plan.update(unit="8")), "its plan cannot be read"),
        (told(lambda plan: plan.update(bytes=0)), "a measure is not above zero"),
        (told(lambda plan: plan["borders"].update(margin=-1)), "a measure is below zero"),
        (told(lambda plan: plan["values"]["picture"].update(unit=0)), "a value has no size"),
        (told(lambda plan: plan["values"].pop("painted")), "a pass keeps what is not described"),
        (told(lambda plan: plan["passes"].pop(1)), "a pass takes what is not there yet"),
        (told(lambda plan: plan["passes"][0].update(cost=0)), "a pass costs nothing"),
        (told(lambda plan: plan["passes"].pop()), "not everything is measured and painted"),
        (told(lambda plan: plan.update(row=4)), "has styles of another network"),
    ],
)
def test_what_is_no_network(
    styles_file: Path, tmp_path: Path, change: Callable[[Tensors], Tensors], message: str
) -> None:
    tensors, card = load(styles_file)
    path = tmp_path / "bad.safetensors"
    save(path, change(tensors), card)
    with pytest.raises(ZeuxisError, match=message) as caught:
        load_network(path)
    assert "bad.safetensors" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "max_memory"),
    [
        (cut("graph.whole"), 2e9),
        (cut("graph.pass.3"), 0),
        (lambda tensors: {**tensors, "last.weight": tensors["last.weight"][:3]}, 2e9),
        (told(lambda plan: plan["weights"].pop()), 2e9),
        (told(lambda plan: plan["passes"][1].update(norms=[])), 0),
    ],
)
def test_graphs_that_cannot_be_run(
    styles_file: Path,
    photo: np.ndarray,
    change: Callable[[Tensors], Tensors],
    max_memory: float,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network_module, "STRIP_BYTES", (1, 1))
    tensors, card = load(styles_file)
    network = Network(change(tensors), card, Path("bad.safetensors"))
    with pytest.raises(
        ZeuxisError, match=r"^cannot paint with bad.safetensors: its graph"
    ) as caught:
        network.paint(photo, tensors["rows"][0, 0], max_memory=max_memory)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")  # ONNX Runtime says nothing beside


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "empty.safetensors"
    path.touch()
    with pytest.raises(ZeuxisError, match=r"empty.safetensors is empty"):
        load_network(path)
    save(path, {"weight": np.zeros(3)}, Card("vgg", "vgg16"))
    with pytest.raises(ZeuxisError, match="is a vgg16 without graphs to run"):
        load_network(path)


def test_neither_torch_nor_onnx_is_needed(styles_file: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['onnx'] = None\n"
        "import numpy as np, zeuxis.runtime\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "network = zeuxis.runtime.load_network(sys.argv[1])\n"
        "for memory in 2e9, 0:\n"
        "    row = network.tensors['rows'][0, 0]\n"
        "    network.paint(np.zeros((20, 30, 3), np.uint8), row, max_memory=memory)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, styles_file], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
