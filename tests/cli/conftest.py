"""What tests of the commands for a trained generator share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a generator of shoes and hats that has learned nothing."""
    import torch

    from zeuxis.gan.model import save_generator
    from zeuxis.gan.networks import Shape, networks
    from zeuxis.models import Card

    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        shape = Shape(16, 16, classes=2, latent_dim=12, capacity=0.125)
        generator = networks.get("mlp").build(shape)[0].eval()
        means = generator.mapping(torch.zeros(2, 12), torch.arange(2))
    path = tmp_path_factory.mktemp("m") / "run" / "generator.safetensors"
    card = Card("shop", "generator", extra={"network": "mlp", "classes": ["shoe", "hat"]})
    save_generator(path, generator, means, card)
    return path


@pytest.fixture
def run(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run's folder; the folder that is worked in is empty."""
    monkeypatch.chdir(tmp_path)
    return model.parent
