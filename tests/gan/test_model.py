"""The file of a generator: what goes in comes out, with torch and without."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

import zeuxis
from zeuxis.errors import ZeuxisError
from zeuxis.gan.model import load_generator, save_generator
from zeuxis.gan.networks import Generator, Shape, networks
from zeuxis.models import Card, load, save

COUNT = 5
EQUAL = 1e-4
PLAIN = Shape(32, 32, latent_dim=12, capacity=0.125)
CLASSED = replace(PLAIN, classes=3)


def made(name: str, shape: Shape) -> tuple[Generator, Tensor, Card]:
    """A generator that has learned something, though nothing good, what stands for its mean, its card."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        generator = networks.get(name).build(shape)[0]
        for each in generator.parameters():
            each += 0.02 * torch.randn_like(each)
        for each in generator.buffers():
            each += (0.1 * torch.rand(each.shape)).to(each.dtype)  # variances stay above 0
        labels = torch.zeros(2, dtype=torch.int64) if shape.classes else None
        styles = generator.mapping(torch.zeros(2, shape.latent_dim), labels)
        mean = torch.randn(max(1, shape.classes), styles.shape[1])
    names = ["cat", "dog", "owl"][: shape.classes]
    return generator, mean, Card("pets", "generator", extra={"network": name, "classes": names})


@pytest.fixture
def mlp(tmp_path: Path) -> Path:
    """The file of a small generator."""
    save_generator(tmp_path / "mlp.safetensors", *made("mlp", PLAIN))
    return tmp_path / "mlp.safetensors"


@pytest.mark.parametrize("shape", [PLAIN, CLASSED], ids=["plain", "classes"])
@pytest.mark.parametrize("name", networks.names())
def test_without_torch_it_makes_what_it_makes_with(name: str, shape: Shape, tmp_path: Path) -> None:
    generator, mean, card = made(name, shape)
    save_generator(tmp_path / "g.safetensors", generator, mean, card)
    assert generator.training  # it is left as it was
    generator.eval()
    light = zeuxis.Generator.load(tmp_path / "g.safetensors", threads=1)
    latents = np.random.default_rng(0).standard_normal((COUNT, 12), np.float32)
    labels = np.arange(COUNT) % 3 if shape.classes else None
    with torch.inference_mode():
        styles = generator.mapping(
            torch.from_numpy(latents), None if labels is None else torch.from_numpy(labels)
        )
        pictures = generator.synthesis(styles).clamp(0, 1)
    assert np.abs(light.styles(latents, labels) - styles.numpy()).max() < EQUAL
    apart = np.abs(light.synthesis(styles.numpy()) - pictures.numpy()).max()
    varied = pictures.std(0).max()  # were it 0, being equal would say nothing
    assert apart < min(EQUAL, 0.01 * varied)
    assert light.style_mean() == pytest.approx(mean.numpy())


def test_torch_gets_back_what_was_saved(tmp_path: Path) -> None:
    generator, mean, card = made("dcgan", CLASSED)
    save_generator(tmp_path / "g.safetensors", generator, mean, card)
    again, told = load_generator(tmp_path / "g.safetensors")
    assert again.shape == CLASSED and not again.training
    assert (told.name, told.kind) == ("pets", "generator")
    assert told.extra["classes"] == ["cat", "dog", "owl"]
    assert again.state_dict().keys() == generator.state_dict().keys()
    for name, tensor in again.state_dict().items():
        assert torch.equal(tensor, generator.state_dict()[name]), name


def test_loading_draws_nothing(mlp: Path) -> None:
    before = torch.random.get_rng_state()
    load_generator(mlp)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_half_the_space_makes_the_same_pictures(tmp_path: Path) -> None:
    parts = made("modern", replace(PLAIN, capacity=0.25))
    for name, half in (("full", False), ("half", True)):
        save_generator(tmp_path / f"{name}.safetensors", *parts, half=half)
    full, half = (tmp_path / f"{name}.safetensors" for name in ("full", "half"))
    weights = sum(each.numel() for each in parts[0].parameters())
    assert half.stat().st_size < full.stat().st_size - 1.9 * weights
    pictures = [
        zeuxis.Generator.load(each, threads=1).sample(COUNT).array.astype(int)
        for each in (full, half)
    ]
    assert np.abs(pictures[0] - pictures[1]).max() <= 1
    assert load_generator(half)[0].eval().state_dict().keys() == parts[0].state_dict().keys()
    light = zeuxis.Generator.load(half, threads=1)
    latents = np.random.default_rng(0).standard_normal((COUNT, 12), np.float32)
    with torch.inference_mode():
        exact = load_generator(half)[0](torch.from_numpy(latents)).numpy()
    assert np.abs(light.synthesis(light.styles(latents)) - exact.clip(0, 1)).max() < EQUAL


def test_graphs_hold_no_weights_and_no_names_of_this_machine(tmp_path: Path) -> None:
    generator, mean, card = made("dcgan", replace(PLAIN, capacity=1.0))
    save_generator(tmp_path / "g.safetensors", generator, mean, card)
    content = (tmp_path / "g.safetensors").read_bytes()
    tensors, _ = load(tmp_path / "g.safetensors")
    weights = sum(each.nbytes for each in tensors.values() if each.dtype == np.float32)
    assert len(content) < weights + 100_000
    assert str(Path(zeuxis.__file__).parents[1]).encode() not in content
    assert str(Path(torch.__file__).parents[1]).encode() not in content


def test_the_same_generator_gives_the_same_bytes(mlp: Path, tmp_path: Path) -> None:
    save_generator(tmp_path / "again.safetensors", *made("mlp", PLAIN))
    assert (tmp_path / "again.safetensors").read_bytes() == mlp.read_bytes()


@pytest.mark.parametrize("loaded", [load_generator, zeuxis.Generator.load])
def test_what_is_no_generator_is_refused_in_a_sentence(loaded, mlp: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    other = tmp_path / "other.safetensors"
    save(other, {"a": np.zeros(2, np.float32)}, Card("styles", "fresco"))
    with pytest.raises(ZeuxisError, match=r"other\.safetensors is a fresco and not a generator"):
        loaded(other)
    save(other, {"a": np.zeros(2, np.float32)}, Card("empty", "generator"))
    with pytest.raises(ZeuxisError, match="does not tell its network"):
        loaded(other)
    other.write_bytes(mlp.read_bytes()[:-100])
    with pytest.raises(ZeuxisError, match="truncated"):
        loaded(other)
    content = bytearray(mlp.read_bytes())
    content[-1] ^= 1
    other.write_bytes(content)
    with pytest.raises(ZeuxisError, match="was altered"):
        loaded(other)


def test_a_card_of_another_network_is_refused(mlp: Path, tmp_path: Path) -> None:
    tensors, card = load(mlp)
    for extra, words in (
        ({"network": "dcgan"}, "does not hold the network on its card"),
        ({"network": "forge"}, "dcgan"),
        ({"shape": {"height": 32, "depth": 3}}, "does not hold the network on its card"),
    ):
        save(tmp_path / "g.safetensors", tensors, replace(card, extra=card.extra | extra))
        with pytest.raises(ZeuxisError, match=words):
            load_generator(tmp_path / "g.safetensors")


def test_a_file_that_lacks_its_weights_is_refused(mlp: Path, tmp_path: Path) -> None:
    tensors, card = load(mlp)
    for name in ("style_mean", "graph.synthesis", card.extra["weights"]["synthesis"][0]):
        rest = {key: each for key, each in tensors.items() if key != name}
        save(tmp_path / "g.safetensors", rest, card)
        with pytest.raises(ZeuxisError, match="lacks"):
            zeuxis.Generator.load(tmp_path / "g.safetensors")
    save(tmp_path / "g.safetensors", tensors | {"graph.mapping": np.zeros(9, np.uint8)}, card)
    with pytest.raises(ZeuxisError, match="cannot use"):
        zeuxis.Generator.load(tmp_path / "g.safetensors")
