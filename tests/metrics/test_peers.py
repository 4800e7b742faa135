"""Torchmetrics, with the same network and the same pictures, finds the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import KernelInceptionDistance

from zeuxis.metrics.features import feature_network
from zeuxis.metrics.kid import kid
from zeuxis.metrics.sets import describe, evaluate

COUNT = 60


class Small(nn.Module):
    """Two random convolutions, 16 numbers a picture; float32 even where the peer is told to use float64."""

    num_features = 16

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.register_buffer("first", torch.randn(12, 3, 3, 3) / 5)
        self.register_buffer("second", torch.randn(16, 12, 3, 3) / 10)

    def forward(self, pictures: Tensor) -> Tensor:
        seen = pictures.float() / 255 if pictures.dtype == torch.uint8 else pictures
        middle = F.conv2d(seen, self.first.float(), stride=2).relu()
        return F.conv2d(middle, self.second.float(), stride=2).mean((2, 3))


@pytest.fixture(scope="module")
def sets() -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(0)
    made = draws.integers(0, 256, (COUNT, 16, 16, 3), dtype=np.uint8)
    real = draws.integers(30, 256, (COUNT, 16, 16, 3), dtype=np.uint8)
    return made, real


def fill(metric: nn.Module, made: np.ndarray, real: np.ndarray) -> None:
    for pictures, is_real in ((made, False), (real, True)):
        metric.update(torch.from_numpy(pictures).permute(0, 3, 1, 2), real=is_real)


def test_frechet_distance(sets: tuple[np.ndarray, np.ndarray]) -> None:
    network = Small()
    peer = FrechetInceptionDistance(network).set_dtype(torch.float64)
    fill(peer, *sets)
    found = evaluate(*sets, network=network, metrics=["fid"])
    assert found.values["fid"].value == pytest.approx(peer.compute().item(), rel=1e-6)
    assert found.network == "Small" and (found.made, found.real) == (COUNT, COUNT)


@pytest.mark.filterwarnings("ignore:Metric `Kernel Inception Distance` will save")
def test_kernel_distance(sets: tuple[np.ndarray, np.ndarray]) -> None:
    network = Small()
    peer = KernelInceptionDistance(network, subsets=1, subset_size=COUNT)
    peer.set_dtype(torch.float64)
    fill(peer, *sets)
    peer.real_features = [each.double() for each in peer.real_features]
    peer.fake_features = [each.double() for each in peer.fake_features]
    mean, _ = peer.compute()
    seen = [describe(each, feature_network(network)).rows for each in sets]
    assert kid(*seen).mean == pytest.approx(mean.item(), rel=1e-6)
