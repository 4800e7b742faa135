"""A generator for other programs: one ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from zeuxis import Generator, ZeuxisError
from zeuxis.gan import exporting
from zeuxis.gan.exporting import export
from zeuxis.gan.model import save_generator
from zeuxis.gan.networks import Shape, networks
from zeuxis.models import Card


def write(path: Path, network: str, classes: int) -> Path:
    """The file of a generator that has learned nothing."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        shape = Shape(16, 16, 1, classes, latent_dim=12, capacity=0.125)
        generator = networks.get(network).build(shape)[0].eval()
        labels = torch.arange(classes) if classes else None
        means = generator.mapping(torch.randn(max(1, classes), 12), labels)
    card = Card("shop", "generator", extra={"network": network, "classes": []})
    save_generator(path, generator, means, card)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("m") / "modern.safetensors", "modern", 2)


@pytest.fixture(scope="module")
def onnx(model: Path) -> Path:
    export(model, model.with_suffix(".onnx"))
    return model.with_suffix(".onnx")


def test_any_program_can_run_it(model: Path, onnx: Path) -> None:
    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    latents = np.random.default_rng(0).standard_normal((3, 12), np.float32)
    labels = np.array([1, 0, 1])
    light = Generator.load(model, threads=1)
    for psi in (1.0, 0.5):
        feed = {"latents": latents, "labels": labels}
        feed |= (
            {} if psi == 1 else {"truncation": np.array(psi, np.float32)}
        )  # which may be left out
        (made,) = session.run(["pictures"], feed)
        wanted = light.synthesis(light.styles(latents, labels, psi))
        assert made.shape == (3, 1, 16, 16) and np.abs(made - wanted).max() < 1e-4
        assert made.min() >= 0 and made.max() <= 1


def test_it_is_sampled_as_its_model_file_is(model: Path, onnx: Path) -> None:
    exported, whole = (Generator.load(each, threads=1) for each in (onnx, model))
    assert exported.classes == whole.classes == ("0", "1")
    for options in ({"truncation_psi": 0.7}, {"label": "1", "seed": 4}):
        made = [each.sample(5, **options).array.astype(int) for each in (exported, whole)]
        assert np.abs(made[0] - made[1]).max() <= 1


def test_it_cannot_be_looked_into(onnx: Path) -> None:
    exported = Generator.load(onnx)
    latents = np.zeros((1, 12), np.float32)
    for ask in (
        lambda: exported.styles(latents, np.zeros(1, np.int64)),
        lambda: exported.synthesis(latents),
        exported.style_mean,
        exported.spread,
    ):
        with pytest.raises(ZeuxisError, match=r"give the model file \(\.safetensors\)"):
            ask()


def test_without_classes_there_are_no_labels(tmp_path: Path) -> None:
    export(write(tmp_path / "g.safetensors", "mlp", 0), tmp_path / "g.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "g.onnx", providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == ["latents"]
    assert Generator.load(tmp_path / "g.onnx").sample(2).array.shape == (2, 16, 16, 1)


def test_a_model_file_in_half_the_space(model: Path, tmp_path: Path) -> None:
    export(model, tmp_path / "half.safetensors", half=True)
    assert (tmp_path / "half.safetensors").stat().st_size < model.stat().st_size
    made = [Generator.load(each).sample(4) for each in (model, tmp_path / "half.safetensors")]
    assert np.abs(made[0].array.astype(int) - made[1].array).max() <= 1


def test_what_cannot_be_is_refused(model: Path, onnx: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeuxisError, match=r"g\.pth is no name for a generator"):
        export(model, tmp_path / "g.pth")
    with pytest.raises(ZeuxisError, match="half precision is for"):
        export(model, tmp_path / "g.onnx", half=True)
    with pytest.raises(ZeuxisError, match="exists already"):
        export(model, onnx)
    with pytest.raises(ZeuxisError, match="cannot be looked into"):
        export(onnx, tmp_path / "g.onnx")
    export(model, onnx, force=True)


def test_a_graph_that_differs_is_not_written(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "EQUAL", -1.0)
    with pytest.raises(ZeuxisError, match="away from torch's"):
        export(model, tmp_path / "g.onnx")
    assert not (tmp_path / "g.onnx").exists()


def test_other_onnx_files_are_refused(onnx: Path, tmp_path: Path) -> None:
    import onnx as library

    broken = tmp_path / "broken.onnx"
    broken.write_bytes(onnx.read_bytes()[:1000])
    with pytest.raises(ZeuxisError, match=r"cannot use .*broken\.onnx"):
        Generator.load(broken)
    model = library.load(onnx)
    del model.metadata_props[:]
    library.save(model, tmp_path / "bare.onnx")
    with pytest.raises(ZeuxisError, match="has no Zeuxis card"):
        Generator.load(tmp_path / "bare.onnx")
