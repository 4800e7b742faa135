"""Directions along which pictures vary."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.gan import directions as module
from zeuxis.gan import weights
from zeuxis.gan.directions import directions, walked
from zeuxis.gan.latents import draw
from zeuxis.gan.networks import Generator, Shape, networks
from zeuxis.models import Card

spec = spec_from_file_location("stand_in", Path(__file__).with_name("stand_in.py"))
assert spec is not None and spec.loader is not None
made = module_from_spec(spec)
spec.loader.exec_module(made)
CLASSES, DIM, stand_in = made.CLASSES, made.DIM, made.stand_in
SCALES = np.linspace(1, 4, DIM)[[5, 2, 9, 0, 15, 7, 1, 3, 4, 6, 8, 10, 11, 12, 13, 14]]
SHAPE = Shape(16, 16, 1, 2, latent_dim=6, capacity=0.125)


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generators have no weights that styles meet first."""
    monkeypatch.setattr(module, "_of_weights", lambda _: (None, "there are none"))


@pytest.mark.parametrize("label", [None, "bag"])
def test_the_axes_of_styles_are_found(no_weights: None, label: str | None) -> None:
    generator = stand_in(CLASSES, SCALES)
    ways = directions(generator, 3, label=label)
    assert ways.method == "styles" and ways.note == "there are none"
    found = ways.along
    assert found.shape == (3, DIM) and found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    axes = np.argsort(SCALES)[::-1][:3]
    assert abs(found).argmax(1).tolist() == axes.tolist()
    assert (
        found[range(3), axes] > 0.7
    ).all()  # of 4096 drawn, and with a sign that is always the same
    asked = directions(generator, 3, method="styles", label=label)
    assert (asked.along == found).all() and asked.note is None


def test_directions_of_weights_are_eigenvectors(monkeypatch: pytest.MonkeyPatch) -> None:
    a = np.random.default_rng(0).standard_normal((40, DIM))
    monkeypatch.setattr(module, "_of_weights", lambda _: (a.T @ a, None))
    ways = directions(stand_in(), DIM)
    assert ways.method == "weights" and ways.note is None
    found = ways.along
    assert found @ found.T == pytest.approx(np.eye(DIM), abs=1e-5)
    stretches = np.linalg.norm(a @ found.T, axis=0)
    assert stretches == pytest.approx(np.linalg.svd(a)[1], rel=1e-4)


def test_numbers_that_latents_do_not_move_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    of_weights = np.diag(np.arange(DIM, 0.0, -1)), None
    monkeypatch.setattr(module, "_of_weights", lambda _: of_weights)
    still = np.array([0.0, 0.0, *[1.0] * (DIM - 2)])
    found = directions(stand_in(scales=still), 2).along
    assert abs(found).argmax(1).tolist() == [2, 3] and (found[:, :2] == 0).all()
    with pytest.raises(ZeuxisError, match="ask for 1 to 14"):
        directions(stand_in(scales=still), 15)


def test_what_cannot_be_is_refused(no_weights: None) -> None:
    with pytest.raises(ZeuxisError, match="choose one of auto, weights, styles"):
        directions(stand_in(), method="magic")
    with pytest.raises(ZeuxisError, match="cannot look at weights: there are none; give styles"):
        directions(stand_in(), method="weights")
    with pytest.raises(ZeuxisError, match="there are to be 0 directions"):
        directions(stand_in(), 0)
    with pytest.raises(ZeuxisError, match="there are to be 1 steps"):
        walked(stand_in(), np.eye(DIM, dtype=np.float32)[:1], steps=1)
    with pytest.raises(ZeuxisError, match="ask for 2 to 1,000"):
        walked(stand_in(), np.eye(DIM, dtype=np.float32)[:1], steps=10**10)
    with pytest.raises(ZeuxisError, match="a sheet holds .* not 60,000"):
        walked(stand_in(), np.eye(DIM, dtype=np.float32).repeat(4, 0)[:60], steps=1000)
    with pytest.raises(ZeuxisError, match="reach is nan, but must be between 0 and 100"):
        walked(stand_in(), np.eye(DIM, dtype=np.float32)[:1], reach=float("nan"))


def test_without_torch_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zeuxis.gan.weights", None)  # as when torch is not there
    with pytest.raises(ZeuxisError, match="cannot look at weights: there is no torch, which pip"):
        directions(stand_in(), method="weights")
    ways = directions(stand_in(), 2)
    assert ways.method == "styles" and ways.note is not None and "no torch" in ways.note


def test_a_walk_goes_through_the_sample() -> None:
    generator = stand_in(CLASSES, SCALES)
    along = np.eye(DIM, dtype=np.float32)[[3, 4]]
    samples = walked(generator, along, seed=2, steps=5, reach=2.0, label="bag")
    assert samples.columns == 5 and samples.array.shape == (10, 4, 4, 1)
    rows = samples.array.reshape(2, 5, DIM).astype(int)
    middle = generator.sample(1, seed=2, label="bag").array.reshape(DIM)
    assert (abs(rows[:, 2] - middle) <= 1).all()
    styles = draw(2, 1, DIM)[0] * SCALES - 1
    for row, axis in zip(rows, (3, 4), strict=True):
        ends = styles[axis] + np.array([-2, 2]) * SCALES[axis]
        wanted = ((0.5 + ends / 20) * 255).clip(0, 255)
        assert row[[0, 4], axis] == pytest.approx(wanted, abs=3)
        others = np.arange(DIM) != axis
        assert (abs(row[:, others] - middle[others]) <= 1).all()


class Untouched(Generator):
    """Styles are squared before a layer has them."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape, self.dense = shape, torch.nn.Linear(6, 256)

    def synthesis(self, styles: Tensor) -> Tensor:
        found: Tensor = self.dense(styles.square()).reshape(-1, 1, 16, 16)
        return found


def met(generator: Generator, style_dim: int, monkeypatch: pytest.MonkeyPatch) -> np.ndarray | None:
    mean = {"style_mean": np.ones((2, style_dim), np.float32)}
    monkeypatch.setattr(weights, "built", lambda *_: generator.eval())
    monkeypatch.setattr(weights, "load", lambda _: (mean, Card("x", "generator")))
    return weights.meeting_styles(Path("x.safetensors"))


def test_the_first_weights_of_a_transposed_convolution(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = networks.get("dcgan").build(SHAPE)[0]
    layers = (each for each in generator.modules() if isinstance(each, torch.nn.ConvTranspose2d))
    a = next(layers).weight.detach().numpy().reshape(70, -1)  # 6 numbers, and 64 of the class
    assert met(generator, 70, monkeypatch) == pytest.approx(a @ a.T, abs=1e-5)


def test_weights_that_meet_parts_of_styles(monkeypatch: pytest.MonkeyPatch) -> None:
    found = met(generator := networks.get("resnet").build(SHAPE)[0], 70, monkeypatch)
    first = generator.first.weight.detach().numpy()
    assert found is not None and found[:6, :6] == pytest.approx(first.T @ first, abs=1e-5)
    assert (found[6:, 6:].diagonal() > 0).all() and (found[:6, 6:] == 0).all()


def test_all_layers_that_styles_go_to_count(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = networks.get("modern").build(SHAPE)[0]
    layers = [generator.start, *(stage.style for stage in generator.stages)]
    a = torch.cat([layer.weight for layer in layers]).detach().numpy()
    assert met(generator, a.shape[1], monkeypatch) == pytest.approx(a.T @ a, rel=1e-3, abs=1e-4)


def test_there_may_be_no_such_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    assert met(Untouched(SHAPE), 6, monkeypatch) is None
