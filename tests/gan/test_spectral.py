"""Spectral normalisation."""

from __future__ import annotations

import copy

import torch
from torch import nn

from zeuxis.gan.networks.spectral import hold_slopes


def held() -> nn.Sequential:
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8, 5), nn.Embedding(4, 5))
    with torch.no_grad():
        for parameter in layers.parameters():
            parameter *= 7
    hold_slopes(layers)
    return layers


def largest(layers: nn.Sequential) -> list[float]:
    return [
        float(torch.linalg.matrix_norm(m.weight.detach().flatten(1), 2))
        for m in layers
        if hasattr(m, "weight")
    ]


def test_no_layer_stretches() -> None:
    layers = held()
    for _ in range(50):
        assert all(layer.weight is not None for layer in layers if hasattr(layer, "weight"))
    torch.testing.assert_close(largest(layers), [1.0] * 3, atol=1e-3, rtol=0)


def test_evaluation_makes_no_power_iteration_and_training_one() -> None:
    layers = held()
    before = copy.deepcopy(layers.state_dict())
    assert any(key.endswith("._u") for key in before)
    layers.eval()
    assert torch.equal(layers[0].weight, layers[0].weight)
    assert all(torch.equal(value, before[key]) for key, value in layers.state_dict().items())
    layers.train()
    assert layers[0].weight is not None
    changed = [
        key for key, value in layers.state_dict().items() if not torch.equal(value, before[key])
    ]
    assert {key.rpartition(".")[2] for key in changed} == {"_u", "_v"}
