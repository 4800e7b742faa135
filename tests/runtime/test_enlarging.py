"""Networks that enlarge: the same with tiles as without, at any sharpness; and files that are none."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load, save
from zeuxis.runtime import Enlarger, enlarging, load_enlarger
from zeuxis.runtime.enlarging import LEAST_SIDE, Tile, mixed, tiles

Tensors = dict[str, np.ndarray]
SCALES = [2, 4, 8]


@pytest.fixture(scope="module")
def file(enlarging_files: Path) -> Path:
    return enlarging_files / "x2.safetensors"


@pytest.fixture(scope="module")
def network(file: Path) -> Enlarger:
    return load_enlarger(file, 0.5)


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enlarging, "TILE_BYTES", (1, 1))


def by_torch(tensors: Tensors, scale: int, sharpness: float, pixels: np.ndarray) -> np.ndarray:
    """What the stand-in makes, worked out another way."""
    import torch
    import torch.nn.functional as F

    def weight(name: str) -> torch.Tensor:
        plain = torch.from_numpy(tensors[name].astype(np.float64))
        sharp = torch.from_numpy(tensors.get(f"sharp.{name}", tensors[name]).astype(np.float64))
        return (1 - sharpness) * plain + sharpness * sharp

    picture = torch.from_numpy(pixels.astype(np.float64).transpose(2, 0, 1)[None])
    x = picture
    for name in ("first", "body", "last"):
        x = F.conv2d(x, weight(f"{name}.weight"), weight(f"{name}.bias"), padding=1)
        x = x if name == "last" else F.leaky_relu(x, 0.1)
    made = F.pixel_shuffle(x + picture.repeat_interleave(scale**2, dim=1), scale)
    return made.clamp(0, 1)[0].permute(1, 2, 0).numpy()


# What it makes.


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("sharpness", [0.0, 0.3, 1.0])
def test_it_makes_what_the_network_makes(
    enlarging_files: Path, photo: np.ndarray, scale: int, sharpness: float
) -> None:
    path = enlarging_files / f"x{scale}.safetensors"
    enlarger = load_enlarger(path, sharpness)
    expected = by_torch(load(path)[0], scale, sharpness, photo)
    assert (enlarger.scale, enlarger.margin) == (scale, 3)
    assert np.abs(enlarger.enlarge(photo) - expected).max() < 1e-5


def test_weights_in_between(file: Path) -> None:
    tensors, _ = load(file)
    faithful, middle, sharp = (mixed(tensors, t)["body.weight"] for t in (0.0, 0.25, 1.0))
    assert np.array_equal(faithful, tensors["body.weight"].astype(np.float32))
    assert np.array_equal(sharp, tensors["sharp.body.weight"].astype(np.float32))
    assert middle == pytest.approx(0.75 * faithful + 0.25 * sharp, abs=1e-7)
    assert set(mixed(tensors, 0.5)) == {
        n for n in tensors if not n.startswith(("graph.", "sharp."))
    }


def test_one_end_takes_no_notice_of_sharpness(enlarging_files: Path, photo: np.ndarray) -> None:
    path = enlarging_files / "x8.safetensors"
    assert not any(name.startswith("sharp.") for name in load(path)[0])
    ends = [load_enlarger(path, sharpness).enlarge(photo[:20, :20]) for sharpness in (0.0, 1.0)]
    assert np.array_equal(*ends)


def test_bytes_are_enlarged_as_floats_are(network: Enlarger, photo: np.ndarray) -> None:
    whole = np.rint(255 * photo).astype(np.uint8)
    made = network.enlarge(whole[:, ::-1])  # however it lies in memory
    expected = network.enlarge(whole[:, ::-1].astype(np.float32) / 255)
    assert made.dtype == np.uint8
    assert np.array_equal(made, np.rint(255 * expected))


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (16, 17), (61, 83)])
def test_tiles_have_no_seam(enlarging_files: Path, scale: int, size: tuple[int, int]) -> None:
    path = enlarging_files / f"x{scale}.safetensors"
    pixels = np.random.default_rng(0).random((*size, 3), np.float32)
    made = load_enlarger(path, 0.5).enlarge(pixels)
    assert made.shape == (size[0] * scale, size[1] * scale, 3) and made.dtype == np.float32
    assert np.abs(made - by_torch(load(path)[0], scale, 0.5, pixels)).max() < 1e-5


@pytest.mark.usefixtures("small_tiles")
def test_a_margin_too_small_would_be_seen(file: Path, photo: np.ndarray) -> None:
    """The test above could fail."""
    tensors, card = load(file)
    short = Enlarger(tensors, replace(card, extra=card.extra | {"margin": 2}), file)
    assert np.abs(short.enlarge(photo) - by_torch(tensors, 2, 0, photo)).max() > 1e-4


# Tiles.


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 40_000), st.integers(0, 20))
def test_tiles_cover_a_picture_once(height: int, width: int, pixels: int, margin: int) -> None:
    seen = np.zeros((height, width), int)
    for tile in tiles(height, width, pixels, margin):
        tile.of(seen[..., None])[...] += 1
        grown = tile.grown(margin, height, width)
        size = (grown.bottom - grown.top) * (grown.right - grown.left)
        assert size <= max(
            pixels, (LEAST_SIDE + 2 * margin) * max(LEAST_SIDE + 2 * margin, math.isqrt(pixels))
        )
    assert (seen == 1).all()


def test_what_fits_is_not_cut() -> None:
    assert tiles(30, 40, 1200, 9) == [Tile(0, 30, 0, 40)]
    assert tiles(30, 40, 1199, 0) == [Tile(0, 30, 0, 20), Tile(0, 30, 20, 40)]
    assert tiles(20, 2000, 20 * 1014, 7) == [Tile(0, 20, 0, 1000), Tile(0, 20, 1000, 2000)]


def test_less_memory_makes_smaller_tiles(network: Enlarger) -> None:
    pixels = np.zeros((700, 700, 3), np.uint8)
    counts = []
    for max_memory in (2e9, 0.2e9, 0):
        shares: list[float] = []
        network.enlarge(pixels, max_memory=max_memory, progress=shares.append)
        assert shares == sorted(shares) and shares[-1] == 1
        counts.append(len(shares))
    assert counts[0] == 1 < counts[1] < counts[2]


def test_it_can_be_stopped_between_tiles(network: Enlarger, photo: np.ndarray) -> None:
    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        network.enlarge(photo, progress=stop)


def test_many_may_enlarge_at_once(network: Enlarger, photo: np.ndarray) -> None:
    expected = network.enlarge(photo)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: network.enlarge(photo), range(8)))
    assert all(np.array_equal(each, expected) for each in made)
    assert np.abs(network.enlarge(photo, threads=2) - expected).max() < 1e-5


# What is refused.


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((4, 4), np.float32), r"needs HxWx3 values, but this one has shape \(4, 4\)"),
        (np.zeros((0, 4, 3), np.uint8), r"shape \(0, 4, 3\)"),
        (np.zeros((4, 4, 3), np.uint16), "needs uint8 or float32 values, but these are uint16"),
    ],
)
def test_what_is_no_picture(network: Enlarger, pixels: np.ndarray, message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        network.enlarge(pixels)


def without(name: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {key: each for key, each in tensors.items() if key != name}


def instead(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {**tensors, name: change(tensors[name])}


@pytest.mark.parametrize(
    ("change", "extra", "message"),
    [
        (without("graph.whole"), {}, "is a stand-in without a graph that enlarges"),
        (without("sharp.body.bias"), {}, "its two ends do not go together at 'body.bias'"),
        (without("body.bias"), {}, "its two ends do not go together at 'body.bias'"),
        (instead("sharp.body.bias", lambda x: x[:3]), {}, "its two ends do not go together at"),
        (instead("body.bias", lambda x: x * np.float16("nan")), {}, "'body.bias' has values that are"),
        (instead("sharp.last.bias", lambda x: x + np.float16("inf")), {}, "'sharp.last.bias' has values"),
        (instead("body.bias", lambda x: x.astype(np.int8)), {}, "'body.bias' has values that are not"),
        (dict, {"scale": 0}, "its card says that its scale is 0: get the file anew"),
        (dict, {"scale": 2.5}, "its scale is 2.5"),
        (dict, {"scale": 9}, "its scale is 9"),
        (dict, {"scale": None}, "its scale is None"),
        (dict, {"margin": -1}, "its margin is -1"),
        (dict, {"margin": 10**6}, "its margin is 1000000"),
        (dict, {"margin": True}, "its margin is True"),
        (dict, {"bytes": 0}, "its bytes is 0"),
        (dict, {"bytes": "many"}, "its bytes is 'many'"),
    ],
)  # fmt: skip
def test_files_that_are_damaged(
    file: Path,
    tmp_path: Path,
    change: Callable[[Tensors], Tensors],
    extra: dict[str, Any],
    message: str,
) -> None:
    tensors, card = load(file)
    path = tmp_path / "bad.safetensors"
    save(path, change(tensors), replace(card, extra=card.extra | extra))
    with pytest.raises(ZeuxisError, match=message) as caught:
        load_enlarger(path)
    assert "bad.safetensors" in str(caught.value) and "\n" not in str(caught.value)


def both(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Tensors], Tensors]:
    return lambda tensors: instead(f"sharp.{name}", change)(instead(name, change)(tensors))


def overflowing(tensors: Tensors) -> Tensors:
    """Weights whose product is beyond what a float32 holds, though they themselves are not."""
    large = (f"{name}.weight" for name in ("first", "body", "last"))
    return tensors | {name: np.full_like(tensors[name], 1e38, np.float32) for name in large}


@pytest.mark.parametrize(
    ("change", "extra", "message"),
    [
        (instead("graph.whole", lambda x: x[:-100]), {}, "its graph cannot be used"),
        (lambda t: without("sharp.body.bias")(without("body.bias")(t)), {}, "its graph cannot be"),
        (both("last.weight", lambda x: x[:3]), {}, "its graph cannot be"),
        (dict, {"scale": 4}, r"gives \(1, 3, 192, 288\) where its card says \(1, 3, 384, 576\)"),
        (overflowing, {}, "values that are not finite"),
    ],
)
def test_graphs_that_cannot_be_run(
    file: Path,
    photo: np.ndarray,
    change: Callable[[Tensors], Tensors],
    extra: dict[str, Any],
    message: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tensors, card = load(file)
    network = Enlarger(
        change(tensors), replace(card, extra=card.extra | extra), Path("bad.safetensors")
    )
    with pytest.raises(ZeuxisError, match=r"^cannot enlarge with bad.safetensors: ") as caught:
        network.enlarge(photo)
    assert message.replace("\\", "") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")  # ONNX Runtime says nothing beside


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "empty.safetensors"
    path.touch()
    with pytest.raises(ZeuxisError, match=r"empty.safetensors is empty"):
        load_enlarger(path)
    save(path, {"weight": np.zeros(3)}, Card("vgg", "vgg16"))
    with pytest.raises(ZeuxisError, match="is a vgg16 without a graph that enlarges"):
        load_enlarger(path)


def test_neither_torch_nor_onnx_is_needed(file: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['onnx'] = None\n"
        "import numpy as np, zeuxis.runtime\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "made = zeuxis.runtime.load_enlarger(sys.argv[1]).enlarge(np.zeros((20, 30, 3), np.uint8))\n"
        "assert made.shape == (40, 60, 3)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
