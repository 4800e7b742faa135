"""The style of a picture."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch

from zeuxis import Generator
from zeuxis.errors import ZeuxisError
from zeuxis.gan import projection
from zeuxis.gan.model import save_generator
from zeuxis.gan.networks import Shape, networks
from zeuxis.gan.project_settings import ProjectSettings
from zeuxis.gan.projection import Projection, project
from zeuxis.models import Card

SEED = 11  # of a picture that is none of those a search starts from


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a generator that has learned nothing, of two classes."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        shape = Shape(16, 16, 1, 2, latent_dim=6, capacity=0.125)
        generator = networks.get("modern").build(shape)[0].eval()
        labels = torch.tensor([0, 1]).repeat_interleave(200)
        means = generator.mapping(torch.randn(400, 6), labels).reshape(2, 200, -1).mean(1)
    path = tmp_path_factory.mktemp("m") / "g.safetensors"
    card = Card("g", "generator", extra={"network": "modern", "classes": ["boot", "bag"]})
    save_generator(path, generator, means, card)
    return path


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer samples to start from."""
    monkeypatch.setattr(projection, "CANDIDATES", 16)


def far(found: Projection) -> float:
    target, projected = found.samples.array.astype(float)
    return float(abs(target - projected).mean())


@pytest.mark.parametrize("label", [None, "bag"])
def test_a_picture_of_its_own_is_found_again(few: None, model: Path, label: str | None) -> None:
    generator = Generator.load(model, threads=1)
    picture = generator.sample(1, seed=SEED, label="bag").array[0]
    losses: list[float] = []
    found = project(
        picture, model, steps=60, starts=2, label=label, progress=lambda *at: losses.append(at[2])
    )
    assert (found.samples.array[0] == picture).all() and not found.interrupted
    assert (np.diff(losses) <= 0).all() and len(losses) == 60
    assert found.loss <= losses[-1] and found.loss < 0.25 * losses[0]
    assert len(found.losses) == 61 and found.loss == min(found.losses)
    assert losses == pytest.approx(np.minimum.accumulate(found.losses)[:-1])
    report = json.loads(json.dumps(found.report()))
    assert report["losses"] == list(found.losses) and report["settings"]["steps"] == 60
    others = generator.sample(16, seed=1, label="bag").array.astype(float)
    nearest = abs(others - picture).mean((1, 2, 3)).min()
    assert far(found) < 0.5 * nearest
    again = generator.pictures(found.style[None])[0].astype(int)
    assert abs(again - found.samples.array[1]).max() <= 1


def test_the_middle_of_any_picture_is_taken(few: None, model: Path) -> None:
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, 20:60] = 200
    found = project(picture, model, steps=1, starts=1)
    assert found.samples.array.shape == (2, 16, 16, 1) and (found.samples.array[0] == 200).all()


def test_a_seed_gives_the_same_search_again(few: None, model: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (16, 16, 1), np.uint8)
    settings = ProjectSettings(steps=2, starts=3, seed=1)
    first, again = (project(picture, model, settings) for _ in range(2))
    assert (first.style == again.style).all() and first.losses == again.losses
    assert first.settings == settings
    other = project(picture, model, settings, seed=2)
    assert other.losses != first.losses and other.settings.seed == 2


def test_what_counts_can_be_weighed(few: None, model: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (16, 16, 1), np.uint8)
    without, much = (
        project(picture, model, steps=1, starts=1, pixel_weight=weight) for weight in (0.0, 100.0)
    )
    assert much.losses[0] > 5 * without.losses[0] > 0


def test_ctrl_c_ends_the_search_with_what_was_found(few: None, model: Path) -> None:
    steps: list[int] = []

    def progress(step: int, of: int, loss: float) -> None:
        steps.append(step)
        if step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    found = project(np.zeros((16, 16)), model, steps=50, starts=1, progress=progress)
    assert found.interrupted and steps == [1, 2] and np.isfinite(found.loss)
    assert len(found.losses) == 3 and found.loss == min(found.losses)


def test_what_cannot_be_is_refused(model: Path, tmp_path: Path) -> None:
    picture = np.zeros((16, 16))
    with pytest.raises(ZeuxisError, match="starts is 0, but must be between 1 and 129"):
        project(picture, model, starts=0)
    with pytest.raises(ZeuxisError, match="there is no setting 'stops'"):
        project(picture, model, stops=1)
    with pytest.raises(ZeuxisError, match="knows no class 'hat'"):
        project(picture, model, label="hat")
    exported = tmp_path / "g.onnx"
    exported.write_bytes(b"x")
    with pytest.raises(ZeuxisError, match="cannot be looked into"):
        project(picture, exported)
    with pytest.raises(ZeuxisError, match="there is no generator tulips"):
        project(picture, "tulips")
