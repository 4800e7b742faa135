"""What a discriminator sees in pictures."""

from __future__ import annotations

import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis import ZeuxisError
from zeuxis.data import prepare
from zeuxis.gan import features as module
from zeuxis.gan.features import extract, features, load_discriminator
from zeuxis.gan.networks import Discriminator, Shape, networks
from zeuxis.gan.settings import NETWORKS, GanSettings
from zeuxis.gan.training.run import train
from zeuxis.models import Card, save
from zeuxis.training import save_checkpoint

SIDE = 16


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path_factory.mktemp("cache")))


def made_run(folder: Path, network: str = "dcgan", classes: int = 0) -> tuple[Path, Discriminator]:
    """What `load_discriminator` needs of a run's folder, and the discriminator in it."""
    shape = Shape(SIDE, SIDE, 3, classes, latent_dim=5, capacity=0.125)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        discriminator = networks.get(network).discriminator(shape).eval()
    extra = {"network": network, "shape": asdict(shape), "weights": {}}
    save(folder / "generator.safetensors", {}, Card("run", "generator", extra=extra))
    tensors = {f"discriminator.{k}": t for k, t in discriminator.state_dict().items()}
    tensors |= {f"generator.{k}": torch.zeros(1) for k in discriminator.state_dict()}
    save_checkpoint(folder / "checkpoints" / "best.safetensors", tensors, {})
    return folder, discriminator


def noise(count: int, classes: int = 0, side: int = SIDE) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(2))


class Seen(Discriminator):
    """Shows maps of its own instead of what it sees."""

    def __init__(self, *stages: Tensor) -> None:
        super().__init__()
        self.stages = stages

    def features(self, pictures: Tensor) -> list[Tensor]:
        return list(self.stages)


def test_maps_are_pooled_by_hand_to_the_same() -> None:
    draws = torch.Generator().manual_seed(0)
    fine, odd = torch.randn(2, 3, 8, 12, generator=draws), torch.randn(2, 2, 7, 4, generator=draws)
    rows = torch.randn(2, 5, generator=draws)
    found = features(Seen(fine, odd, rows), noise(2))
    assert found.shape == (2, 3 * 16 + 2 * 16 + 5)
    whole = fine.numpy().reshape(2, 3, 4, 2, 4, 3).max((3, 5)).reshape(2, -1)
    assert np.array_equal(found[:, :48], whole)
    cuts = [(0, 2), (1, 4), (3, 6), (5, 7)]  # of 7 rows in 4 parts, which overlap
    parts = np.stack([odd.numpy()[:, :, a:b].max(2) for a, b in cuts], 2)
    assert np.array_equal(found[:, 48:80], parts.reshape(2, -1))
    assert torch.equal(found[:, 80:], rows)


@pytest.mark.parametrize("side", [16, 28])
@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_shows_all_its_stages(network: str, side: int) -> None:
    shape = Shape(side, side, 3, capacity=0.125)
    discriminator = networks.get(network).discriminator(shape).eval()
    with torch.no_grad():
        found = features(discriminator, noise(3, side=side))
        stages = discriminator.features(noise(3, side=side))
    width = sum(each.shape[1] * (16 if each.ndim == 4 else 1) for each in stages)
    assert found.shape == (3, width) and len(stages) >= 2
    assert found.std(0).max() > 0


@pytest.mark.parametrize("network", NETWORKS)
def test_the_discriminator_is_that_of_the_checkpoint(network: str, tmp_path: Path) -> None:
    run, wanted = made_run(tmp_path / "run", network)
    before = torch.random.get_rng_state()
    loaded = load_discriminator(run)
    assert torch.equal(before, torch.random.get_rng_state())
    assert not loaded.training
    with torch.inference_mode():
        found, expected = features(loaded, noise(4)), features(wanted, noise(4))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_a_file_of_features(dots: Path, tmp_path: Path) -> None:
    settings = GanSettings(
        network="dcgan", capacity=0.1, latent_dim=6, batch_size=8, steps=2, precision="float32"
    )
    train(dots, tmp_path / "run", settings)
    told: list[tuple[int, int]] = []
    file = tmp_path / "features.npz"
    found = extract(tmp_path / "run", dots, file, progress=lambda *at: told.append(at))
    pictures = prepare(dots, height=SIDE, width=SIDE, channels=3, classes=True)
    with np.load(file, allow_pickle=False) as held:
        assert sorted(held) == ["classes", "features", "labels"]
        rows, labels, classes = held["features"], held["labels"], held["classes"]
    assert rows.shape == (24, found.features) and rows.dtype == np.float32
    assert np.array_equal(labels, pictures.labels) and labels.dtype == np.int64
    assert tuple(classes) == found.classes == ("dark", "light")
    assert found.pictures == 24 and not found.skipped and told == [(24, 24)]
    seen = torch.from_numpy(pictures.pictures.transpose(0, 3, 1, 2).copy()) / 255
    with torch.inference_mode():
        expected = features(load_discriminator(tmp_path / "run"), seen).numpy()
    np.testing.assert_allclose(rows, expected, rtol=1e-5, atol=1e-6)
    dark = rows[labels == 0].mean(0) - rows[labels == 1].mean(0)
    right = ((rows - rows.mean(0)) @ dark > 0) == (labels == 0)
    assert right.mean() > 0.9  # a line tells what it was never told of


def test_pictures_are_looked_at_in_parts(
    dots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _ = made_run(tmp_path / "run")
    extract(run, dots, tmp_path / "whole.npz")
    original, sizes, told = module.features, [], []

    def watched(discriminator: Discriminator, pictures: Tensor) -> Tensor:
        sizes.append(len(pictures))
        return original(discriminator, pictures)

    monkeypatch.setattr(module, "PART", 10)
    monkeypatch.setattr(module, "features", watched)
    extract(run, dots, tmp_path / "parts.npz", progress=lambda done, of: told.append((done, of)))
    assert sizes == [10, 10, 4] and told == [(10, 24), (20, 24), (24, 24)]
    with np.load(tmp_path / "whole.npz") as whole, np.load(tmp_path / "parts.npz") as parts:
        np.testing.assert_allclose(whole["features"], parts["features"], rtol=1e-5, atol=1e-6)


def test_the_same_bytes_whenever(dots: Path, tmp_path: Path) -> None:
    run, _ = made_run(tmp_path / "run")
    extract(run, dots, tmp_path / "one.npz")
    extract(run, dots, tmp_path / "other.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.npz") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_classes_play_no_part(dots: Path, tmp_path: Path) -> None:
    run, discriminator = made_run(tmp_path / "run", classes=7)
    np.save(tmp_path / "plain.npy", np.full((16, SIDE, SIDE, 3), 90, np.uint8))
    found = extract(run, tmp_path / "plain.npy", tmp_path / "plain.npz")
    assert found.classes == ()
    with np.load(tmp_path / "plain.npz") as held:
        assert sorted(held) == ["features"]
    assert extract(run, dots, tmp_path / "dots.npz").classes == ("dark", "light")
    with torch.no_grad():
        before = features(discriminator, noise(3))
        discriminator.projection.embedding.weight.add_(1)
        assert torch.equal(before, features(discriminator, noise(3)))


def test_other_sizes_and_colours_are_brought_to_those_of_the_run(tmp_path: Path) -> None:
    run, _ = made_run(tmp_path / "run")
    grey = np.random.default_rng(0).integers(0, 255, (16, 40, 24), dtype=np.uint8)
    np.savez(tmp_path / "grey.npz", x_train=grey, x_test=grey[:, ::-1], y_test=np.arange(16) % 2)
    assert extract(run, tmp_path / "grey.npz", tmp_path / "a.npz").classes == ()
    test = extract(run, tmp_path / "grey.npz", tmp_path / "b.npz", split="test")
    assert test.pictures == 16 and len(test.classes) == 2


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (
            "run/generator.safetensors",
            "safetensors is no folder of a run, which alone has the disc",
        ),
        ("fashion", "fashion is no folder of a run, which alone has the discriminator: give one"),
        ("nothing", "nothing is no folder of a run"),
        ("empty", "there is no generator.safetensors in empty"),
        ("bare", "there is no bare/checkpoints/best.safetensors, which holds the discriminator"),
        ("cut", "truncated"),
        ("other", "is not of the network on the card of"),
    ],
)
def test_what_is_no_run(
    run: str, sentence: str, dots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made_run(Path("run"))
    Path("empty").mkdir()
    (made_run(Path("bare"))[0] / "checkpoints" / "best.safetensors").unlink()
    cut = made_run(Path("cut"))[0] / "checkpoints" / "best.safetensors"
    cut.write_bytes(cut.read_bytes()[:5000])
    made_run(Path("other"))
    made_run(Path("mlp"), "mlp")
    Path("mlp/generator.safetensors").replace("other/generator.safetensors")
    with pytest.raises(ZeuxisError, match=sentence):
        extract(run, dots, "features.npz")
    assert not Path("features.npz").exists()


def test_what_cannot_be_written(dots: Path, tmp_path: Path) -> None:
    run, _ = made_run(tmp_path / "run")
    with pytest.raises(ZeuxisError, match=r"features\.csv would hold arrays: give a name that"):
        extract(run, dots, tmp_path / "features.csv")
    file = tmp_path / "features.npz"
    file.write_text("mine")
    with pytest.raises(ZeuxisError, match="exists already"):
        extract(run, dots, file)
    assert file.read_text() == "mine"
    assert extract(run, dots, file, overwrite=True).pictures == 24
    with pytest.raises(ZeuxisError, match="there is no file or folder"):
        extract(run, tmp_path / "nothing", tmp_path / "other.npz")
    with pytest.raises(ZeuxisError, match="no test part"):
        extract(run, dots, tmp_path / "other.npz", split="test")


def test_interrupted_it_leaves_nothing(dots: Path, tmp_path: Path) -> None:
    run, _ = made_run(tmp_path / "run")
    (tmp_path / "out").mkdir()

    def interrupt(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract(run, dots, tmp_path / "out" / "features.npz", progress=interrupt)
    assert not list((tmp_path / "out").iterdir())
