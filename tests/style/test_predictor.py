"""The network that reads styles: what it looks at, where it begins; and paintings made many."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis.style.graphs.predictor import FAINT as FAINT_IN_GRAPH
from zeuxis.style.networks.predictor import CHANNELS, FAINT, LAYERS, Predictor, description
from zeuxis.style.training.widening import FROM_YIQ, TO_YIQ, widened


def features(count: int = 2) -> dict[str, Tensor]:
    torch.manual_seed(0)
    return {
        layer: torch.rand(count, channels, 6, 5)
        for layer, channels in zip(LAYERS, (64, 128, 256, 512), strict=True)
    }


def test_means_and_spreads_of_every_channel() -> None:
    seen = features()
    found = description(seen)
    assert found.shape == (2, 2 * CHANNELS)
    exact = seen["relu2_2"].double()
    mean, spread = exact.mean((2, 3)), exact.var((2, 3), correction=0).sqrt()
    torch.testing.assert_close(found[:, 64:192].double(), (mean + 0.05).log(), rtol=1e-5, atol=1e-6)
    there = found[:, CHANNELS + 64 : CHANNELS + 192].double()
    torch.testing.assert_close(there, (spread + 0.05).log(), rtol=1e-5, atol=1e-6)
    assert FAINT == FAINT_IN_GRAPH == 0.05


def test_layers_that_see_nothing_are_no_trouble() -> None:
    nothing = {layer: torch.zeros_like(each) for layer, each in features().items()}
    assert torch.equal(description(nothing), torch.full((2, 2 * CHANNELS), FAINT).log())


def test_at_first_every_painting_is_the_mean() -> None:
    predictor = Predictor(10, 8)
    row = torch.randn(10)
    read = description(features(5))
    predictor.begin(read, row)
    normal = (read - predictor.center) / predictor.scale
    torch.testing.assert_close(normal.mean(0), torch.zeros(2 * CHANNELS), rtol=0, atol=1e-4)
    assert predictor.scale.min() >= 0.1
    found = predictor(features(5))
    assert found.shape == (5, 10)
    assert 0 < (found - row).abs().max() < 0.5
    assert predictor.config == {"row_length": 10, "hidden": 8}


# Widening.


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).random((3, 6, 6)).astype(np.float32)


def test_ways_up(picture: np.ndarray) -> None:
    """With the mirroring of crops, all eight ways a square can lie."""
    rng = np.random.default_rng(0)
    seen = {
        widened(each, rng, 0.0).tobytes()
        for _ in range(60)
        for each in (picture, picture[:, :, ::-1])
    }
    ways = {
        np.ascontiguousarray(np.rot90(each, turns, (1, 2))).tobytes()
        for turns in range(4)
        for each in (picture, picture[:, :, ::-1])
    }
    assert seen == ways and len(ways) == 8


def test_colors(picture: np.ndarray) -> None:
    before = picture.copy()
    found = [widened(picture, np.random.default_rng(seed), 1.0) for seed in range(40)]
    assert all(each.dtype == np.float32 and each.shape == picture.shape for each in found)
    assert all(each.min() >= 0 and each.max() <= 1 for each in found)
    assert np.array_equal(picture, before)
    means = np.array([each.mean((1, 2)) for each in found])
    assert means.std(0).min() > 0.05


def test_greys_stay_grey() -> None:
    """A turn of hues moves no grey, whatever else happens to it."""
    grey = np.broadcast_to(np.linspace(0, 1, 36).reshape(6, 6), (3, 6, 6)).astype(np.float32)
    for seed in range(10):
        found = widened(grey, np.random.default_rng(seed), 1.0)
        assert np.ptp(found, axis=0).max() < 1e-6
    np.testing.assert_allclose(FROM_YIQ @ TO_YIQ, np.eye(3), atol=1e-12)


def test_hues_turn_together(picture: np.ndarray) -> None:
    """All colours are turned by one angle and are as much more, or less, colourful."""
    faint = 0.5 + 0.1 * (picture - 0.5)  # so that nothing is clipped
    factors = set()
    for seed in range(10):
        found = widened(faint, _NoFlips(seed), 1.0)  # type: ignore[arg-type]
        before, after = ((TO_YIQ @ each.reshape(3, -1))[1:] for each in (faint, found))
        turn = (after[0] + 1j * after[1]) / (before[0] + 1j * before[1])
        assert np.abs(turn - turn.mean()).max() < 1e-3 * np.abs(turn.mean())
        factors.add(round(float(np.abs(turn.mean())), 3))
    assert len(factors) == 10 and min(factors) > 0.2 and max(factors) < 1.7


class _NoFlips:
    """Draws as a generator does, but turns no picture around."""

    def __init__(self, seed: int) -> None:
        self.rng, self.draws = np.random.default_rng(seed), 0

    def random(self) -> float:
        self.draws += 1
        return 0.9 if self.draws < 3 else 0.0

    def uniform(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)


def test_how_often(picture: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    flat = np.ascontiguousarray(np.broadcast_to(picture[:, :1, :1], (3, 6, 6)))  # has no ways up
    changed = [not np.array_equal(widened(flat, rng, 0.25), flat) for _ in range(200)]
    assert 30 < sum(changed) < 70
