"""`zeuxis.Generator`: from a name and a seed to pictures, without torch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from zeuxis import Generator, ZeuxisError
from zeuxis.gan import finding
from zeuxis.gan.model import load_generator, save_generator
from zeuxis.gan.networks import Shape, networks
from zeuxis.models import Card, load, save

NAMES = ["Ankle boot", "Bag"]


def write(path: Path, network: str, classes: list[str]) -> Path:
    """The file of a generator that has learned nothing."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        shape = Shape(16, 16, classes=len(classes), latent_dim=12, capacity=0.125)
        generator = networks.get(network).build(shape)[0].eval()
        latents = torch.randn(500, 12)
        labels = [torch.full((500,), number) for number in range(len(classes))] or [None]
        means = [generator.mapping(latents, each).mean(0) for each in labels]
    card = Card("shop", "generator", extra={"network": network, "classes": classes})
    save_generator(path, generator, torch.stack(means), card)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {
        "plain": write(folder / "plain.safetensors", "dcgan", []),
        "shop": write(folder / "shop.safetensors", "modern", NAMES),
    }


@pytest.fixture
def plain(files: dict[str, Path]) -> Generator:
    return Generator.load(files["plain"], threads=1)


@pytest.fixture
def shop(files: dict[str, Path]) -> Generator:
    return Generator.load(files["shop"], threads=1)


def test_a_seed_gives_the_same_pictures_however_many(plain: Generator) -> None:
    five, nine = plain.sample(5, seed=7), plain.sample(9, seed=7)
    assert five.array.shape == (5, 16, 16, 3) and five.array.dtype == np.uint8
    assert np.abs(five.array.astype(int) - nine.array[:5]).max() <= 1
    assert (five.array != plain.sample(5, seed=8).array).any()


def test_latents_are_those_of_numpy_and_pictures_those_of_torch(
    shop: Generator, files: dict[str, Path]
) -> None:
    latents = np.random.default_rng(3).standard_normal((4, 12), np.float32)
    generator, _ = load_generator(files["shop"])
    with torch.inference_mode():
        made = generator(torch.from_numpy(latents), torch.tensor([1, 1, 1, 1])).clamp(0, 1) * 255
    found = shop.sample(4, seed=3, label="Bag").array.transpose(0, 3, 1, 2)
    assert np.abs(found - made.numpy()).max() <= 0.51


def test_many_pictures_are_made_in_parts(plain: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = plain.sample(7)
    monkeypatch.setattr("zeuxis.gan.engines.PIXELS", 3 * 256)
    assert np.abs(plain.sample(7).array.astype(int) - whole.array).max() <= 1


def test_parts_are_the_same_pictures(
    plain: Generator, shop: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    for generator in (plain, shop):
        whole = generator.sample(7, seed=3)
        with monkeypatch.context() as patch:
            patch.setattr("zeuxis.gan.engines.PIXELS", 3 * 256)
            parts = list(generator.parts(7, seed=3))
            generator.sample(7, progress=lambda *at: told.append(at))
        assert [len(part) for part in parts] == [3, 3, 1]
        made = np.concatenate([part.array for part in parts]).astype(int)
        assert np.abs(made - whole.array).max() <= 1
        if whole.labels is not None:
            labels = [part.labels for part in parts if part.labels is not None]
            assert np.concatenate(labels).tolist() == whole.labels.tolist()
    assert told == 2 * [(3, 7), (6, 7), (7, 7)]


def test_truncated_styles_are_nearer_to_the_mean_of_their_class(shop: Generator) -> None:
    latents, labels = np.random.default_rng(0).standard_normal((4, 12), np.float32), [0, 1, 0, 1]
    numbers = np.asarray(labels)
    far, near = shop.styles(latents, numbers), shop.styles(latents, numbers, truncation_psi=0.25)
    means = shop.style_mean()
    assert means.shape[0] == 2 and not np.allclose(means[0], means[1])
    assert near == pytest.approx(means[labels] + 0.25 * (far - means[labels]), abs=1e-5)


def test_fully_truncated_there_is_one_picture_a_class(shop: Generator) -> None:
    pictures = shop.sample(6, truncation_psi=0).array.astype(int)
    assert np.abs(pictures[0::2] - pictures[0]).max() <= 1
    assert np.abs(pictures[1::2] - pictures[1]).max() <= 1
    assert np.abs(pictures[0] - shop.pictures(shop.style_mean())[0]).max() <= 1
    assert np.abs(pictures[0] - pictures[1]).max() > 1


def test_classes_are_in_turn_or_chosen(shop: Generator, plain: Generator) -> None:
    assert shop.classes == ("Ankle boot", "Bag") and plain.classes == ()
    samples = shop.sample(5)
    assert samples.labels is not None and samples.labels.tolist() == [0, 1, 0, 1, 0]
    assert samples.columns == 2  # a column a class
    for label in ("bag", "BAG", 1):
        chosen = shop.sample(3, label=label)
        assert chosen.labels is not None and chosen.labels.tolist() == [1, 1, 1]
        assert chosen.columns is None
    assert plain.sample(2).labels is None


def test_classes_without_names_are_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "g.safetensors", "mlp", NAMES)
    tensors, card = load(path)
    save(path, tensors, replace(card, extra=card.extra | {"classes": []}))
    generator = Generator.load(path)
    assert generator.classes == ("0", "1")
    assert generator.sample(1, label="1").labels == [1]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda g: g.sample(0), "there are to be 0 pictures"),
        (lambda g: g.sample(10**10), "10,000,000,000 pictures of 16x16 do not fit into memory"),
        (lambda g: g.pictures(np.broadcast_to(np.float32(0), (2**21, 12))), "do not fit"),
        (lambda g: g.sample(1, seed=-1), "the seed is -1"),
        (lambda g: g.sample(1, truncation_psi=1.5), "truncation is 1.5"),
        (lambda g: g.sample(1, truncation_psi=float("nan")), "truncation is nan"),
        (lambda g: g.sample(1, label="hat"), "knows no class 'hat': choose one of Ankle boot, Bag"),
        (lambda g: g.sample(1, label=2), "knows no class 2"),
        (lambda g: g.sample(1, label=-1), "knows no class -1"),
    ],
)
def test_what_cannot_be_is_refused(
    shop: Generator, ask: Callable[[Generator], object], words: str
) -> None:
    with pytest.raises(ZeuxisError, match=words):
        ask(shop)


def test_who_knows_no_classes_says_so(plain: Generator) -> None:
    with pytest.raises(ZeuxisError, match="knows no classes, so not 'shoe'"):
        plain.sample(1, label="shoe")


def test_spread_is_of_what_latents_decide(plain: Generator, shop: Generator) -> None:
    assert plain.spread() == pytest.approx(np.ones(12), abs=0.05)
    assert shop.spread("bag").shape == shop.style_mean()[0].shape


def test_torch_is_not_needed(files: dict[str, Path]) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['onnx'] = None\n"
        "import zeuxis\n"
        f"samples = zeuxis.Generator.load({str(files['shop'])!r}, threads=1).sample(4)\n"
        "assert samples.array.shape == (4, 16, 16, 3) and samples._repr_png_()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_generator_is_found_by_run_file_and_name(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    with pytest.raises(ZeuxisError, match=r"there is no generator\.safetensors in"):
        finding.find(run)
    (run / "generator.safetensors").write_bytes(files["plain"].read_bytes())
    assert finding.find(run) == run / "generator.safetensors"
    monkeypatch.setattr(finding, "MODELS", files["plain"].parent)
    assert finding.find("shop") == files["shop"]
    with pytest.raises(ZeuxisError, match="no generator tulips: .*, or one of plain, shop"):
        Generator.load("tulips")


def test_other_files_are_refused(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"PNG")
    with pytest.raises(ZeuxisError, match=r"a\.png is no generator"):
        Generator.load(picture)
    onnx = tmp_path / "a.onnx"
    onnx.write_bytes(b"x")
    with pytest.raises(ZeuxisError, match="cannot be looked into"):
        finding.model_file(onnx)


def test_the_folder_of_a_run_has_the_name_that_trainers_give(tmp_path: Path) -> None:
    from zeuxis.training.folder import RunFolder

    assert RunFolder(tmp_path).generator.name == finding.IN_RUN
