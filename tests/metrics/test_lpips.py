"""LPIPS: a sum one can write down, and what a distance has to be like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis import ZeuxisError
from zeuxis.metrics import lpips as module
from zeuxis.metrics.lpips import LAYERS, SHIPPED, Lpips
from zeuxis.models import Card, load, save
from zeuxis.perception.vgg import CONVOLUTIONS, load_vgg


@pytest.fixture(scope="module")
def lpips() -> Lpips:
    return Lpips()


@pytest.fixture(scope="module")
def pair(photo: np.ndarray) -> tuple[Tensor, Tensor]:
    first = torch.from_numpy(photo.transpose(2, 0, 1).copy())[None, :, :40, :51]
    return first, noisy(first, 0.1)


def noisy(picture: Tensor, sigma: float) -> Tensor:
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))
    return (picture + sigma * noise).clamp(0, 1)


def test_it_is_the_sum_of_equation_1(lpips: Lpips, pair: tuple[Tensor, Tensor]) -> None:
    vgg = load_vgg("vgg16")
    tensors, card = load(SHIPPED)
    assert card.licence == "BSD-2-Clause" and all(tensors[layer].min() >= 0 for layer in LAYERS)
    total = 0.0
    for layer in LAYERS:
        a, b = (vgg(each, [layer])[layer][0].double().numpy() for each in pair)
        for y in range(a.shape[1]):
            for x in range(a.shape[2]):
                units = [f[:, y, x] / (np.sqrt((f[:, y, x] ** 2).sum()) + 1e-10) for f in (a, b)]
                gap = (tensors[layer].astype(float) * (units[0] - units[1]) ** 2).sum()
                total += gap / (a.shape[1] * a.shape[2])
    assert lpips(*pair).item() == pytest.approx(total, rel=1e-5)


def test_itself_is_at_0_and_order_does_not_matter(
    lpips: Lpips, pair: tuple[Tensor, Tensor]
) -> None:
    assert lpips(pair[0], pair[0]).item() == 0
    assert lpips(*pair).item() == pytest.approx(lpips(*reversed(pair)).item(), rel=1e-6)


def test_more_noise_is_farther(lpips: Lpips, pair: tuple[Tensor, Tensor]) -> None:
    noises = torch.cat([noisy(pair[0], sigma) for sigma in (0.01, 0.03, 0.1, 0.3)])
    distances = lpips(pair[0].expand_as(noises), noises)
    assert distances.dtype == torch.float64
    assert (distances.diff() > 0).all() and distances[0] > 0
    assert distances[2] == pytest.approx(lpips(*pair).item(), rel=1e-5)  # each by itself


def test_the_scale_of_a_layer_does_not_matter(pair: tuple[Tensor, Tensor], tmp_path: Path) -> None:
    """So that layers brought to a mean activation of 1 see as the published ones do."""
    tensors, card = load(module_vgg())
    before = 1.0
    for number, name in enumerate(CONVOLUTIONS["vgg16"]):
        own = (2.0, 0.5, 4.0)[number % 3]
        tensors[f"{name}.weight"] = tensors[f"{name}.weight"].astype(np.float32) * (own / before)
        tensors[f"{name}.bias"] = tensors[f"{name}.bias"].astype(np.float32) * own
        before = own
    save(tmp_path / "scaled.safetensors", tensors, card)
    scaled = Lpips(str(tmp_path / "scaled.safetensors"))
    assert scaled(*pair).item() == pytest.approx(Lpips()(*pair).item(), rel=1e-4)


def module_vgg() -> Path:
    from zeuxis.perception.sources import SHIPPED as VGG

    return VGG


def test_in_strips_it_is_the_same(lpips: Lpips, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three strips of 112 rows, and a rest whose rows do not fill the last poolings."""
    draws = torch.Generator().manual_seed(1)
    first, second = torch.rand(2, 1, 3, 345, 33, generator=draws)
    whole = lpips(first, second)
    monkeypatch.setattr(module, "_PART", 33 * 120)
    assert lpips(first, second).item() == pytest.approx(whole.item(), rel=1e-6)


def test_grey_is_seen_as_grey(lpips: Lpips, pair: tuple[Tensor, Tensor]) -> None:
    grey = [each.mean(1, keepdim=True) for each in pair]
    colored = [each.expand(-1, 3, -1, -1) for each in grey]
    assert lpips(*grey).item() == pytest.approx(lpips(*colored).item(), rel=1e-6)


def test_a_gradient_leads_nearer(lpips: Lpips, pair: tuple[Tensor, Tensor]) -> None:
    picture = pair[1].clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(lpips(picture, pair[0]).sum(), picture)
    nearer = (picture - 0.01 * gradient / gradient.abs().max()).detach().clamp(0, 1)
    assert lpips(nearer, pair[0]) < lpips(*pair)


def test_its_name_says_which_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Lpips().name == "lpips-vgg16-caffe"
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path))
    tensors, card = load(module_vgg())
    save(tmp_path / "vgg16-torchvision.safetensors", tensors, card)
    assert Lpips("vgg16-torchvision").name == "lpips-vgg16-torchvision"


def test_another_network_will_not_do(tmp_path: Path) -> None:
    widths = {"1": 64, "2": 128, "3": 256, "4": 512, "5": 512}
    spec = {"order": "RGB", "scale": 1.0, "mean": [0.0] * 3, "std": [1.0] * 3}
    tensors = {}
    for name in CONVOLUTIONS["vgg19"]:
        tensors[f"{name}.weight"] = np.zeros((widths[name[4]], 3, 1, 1), np.float16)
        tensors[f"{name}.bias"] = np.zeros(widths[name[4]], np.float16)
    save(tmp_path / "n.safetensors", tensors, Card("n", "vgg19", extra={"input": spec}))
    with pytest.raises(ZeuxisError, match=r"VGG-16, but .*n\.safetensors is a vgg19"):
        Lpips(str(tmp_path / "n.safetensors"))


def test_too_small(lpips: Lpips) -> None:
    assert lpips(*torch.rand(2, 1, 3, 16, 16)).item() > 0
    with pytest.raises(ZeuxisError, match="16 pixels at least, but these pictures have 15x16"):
        lpips(*torch.rand(2, 1, 3, 16, 15))
