"""Path lengths of generators whose pictures are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis import ZeuxisError
from zeuxis.metrics.path_length import perceptual_path_length, slerp


def pixels(latents: Tensor) -> Tensor:
    return latents.reshape(len(latents), 1, 1, -1)


def squares(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).square().sum((1, 2, 3))


def pairs(count: int = 40, dim: int = 6) -> tuple[Tensor, Tensor]:
    draws = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, count, dim, generator=draws, dtype=torch.float64)
    return a, b


def test_straight() -> None:
    """Of the identity a step is as long as the path: d / epsilon^2 = |b - a|^2 at any t."""
    a, b = pairs()
    found = perceptual_path_length(pixels, a, b, squares, sphere=False, epsilon=1e-2)
    steps = np.sort(((b - a) ** 2).sum(1).numpy())[1:-1]  # without the shortest and the longest
    assert found.steps == 38
    assert (found.mean, found.std) == pytest.approx((steps.mean(), steps.std()), rel=1e-3)


def test_on_the_sphere() -> None:
    """Between latents of length 1 a step is the angle between them."""
    a, b = (each / each.norm(dim=1, keepdim=True) for each in pairs())
    found = perceptual_path_length(pixels, a, b, squares, epsilon=1e-2, ends_only=True)
    angles = np.sort((a * b).sum(1).acos().numpy() ** 2)[1:-1]
    assert found.mean == pytest.approx(angles.mean(), rel=1e-3)


def test_arcs() -> None:
    a, b = pairs(5)
    torch.testing.assert_close(slerp(a, b, torch.zeros(5, 1).double()), a)
    torch.testing.assert_close(slerp(a, b, torch.ones(5, 1).double()), b)
    torch.testing.assert_close(slerp(a, a, torch.full((5, 1), 0.3).double()), a)
    middle = slerp(a, b, torch.full((5, 1), 0.5).double())
    lengths = [each.norm(dim=1) for each in (a, b, middle)]
    torch.testing.assert_close(lengths[2], (lengths[0] + lengths[1]) / 2)


def test_the_seed_decides() -> None:
    a, b = pairs()

    def bent(latents: Tensor) -> Tensor:
        return pixels(latents).sin()

    found = [perceptual_path_length(bent, a, b, squares, epsilon=1e-2, seed=s) for s in (1, 1, 2)]
    assert found[0] == found[1] != found[2]


def test_bad_input() -> None:
    a, b = pairs()
    with pytest.raises(ZeuxisError, match="as many, not"):
        perceptual_path_length(pixels, a, b[:3], squares)
    with pytest.raises(ZeuxisError, match="not finite"):
        perceptual_path_length(lambda z: pixels(z) / 0, a, b, squares)
