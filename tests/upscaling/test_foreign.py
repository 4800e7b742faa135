"""Networks of other programs: read without running them, enlarged with in tiles, and what is refused."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from zeuxis.errors import ZeuxisError
from zeuxis.upscaling import Upscaler
from zeuxis.upscaling.foreign import Foreign, _spandrel, load_foreign

needs_spandrel = pytest.mark.skipif(find_spec("spandrel") is None, reason="spandrel is not there")
SMALL = {
    "ESRGAN": {"num_filters": 8, "num_blocks": 1, "scale": 4},
    "SwinIR": {
        "img_size": 16,
        "embed_dim": 8,
        "depths": [2],
        "num_heads": [2],
        "window_size": 8,
        "mlp_ratio": 2,
        "upscale": 2,
        "upsampler": "pixelshuffledirect",
    },
    "Compact": {"num_feat": 8, "num_conv": 2, "upscale": 3},
}


def built(name: str, **options: Any) -> nn.Module:
    """An untrained network of an architecture of spandrel's."""
    _spandrel()
    torch.manual_seed(0)
    with warnings.catch_warnings(action="ignore"):
        network = getattr(import_module(f"spandrel.architectures.{name}"), name)(**options)
    return network.eval()


def pixels(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def compact(tmp_path: Path) -> Path:
    path = tmp_path / "compact.pth"
    torch.save({"params": built("Compact", **SMALL["Compact"]).state_dict()}, path)
    return path


@needs_spandrel
@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_enlarges_as_the_network_does(name: str, ending: str, tmp_path: Path) -> None:
    network, picture = built(name, **SMALL[name]), pixels(16, 24)
    path = tmp_path / f"some.{ending}"
    state = {name: each.contiguous() for name, each in network.state_dict().items()}
    torch.save(state, path) if ending == "pth" else save_file(state, path)
    found = load_foreign(path)
    assert name in found.name and found.scale == SMALL[name].get(
        "scale", SMALL[name].get("upscale")
    )
    batch = torch.from_numpy(picture.transpose(2, 0, 1).copy())[None] / 255
    with torch.no_grad():
        expected = network(batch)[0].clamp(0, 1).numpy().transpose(1, 2, 0)
    assert np.abs(found.enlarge(picture) - 255 * expected).max() <= 0.501
    floats = found.enlarge(np.float32(picture / 255))
    assert floats.dtype == np.float32 and np.allclose(floats, expected, atol=1e-6)


@needs_spandrel
@pytest.mark.parametrize("name", SMALL)
def test_tiles_make_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows of attention begin where they do in the whole picture, odd sides included."""
    path = tmp_path / "some.pth"
    state = built(name, **SMALL[name]).state_dict()
    strong = {key: each * (8 if "attn.qkv" in key else 1) for key, each in state.items()}
    torch.save(strong, path)
    found, picture, shares = load_foreign(path), pixels(35, 121), list[float]()
    whole = found.enlarge(picture, max_memory=1e11)
    monkeypatch.setattr("zeuxis.upscaling.foreign.LEAST_BYTES", 0)
    tiled = found.enlarge(picture, max_memory=0, progress=shares.append)
    assert len(shares) > 15 and shares == sorted(shares) and shares[-1] == 1
    assert np.abs(tiled.astype(int) - whole).max() <= 1


@needs_spandrel
def test_smallest_picture(compact: Path) -> None:
    assert load_foreign(compact).enlarge(pixels(1, 1)).shape == (3, 3, 3)


@needs_spandrel
def test_upscaler_takes_the_file(compact: Path) -> None:
    made = Upscaler(compact).upscale(pixels(10, 12))
    assert (made.picture.height, made.picture.width) == (30, 36) and made.model == "compact"
    made = Upscaler(compact, scale=2.5).upscale(pixels(10, 12))
    assert (made.picture.height, made.picture.width) == (25, 30)


@needs_spandrel
def test_import_leaves_no_stand_in(compact: Path) -> None:
    load_foreign(compact)
    assert getattr(sys.modules.get("torchvision"), "__file__", "") is not None
    assert "torchvision" not in sys.modules or find_spec("torchvision") is not None


class Level:
    """Stands for a network that looks at the whole of what it is given: its mean, twice as large."""

    scale, architecture = 2, SimpleNamespace(name="level")
    size_requirements, model = SimpleNamespace(multiple_of=1), nn.Identity()

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        height, width = batch.shape[-2:]
        return batch.mean((2, 3), keepdim=True).repeat(1, 1, 2 * height, 2 * width)


def test_tiles_fade_into_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where tiles differ there is a slope, and no step."""
    monkeypatch.setattr("zeuxis.upscaling.foreign.LEAST_BYTES", 0)
    picture = np.zeros((256, 256, 3), np.float32)
    picture[:, 128:] += 0.5
    picture[128:] += 0.5
    made = Foreign(Level(), Path("level.pth")).enlarge(picture, max_memory=0)[..., 0]
    assert made.min() < 0.05 and made.max() > 0.95
    for axis in (0, 1):  # the next tile sees 16 of 80 pixels more, so its level differs by 0.1
        assert np.abs(np.diff(made, axis=axis)).max() < 0.02


class Trap:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("sprung"),)


@needs_spandrel
def test_code_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"params": Trap()}, "trap.pth")
    with pytest.raises(
        ZeuxisError, match=r"trap\.pth: .*more than plain tensors, which Zeuxis never"
    ):
        load_foreign(Path("trap.pth"))
    assert not Path("sprung").exists()


@needs_spandrel
@pytest.mark.parametrize("ending", ["pth", "pt", "safetensors"])
def test_damaged_files(ending: str, compact: Path, tmp_path: Path) -> None:
    path = tmp_path / f"some.{ending}"
    for content in (b"", b"no network", compact.read_bytes()[:1000]):
        path.write_bytes(content)
        with pytest.raises(ZeuxisError, match=f"cannot read .*some.{ending}: it is truncated"):
            load_foreign(path)


@needs_spandrel
def test_places_without_a_file(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "gone.pth", "no such file"), (tmp_path, "is a directory")):
        with pytest.raises(ZeuxisError, match=f"cannot read .*{said}"):
            load_foreign(path)


@needs_spandrel
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "holds no network that spandrel"),
        ({"a": torch.zeros(2)}, "holds no network that spandrel"),
        ({3: None}, "holds no network that spandrel"),
        (torch.zeros(3), "holds no tensors by name"),
    ],
)
def test_other_contents(content: object, said: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "some.pth")
    with pytest.raises(ZeuxisError, match=said):
        load_foreign(tmp_path / "some.pth")


@needs_spandrel
def test_half_a_network(tmp_path: Path) -> None:
    state = built("ESRGAN", **SMALL["ESRGAN"]).state_dict()
    torch.save(dict(list(state.items())[:-3]), tmp_path / "some.pth")
    with pytest.raises(ZeuxisError, match="or not all of it"):
        load_foreign(tmp_path / "some.pth")


@needs_spandrel
@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("Compact", {"num_in_ch": 1, "num_out_ch": 1, "num_feat": 8, "num_conv": 2}, "for SR, from 1"),
        ("DnCNN", {"in_nc": 3, "out_nc": 3, "nc": 8, "nb": 4}, "for Restoration, from 3"),
    ],
)  # fmt: skip
def test_networks_for_something_else(
    name: str, options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    torch.save(built(name, **options).state_dict(), tmp_path / "some.pth")
    with pytest.raises(ZeuxisError, match=f"some.pth is a .* that does not enlarge RGB .*{said}"):
        load_foreign(tmp_path / "some.pth")


@needs_spandrel
def test_values_that_are_none(tmp_path: Path) -> None:
    state = built("Compact", **SMALL["Compact"]).state_dict()
    torch.save({name: each * torch.nan for name, each in state.items()}, tmp_path / "some.pth")
    with pytest.raises(ZeuxisError, match=r"some\.pth gives values that are not finite"):
        load_foreign(tmp_path / "some.pth")


@pytest.mark.parametrize("missing", ["torch", "spandrel"])
def test_without(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    (tmp_path / "some.pth").write_bytes(b"PK")
    with pytest.raises(ZeuxisError) as found:
        Upscaler(tmp_path / "some.pth")
    assert str(found.value) == (
        "networks of other programs need torch and spandrel: run pip install 'zeuxis[spandrel]'"
    )
