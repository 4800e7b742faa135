"""From photographs to a model file: what is in it, its two ends, stops, exams, and what is refused."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read, write
from zeuxis.models import Card, load, read_card, save
from zeuxis.runtime.enlarging import GRAPH, SHARP
from zeuxis.training import checkpoint_of
from zeuxis.training.trainer import Report
from zeuxis.upscaling.model import load_network
from zeuxis.upscaling.training.exam import held_back
from zeuxis.upscaling.training.run import train_upscaler
from zeuxis.upscaling.training.settings import UpscaleTrainSettings, check

Little = Callable[..., UpscaleTrainSettings]
Train = Callable[..., Card | None]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "new" / "mine.safetensors"


@pytest.fixture
def train(little: Little, photos: Path, out: Path) -> Train:
    def run(knobs: dict[str, Any] | None = None, **options: Any) -> Card | None:
        settings = little(**knobs or {})
        return train_upscaler(settings=settings, **{"folder": photos, "output": out} | options)

    return run


def ctrl_c_at(step: int) -> Callable[[Report], None]:
    def callback(report: Report) -> None:
        if report.step == step:
            signal.raise_signal(signal.SIGINT)

    return callback


def weights(path: Path) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in load(path)[0].items()}


def test_it_learns(train: Train, out: Path, photo: np.ndarray) -> None:
    """Some steps make it better than the bicubic enlargement that it begins as."""
    found: list[tuple[int, dict[str, float]]] = []
    knobs = {"steps": 60, "batch_size": 4, "learning_rate": 4e-3, "averaging": 0.9}
    card = train(knobs, exam_every=30, examined=lambda step, what: found.append((step, what)))
    assert card is not None and [step for step, _ in found] == [30, 60]
    untrained: list[dict[str, float]] = []
    train(
        {"learning_rate": 1e-6, "steps": 1}, force=True, examined=lambda _, f: untrained.append(f)
    )
    assert found[-1][1]["psnr"] > untrained[0]["psnr"] + 0.3
    assert found[-1][1]["ssim"] > untrained[0]["ssim"]
    assert card.metrics["held_out_psnr"] == pytest.approx(found[-1][1]["psnr"], abs=1e-3)


def test_the_model_file(train: Train, out: Path, photos: Path) -> None:
    card = train()
    tensors, kept = load(out)
    assert card == kept and card is not None
    assert (card.name, card.kind, card.seed) == ("mine", "loupe", 0)
    assert card.data == "3 pictures of the folder photos"
    assert card.command.startswith("zeuxis upscale-train photos -o mine.safetensors --scale 2")
    assert card.extra["network"] == {"scale": 2, "width": 8, "blocks": 1}
    assert (card.extra["scale"], card.extra["margin"]) == (2, 5) and card.extra["bytes"] > 0
    assert not [name for name in tensors if name.startswith(SHARP)]
    assert {a.dtype for n, a in tensors.items() if not n.startswith(GRAPH)} == {np.dtype("f2")}
    network, _, _ = load_network(out)
    assert torch.equal(network.first.weight.half(), torch.from_numpy(tensors["first.weight"]))  # type: ignore[union-attr,arg-type]
    assert not checkpoint_of(out).exists()
    sheet = read(out.with_name("mine.preview.png"))
    assert sheet.width > 3 * sheet.height / 4  # three pictures in a row


def test_two_ends(train: Train, out: Path, tmp_path: Path) -> None:
    """What is sharp is beside what it began as, which stays as it was."""
    train()
    both = tmp_path / "both.safetensors"
    card = train({"perceptual_weight": 0.1, "adversarial_weight": 0.01}, start=out, output=both)
    assert card is not None and "--start mine.safetensors" in card.command
    assert {"pixel_loss", "perceptual_loss", "adversarial_loss", "discriminator_loss"} <= set(
        card.metrics
    )
    faithful, ends = load(out)[0], load(both)[0]
    names = [name for name in faithful if not name.startswith(GRAPH)]
    assert all(np.array_equal(faithful[name], ends[name]) for name in names)
    assert any(not np.array_equal(faithful[name], ends[SHARP + name]) for name in names)
    # Trained further on pixels alone it is a faithful one still: one end.
    more = tmp_path / "more.safetensors"
    train(start=both, output=more)
    assert not [name for name in load(more)[0] if name.startswith(SHARP)]


def test_from_another_scale(train: Train, out: Path, tmp_path: Path) -> None:
    train()
    larger = tmp_path / "larger.safetensors"
    card = train(
        {"scale": 4, "crop": 8, "learning_rate": 1e-6, "steps": 1}, start=out, output=larger
    )
    assert card is not None and card.extra["scale"] == 4
    known, new = load(out)[0], load(larger)[0]
    np.testing.assert_allclose(known["first.weight"], new["first.weight"], atol=1e-3)
    assert new["last.weight"].shape == (48, 8, 3, 3)
    assert abs(new["last.weight"]).max() < 1e-3  # begun anew


@pytest.mark.parametrize(
    "knobs", [{}, {"network": "srresnet", "adversarial_weight": 0.1}], ids=["loupe", "norms"]
)
def test_resumed_to_the_bit(train: Train, tmp_path: Path, knobs: dict[str, Any]) -> None:
    whole, parts = tmp_path / "x" / "m.safetensors", tmp_path / "y" / "m.safetensors"
    train(knobs, output=whole)
    assert train(knobs, output=parts, callbacks=[ctrl_c_at(2)]) is None
    assert checkpoint_of(parts).exists() and load_network(parts)
    assert train(knobs, output=parts, resume=True) is not None
    assert weights(whole) == weights(parts)


def test_the_trace(train: Train, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    train({"steps": 3}, trace=trace, exam_every=2)
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 2, 3, 3]
    assert {"psnr", "ssim", "lpips"} <= set(lines[2]) and "losses" in lines[1]


def test_what_is_held_back_is_not_learned_from(train: Train, photos: Path) -> None:
    kept = held_back(photos)
    assert len(kept) == 1 and held_back(photos) == kept
    kept[0].write_bytes(kept[0].read_bytes())  # still a picture
    card = train()
    assert card is not None and card.data.startswith("3 pictures")


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"perceptual_layers": ()}, "perceptual_layers is empty"),
        ({"pixel_weight": 0.0}, "all weights are 0"),
        ({"network": "johnson-sr", "scale": 3}, "a scale of 2, 4 or 8"),
        ({"scale": 5}, "scale is 5, but must be one of 2, 3, 4, 8"),
        ({"crop": 1}, "crop is 1, but must be between 8 and 512 pixels"),
    ],
)
def test_settings_out_of_range(little: Little, knobs: dict[str, Any], message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        check(little(**knobs))


def test_folders_that_cannot_be_used(train: Train, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ZeuxisError, match="has 0 pictures: give some hundreds"):
        train(folder=empty)
    with pytest.raises(ZeuxisError, match="nowhere"):
        train(folder=tmp_path / "nowhere")
    for name in ("a.png", "b.png"):
        (empty / name).write_bytes(b"no picture")
    with pytest.raises(ZeuxisError, match="no picture can be held back"):
        train(folder=empty)
    for name in ("a.png", "b.png"):
        write(Picture.from_array(np.zeros((8, 8))), empty / name, overwrite=True)
    with pytest.raises(ZeuxisError, match="too small to enlarge 2 times"):
        train(folder=empty)


def test_models_that_cannot_be_started_from(train: Train, out: Path, tmp_path: Path) -> None:
    train()
    with pytest.raises(ZeuxisError, match="start from a loupe of"):
        train({"width": 16}, start=out, output=tmp_path / "o.safetensors")
    with pytest.raises(ZeuxisError, match="start from a srresnet"):
        train({"network": "srresnet"}, start=out, output=tmp_path / "o.safetensors")
    other = tmp_path / "other.safetensors"
    save(other, {"x": np.zeros(1)}, Card(name="x", kind="fresco"))
    with pytest.raises(ZeuxisError, match="is a fresco"):
        train(start=other, output=tmp_path / "o.safetensors")
    save(other, {"x": np.zeros(1)}, read_card(out))
    with pytest.raises(ZeuxisError, match="does not hold the network on its card"):
        train(start=other, output=tmp_path / "o.safetensors")
    with pytest.raises(ZeuxisError, match="exists already"):
        train()
