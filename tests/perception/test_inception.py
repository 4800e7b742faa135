"""Inception-v3: the exact resize, the structure against torch-fidelity's where it is installed, its file."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load, save
from zeuxis.perception.inception import build, load_inception, resized
from zeuxis.perception.inception_layers import convolutions, folded, published_shapes, shapes
from zeuxis.perception.sources import find, import_file


def published(seed: int = 0) -> dict[str, torch.Tensor]:
    """Random weights in the published form, such that features differ from picture to picture."""
    draws = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in published_shapes().items():
        if name.endswith("conv.weight"):
            fan = float(np.prod(shape[1:]))
            state[name] = torch.randn(shape, generator=draws) * (2 / fan) ** 0.5
        elif name.endswith(("bn.weight", "running_var")):
            state[name] = torch.rand(shape, generator=draws) + 0.5
        else:
            state[name] = torch.randn(shape, generator=draws) * 0.1
    return state


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    return published()


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache in a folder that is removed after the test, for weight files are large."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("ZEUXIS_CACHE", str(Path(folder, "cache")))
        load_inception.cache_clear()
        yield Path(folder)
        load_inception.cache_clear()


def by_hand(picture: np.ndarray, side: int) -> np.ndarray:
    """TensorFlow 1's `resize_bilinear` without aligned corners, pixel by pixel, H x W."""
    height, width = picture.shape
    found = np.empty((side, side))
    for i in range(side):
        for j in range(side):
            y, x = i * height / side, j * width / side
            top, left = int(y), int(x)
            bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
            above = picture[top, left] + (picture[top, right] - picture[top, left]) * (x - left)
            below = picture[bottom, left] + (picture[bottom, right] - picture[bottom, left]) * (
                x - left
            )
            found[i, j] = above + (below - above) * (y - top)
    return found


@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (20, 13), (1, 1)])
def test_resize_by_hand(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random(shape, np.float32) * 255
    found = resized(torch.from_numpy(picture)[None, None], 13)[0, 0].numpy()
    np.testing.assert_allclose(found, by_hand(picture.astype(float), 13), atol=1e-3)


def test_resize_leaves_what_fits() -> None:
    picture = torch.rand(1, 3, 11, 11)
    assert torch.equal(resized(picture, 11), picture)


def test_shapes(state: dict[str, torch.Tensor]) -> None:
    network = build(folded({name: each.numpy() for name, each in state.items()})).eval()
    with torch.inference_mode():
        features, logits = network(torch.rand(2, 3, 40, 50))
    assert features.shape == (2, 2048) and logits.shape == (2, 1008)
    assert features.isfinite().all() and features.std(0).mean() > 1e-3
    assert sum(np.prod(shape) for shape in shapes().values()) == pytest.approx(23.9e6, rel=0.01)


def test_bytes_are_what_it_sees(state: dict[str, torch.Tensor]) -> None:
    """The reference is given bytes: what is less than a level apart is the same."""
    network = build(folded({name: each.numpy() for name, each in state.items()})).eval()
    picture = torch.randint(0, 256, (1, 3, 20, 20)) / 255
    with torch.inference_mode():
        assert torch.equal(network(picture)[0], network(picture + 0.001)[0])


def reference() -> Any:
    """torch-fidelity's module, without its package, whose other parts need torchvision."""
    spec = importlib.util.find_spec("torch_fidelity")
    if spec is None:
        pytest.skip("torch-fidelity is not installed")
    package = ModuleType("torch_fidelity")
    package.__path__ = list(spec.submodule_search_locations or ())
    sys.modules["torch_fidelity"] = package
    return importlib.import_module("torch_fidelity.feature_extractor_inceptionv3")


def test_torch_fidelity_finds_the_same(state: dict[str, torch.Tensor], cache: Path) -> None:
    module = reference()
    counters = {f"{name}.bn.num_batches_tracked": torch.tensor(0) for name, *_ in convolutions()}
    path = cache / "state.pth"
    torch.save(state | counters, path)
    peer = module.FeatureExtractorInceptionV3(
        "inception", ["2048", "logits_unbiased"], feature_extractor_weights_path=path
    )
    ours = build(folded({name: each.numpy() for name, each in state.items()})).eval()
    for side in (32, 299, 310):
        levels = torch.randint(0, 256, (2, 3, side, side + 7), dtype=torch.uint8)
        with torch.inference_mode():
            for theirs, found in zip(peer(levels), ours(levels / 255), strict=True):
                assert (theirs - found).abs().max() < 1e-4 * theirs.abs().max()


def test_import_and_find(state: dict[str, torch.Tensor], cache: Path) -> None:
    with pytest.raises(ZeuxisError, match="run zeuxis weights fetch inception"):
        find("inception")
    torch.save(state | {"AuxLogits.fc.bias": torch.zeros(3)}, cache / "fid.pth")
    path = import_file(cache / "fid.pth")
    tensors, card = load(path)
    assert path == find("inception") and card.kind == "inception"
    assert {name: each.shape for name, each in tensors.items()} == shapes()
    name = "Mixed_5b.branch5x5_2"
    scale = state[f"{name}.bn.weight"] / (state[f"{name}.bn.running_var"] + 1e-3).sqrt()
    expected = state[f"{name}.conv.weight"] * scale[:, None, None, None]
    np.testing.assert_allclose(tensors[f"{name}.weight"], expected.numpy(), rtol=1e-5, atol=1e-7)
    assert load_inception().classes.shape == (1008, 2048)
    with pytest.raises(ZeuxisError, match="known to be an Inception: leave out input 'caffe'"):
        import_file(cache / "fid.pth", input="caffe")
    again = import_file(path.rename(cache / "copy.safetensors"))
    assert again.stem == "copy"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"fc.weight": None}, "not an Inception of 2015-12-05: it lacks fc.weight"),
        ({"fc.bias": torch.zeros(1000)}, r"fc.bias has the shape \(1000,\), not \(1008,\)"),
        ({"fc.bias": torch.full((1008,), torch.nan)}, "fc.bias is not finite"),
        ({"fc.bias": [0.0] * 1008}, "fc.bias is no tensor of real numbers"),
        ({"Mixed_7c.branch_pool.bn.running_var": torch.tensor(-1.0).expand(192)}, "is not finite"),
    ],
)
def test_other_networks(cache: Path, change: dict[str, Any], complaint: str) -> None:
    state = {name: torch.ones(1).expand(shape) for name, shape in published_shapes().items()}
    altered = {name: each for name, each in (state | change).items() if each is not None}
    torch.save(altered, cache / "fid.pth")
    with pytest.raises(ZeuxisError, match=complaint):
        import_file(cache / "fid.pth")


def test_model_file_of_a_generator(cache: Path) -> None:
    card = Card("a", "inception", extra={"input": {}})
    save(cache / "a.safetensors", {"x": np.ones(2)}, card)
    with pytest.raises(ZeuxisError, match="not the weights of a VGG or an Inception"):
        import_file(cache / "a.safetensors")
