"""Generators in the form of the Hugging Face hub, without a network."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("huggingface_hub")

from huggingface_hub import HfApi
from huggingface_hub.errors import (
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
)

from zeuxis import ZeuxisError
from zeuxis.gan import hub
from zeuxis.gan.hub import HubGenerator
from zeuxis.gan.model import save_generator
from zeuxis.gan.networks import Shape, networks
from zeuxis.models import Card


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        generator = networks.get("mlp").build(Shape(16, 16, 1, latent_dim=12, capacity=0.125))[0]
    card = Card(
        name="pots",
        kind="generator",
        licence="CC0-1.0",
        data="900 pictures of pots",
        command="zeuxis gan train pots/",
        extra={"network": "mlp", "classes": []},
    )
    path = tmp_path_factory.mktemp("m") / "pots.safetensors"
    save_generator(path, generator, torch.zeros(1, 12), card)
    return path


def assert_same(one: HubGenerator, other: HubGenerator) -> None:
    assert np.array_equal(one.sample(3, seed=5).array, other.sample(3, seed=5).array)


def test_what_is_saved_is_loaded(model: Path, tmp_path: Path) -> None:
    generator = HubGenerator.load(model, threads=1)
    generator.save_pretrained(tmp_path / "pots")
    assert (tmp_path / "pots" / "model.safetensors").read_bytes() == model.read_bytes()
    assert json.loads((tmp_path / "pots" / "config.json").read_text())["network"] == "mlp"
    assert_same(HubGenerator.from_pretrained(tmp_path / "pots"), generator)


def test_a_page_tells_what_it_is(model: Path, tmp_path: Path) -> None:
    HubGenerator.load(model).save_pretrained(tmp_path)
    page = (tmp_path / "README.md").read_text()
    for words in (
        "license: cc0-1.0",
        "library_name: zeuxis",
        "# pots",
        "- pictures: 16x16, grey",
        "- trained on: 900 pictures of pots",
        "- made by: `zeuxis gan train pots/`",
        "HubGenerator.from_pretrained",
    ):
        assert words in page


def answer(kind: type[HfHubHTTPError]) -> HfHubHTTPError:
    """What the hub says no with."""
    return kind("404 not there\nand more", response=SimpleNamespace(headers={}, request=None))  # type: ignore[arg-type]


def test_what_is_pushed_is_pulled(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / "hub"

    def upload(self: HfApi, *, repo_id: str, folder_path: str, **options: Any) -> str:
        shutil.copytree(folder_path, far / repo_id)
        return repo_id

    def download(repo_id: str, filename: str, **options: Any) -> str:
        if not (far / repo_id / filename).exists():
            raise answer(
                RemoteEntryNotFoundError if (far / repo_id).exists() else RepositoryNotFoundError
            )
        return str(far / repo_id / filename)

    monkeypatch.setattr(
        HfApi, "create_repo", lambda self, repo_id, **_: SimpleNamespace(repo_id=repo_id)
    )
    monkeypatch.setattr(HfApi, "upload_folder", upload)
    monkeypatch.setattr("huggingface_hub.hub_mixin.hf_hub_download", download)
    monkeypatch.setattr(hub, "hf_hub_download", download)
    generator = HubGenerator.load(model, threads=1)
    generator.push_to_hub("me/pots")
    assert_same(HubGenerator.from_pretrained("me/pots"), generator)
    (far / "me" / "pots" / "model.safetensors").unlink()
    with pytest.raises(ZeuxisError, match="there is no model.safetensors of Zeuxis in me/pots"):
        HubGenerator.from_pretrained("me/pots")
    with pytest.raises(
        ZeuxisError, match="cannot get me/pans from the hub: 404 not there and more$"
    ):
        HubGenerator.from_pretrained("me/pans")
