"""From paintings to a model file: what is in it, what it paints, stops, and what is refused."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import zeuxis
from zeuxis.errors import ZeuxisError
from zeuxis.images import read
from zeuxis.models import Card, load, read_card
from zeuxis.style import gallery
from zeuxis.style.model import load_model
from zeuxis.style.training import run as run_module
from zeuxis.style.training.run import checkpoint_of, train_styles
from zeuxis.style.training.settings import StyleTrainSettings
from zeuxis.training import trainer
from zeuxis.training.trainer import Report

Little = Callable[..., StyleTrainSettings]
Train = Callable[..., Card | None]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "new" / "mine.safetensors"


@pytest.fixture
def train(little: Little, painting: Path, another: Path, content: Path, out: Path) -> Train:
    """Trains on two paintings."""

    def run(**options: Any) -> Card | None:
        settings = little(**options.pop("knobs", {}))
        chosen: dict[str, Any] = {"paintings": [painting, another], "content": content}
        return train_styles(settings=settings, **{"output": out} | chosen | options)

    return run


def ctrl_c_at(step: int) -> Callable[[Report], None]:
    def callback(report: Report) -> None:
        if report.step == step:
            signal.raise_signal(signal.SIGINT)

    return callback


def weights(path: Path) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in load(path)[0].items()}


def test_a_model_that_paints(train: Train, out: Path, content: Path) -> None:
    card = train(about={"night": {"title": "Night", "year": "1889"}}, knobs={"averaging": 0.0})
    assert card is not None and card == read_card(out) and not checkpoint_of(out).exists()
    assert [path.name for path in out.parent.iterdir()] == ["mine.safetensors"]
    photo = read(content / "coffee.png").pixels[:61, :45]
    model, _, _ = load_model(out)
    batch = torch.from_numpy(photo.transpose(2, 0, 1)[None].copy())
    for number, name in enumerate(["stained-tissue", "night"]):
        for strokes in (0.0, 0.5, 1.0):
            painted = zeuxis.stylize(photo, f"{out}#{name}", stroke_size=strokes).picture.pixels
            with torch.no_grad():
                wanted = model(batch, torch.tensor([number]), torch.tensor([strokes]))[0]
            assert painted.shape == photo.shape
            # eight bits, and half precision on disk
            assert np.abs(painted - wanted.permute(1, 2, 0).numpy()).max() < 2e-3 + 0.5 / 255


def test_the_card(train: Train, out: Path, content: Path) -> None:
    card = train(
        about={"night": {"title": "Night", "year": "1889"}},
        output=out.with_name("my styles.safetensors"),
        knobs={"seed": 7, "style_weight": 2.5},
    )
    assert card is not None
    assert (card.name, card.kind, card.seed) == ("my styles", "fresco", 7)
    assert card.data == "2 pictures of the folder photos"
    assert card.extra["network"] == {"widths": [4, 6, 8], "blocks": 1, "fine_blocks": 1}
    assert card.extra["styles"] == [
        {"name": "stained-tissue"},
        {"name": "night", "title": "Night", "year": "1889"},
    ]
    command = card.command
    assert command.startswith("zeuxis style train Stained_Tissue.png night.png --content photos ")
    assert "--style-weight 2.5" in command and "--seed 7" in command
    assert "--widths 4,6,8" in command and "--row-rate" not in command
    assert " -o 'my styles.safetensors' --" in command and str(content.parent) not in command
    assert card.metrics["steps"] == 4
    parts = {"content", "style", "tone", "patch", "tv", "plain"}
    assert set(card.metrics) == {"steps", "seconds", *(f"{part}_loss" for part in parts)}


def test_the_same_seed_the_same_bytes(train: Train, out: Path) -> None:
    files = [out.with_name(f"{name}.safetensors") for name in "abc"]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        train(output=file, knobs={"seed": seed})
    first, same, other = map(weights, files)
    assert first == same and first["rows"] != other["rows"]


def test_the_averaged_weights_are_kept(train: Train, out: Path) -> None:
    last = out.with_name("last.safetensors")
    train()
    train(output=last, knobs={"averaging": 0.0})
    assert weights(out)["last.weight"] != weights(last)["last.weight"]


def test_it_learns(train: Train, painting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "WARM_UP", 3)
    reports: list[Report] = []
    knobs = {"steps": 25, "learning_rate": 0.03, "batch_size": 1, "plain_weight": 0.0}
    train(paintings=[painting], callbacks=[reports.append], knobs=knobs)
    losses = [report.losses["style"] for report in reports]
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


def test_johnson(train: Train, out: Path, painting: Path, content: Path) -> None:
    card = train(paintings=[painting], knobs={"network": "johnson", "steps": 1, "batch_size": 1})
    assert (
        card is not None
        and card.kind == "johnson"
        and card.extra["network"] == {"norm": "instance"}
    )
    assert not {"rows", "plain"} & set(load(out)[0]) and "plain_loss" not in card.metrics
    photo = read(content / "coffee.png").pixels[:40, :44]
    painted = zeuxis.stylize(photo, out).picture.pixels
    with torch.no_grad():
        wanted = load_model(out)[0].network(torch.from_numpy(photo.transpose(2, 0, 1)[None].copy()))
    assert np.abs(painted - wanted[0].permute(1, 2, 0).numpy()).max() < 2e-3 + 0.5 / 255


def test_from_another_network(train: Train, out: Path, tmp_path: Path) -> None:
    assert train(knobs={"steps": 1}) is not None
    first, tensors = load_model(out)[:2]
    still = {"learning_rate": 1e-6, "averaging": 0.0, "steps": 1, "seed": 5}
    other = tmp_path / "other.safetensors"
    card = train(start=out, output=other, knobs=still | {"widths": (8, 8, 8)})
    assert card is not None and "--start mine.safetensors" in card.command
    assert card.extra["network"] == first.network.config  # of the shape that it begins from
    for name, tensor in load_model(other)[1].items():
        if not name.startswith("graph."):
            assert np.abs(tensor.astype(float) - tensors[name]).max() < 1e-3, name


def test_from_another_network_stopped_and_gone_on_with(
    train: Train, out: Path, tmp_path: Path
) -> None:
    assert train(knobs={"steps": 1}) is not None
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    assert train(start=out, output=whole) is not None
    assert train(start=out, output=parts, callbacks=[ctrl_c_at(1)]) is None
    assert train(start=out, output=parts, resume=True) is not None
    assert weights(parts) == weights(whole)


def test_half_precision(train: Train, out: Path) -> None:
    assert train(knobs={"precision": "bfloat16", "steps": 2}) is not None
    assert all(np.isfinite(a).all() for a in load(out)[0].values() if a.dtype == np.float16)


# Stops.


def test_ctrl_c_writes_the_model_and_keeps_the_checkpoint(
    train: Train, out: Path, content: Path, tmp_path: Path
) -> None:
    train(output=tmp_path / "whole.safetensors")
    assert train(callbacks=[ctrl_c_at(2)]) is None
    assert checkpoint_of(out).exists() and read_card(out).metrics["steps"] == 2
    photo = read(content / "coffee.png").pixels
    assert zeuxis.stylize(photo, f"{out}#night").picture.pixels.shape == photo.shape
    with pytest.raises(ZeuxisError, match="exists already; use --force"):
        train()
    assert train(callbacks=[ctrl_c_at(1)], force=True, knobs={"seed": 1}) is None  # begun anew
    with pytest.raises(ZeuxisError, match="belongs to a run with other settings"):
        train(resume=True)
    assert train(resume=True, knobs={"seed": 1}) is not None
    assert not checkpoint_of(out).exists()
    assert weights(out)["rows"] != weights(tmp_path / "whole.safetensors")["rows"]


def test_resumed_to_the_bit(train: Train, out: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.safetensors"
    train(output=whole)
    for stop in (1, 3):
        assert train(callbacks=[ctrl_c_at(stop)], resume=stop > 1) is None
    assert train(resume=True) is not None
    assert weights(out) == weights(whole)


@pytest.mark.parametrize("others", [["Stained_Tissue"], ["night", "Stained_Tissue"]], ids=str)
def test_resumed_with_other_paintings(train: Train, tmp_path: Path, others: list[str]) -> None:
    train(callbacks=[ctrl_c_at(1)])
    with pytest.raises(ZeuxisError, match="belongs to a run with other paintings") as caught:
        train(paintings=[tmp_path / f"{name}.png" for name in others], resume=True)
    assert "\n" not in str(caught.value)


def test_resumed_when_a_painting_has_been_replaced(
    train: Train, painting: Path, another: Path
) -> None:
    train(callbacks=[ctrl_c_at(1)])
    own = painting.read_bytes()
    painting.write_bytes(another.read_bytes())
    with pytest.raises(ZeuxisError, match="belongs to a run with other paintings"):
        train(resume=True)
    painting.write_bytes(own)
    assert train(resume=True) is not None


def test_nothing_to_resume(train: Train) -> None:
    with pytest.raises(ZeuxisError, match="nothing to resume"):
        train(resume=True)


# Previews and traces.


def test_previews_and_trace(train: Train, out: Path, content: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    options = {"preview_photos": [content / "coffee.png"], "preview_every": 2, "trace": trace}
    train(callbacks=[ctrl_c_at(3)], **options)
    sheet = read(out.with_name("mine.preview.jpg"))
    assert (sheet.height, sheet.width) == (256, 3 * 384)
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3]
    assert {"step", "steps", "losses", "seconds", "recoveries"} == set(lines[0])
    train(resume=True, **options)
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4]
    train(output=out.with_name("b.safetensors"), trace=trace)
    assert len(trace.read_text().splitlines()) == 4  # a new run, a new trace


def test_previews_change_nothing(train: Train, out: Path, content: Path) -> None:
    train()
    other = out.with_name("other.safetensors")
    train(output=other, preview_photos=[content / "coffee.png"], preview_every=1)
    assert weights(out) == weights(other)


# What is refused, before any work.


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: Any) -> None:
        raise AssertionError("it has begun")

    monkeypatch.setattr(run_module, "lesson_of", work)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"paintings": []}, "there is no style: give at least one painting"),
        ({"about": {"nihgt": {}}}, "'nihgt' is described but is no painting here"),
        ({"about": {"night": {"name": "stained-tissue"}}}, "two styles would be called"),
        ({"knobs": {"network": "johnson"}}, "johnson holds one style, but there are 2 paintings"),
        ({"knobs": {"steps": 0}}, "steps is 0, but must be at least 1"),
        ({"knobs": {"widths": (4, 6)}}, "widths is 4,6, but must be three numbers"),
        ({"output": "mine.pth"}, "mine.pth would be a model file: give a name that ends in"),
    ],
    ids=str,
)
def test_refused(train: Train, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ZeuxisError, match=message) as caught:
        train(**options)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_work")
def test_places_that_take_no_file(train: Train, out: Path, tmp_path: Path) -> None:
    out.parent.mkdir()
    out.write_bytes(b"dear")
    with pytest.raises(ZeuxisError, match=r"mine.safetensors exists already; use --force"):
        train()
    assert out.read_bytes() == b"dear"
    with pytest.raises(ZeuxisError, match=r"cannot write .*; choose another folder"):
        train(output=out / "deeper.safetensors")  # in a file
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(ZeuxisError, match="it is a folder"):
        train(output=tmp_path / "folder.safetensors", force=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"content": "none"}, "none"),
        ({"paintings": ["none.jpg"]}, r"none\.jpg"),
        ({"knobs": {"vgg": "vgg99"}}, "vgg99"),
        ({"knobs": {"style_layers": ("relu7_1",)}}, "no layer 'relu7_1'"),
        ({"preview_photos": ["none.jpg"]}, r"none\.jpg"),
        ({"trace": "none/trace.jsonl"}, r"cannot write the trace none/trace.jsonl"),
        ({"start": "none.safetensors"}, r"none\.safetensors"),
        ({"start": gallery.ANY}, "any.safetensors has no styles of its own: give a"),
    ],
    ids=str,
)
def test_what_cannot_be_read(train: Train, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ZeuxisError, match=message) as caught:
        train(**options)
    assert "\n" not in str(caught.value)
