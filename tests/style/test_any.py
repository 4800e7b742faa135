"""Training a network that reads styles: what it is taught, what the file paints without torch."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import zeuxis
from zeuxis.data import Crops
from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read, resize, write
from zeuxis.models import Card, load, read_card, save
from zeuxis.perception.vgg import load_vgg
from zeuxis.runtime import Predictor as Reader
from zeuxis.runtime import reading
from zeuxis.style import gallery
from zeuxis.style.model import load_model, new_model
from zeuxis.style.networks.fresco import Fresco
from zeuxis.style.networks.predictor import LAYERS, Predictor
from zeuxis.style.training import any_lesson
from zeuxis.style.training.any_lesson import AnyLesson, AnyModel
from zeuxis.style.training.any_run import train_any
from zeuxis.style.training.any_settings import AnyTrainSettings
from zeuxis.style.training.lessons import eyes
from zeuxis.style.training.run import checkpoint_of
from zeuxis.training.trainer import Report

LITTLE: dict[str, Any] = {
    "steps": 2, "batch_size": 1, "crop_sizes": (64,), "style_crop": 64, "hidden": 8,
    "content_layers": ("relu2_2",), "style_layers": ("relu1_2", "relu2_2"), "learning_rate": 0.1,
    "averaging": 0.0, "precision": "float32", "device": "cpu",
}  # fmt: skip
Train = Callable[..., Card | None]


@pytest.fixture(autouse=True)
def few_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(any_lesson, "DESCRIBED", 8)


@pytest.fixture
def train(paintings: Path, content: Path, styles_file: Path, tmp_path: Path) -> Train:
    def run(**options: Any) -> Card | None:
        settings = AnyTrainSettings(**LITTLE | options.pop("knobs", {}))
        chosen: dict[str, Any] = {
            "paintings": paintings, "content": content, "start": styles_file,
            "output": tmp_path / "any.safetensors",
        }  # fmt: skip
        return train_any(settings=settings, **chosen | options)

    return run


def torchs(path: Path) -> tuple[Fresco, Predictor]:
    """The networks of a file, in torch."""
    tensors, card = load(path)
    state = {
        name: torch.from_numpy(np.asarray(array, np.float32))
        for name, array in tensors.items()
        if not name.startswith("graph.")
    }
    network, predictor = Fresco(**card.extra["network"]), Predictor(**card.extra["predictor"])
    mine = {
        name.removeprefix("predictor."): each
        for name, each in state.items()
        if name.startswith("predictor.")
    }
    predictor.load_state_dict({n: each for n, each in mine.items() if not n.startswith("vgg.")})
    network.load_state_dict(
        {n: each for n, each in state.items() if not n.startswith(("predictor.", "plain"))}
    )
    return network, predictor


def row_in_torch(path: Path, pixels: np.ndarray, side: int) -> torch.Tensor:
    height, width = pixels.shape[:2]
    factor = side / min(height, width)
    size = round(height * factor), round(width * factor)
    painting = torch.from_numpy(resize(pixels, size).transpose(2, 0, 1)[None].copy())
    with torch.no_grad():
        return torchs(path)[1](load_vgg("vgg16")(painting, LAYERS))[0]  # type: ignore[no-any-return]


def test_a_file_that_reads_any_picture(
    train: Train,
    photo: np.ndarray,
    texture: np.ndarray,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sides = 96, 192
    photo = np.rint(photo * 255).astype(np.float32) / 255  # as it is painted
    monkeypatch.setattr(reading, "SHORT_SIDES", sides)
    card = train(knobs={"steps": 3})
    path = tmp_path / "any.safetensors"
    assert card is not None and card == read_card(path) and not checkpoint_of(path).exists()
    tensors, _ = load(path)
    reader = Reader(tensors, path)
    rows = {}
    for name, picture in (("photo", photo), ("texture", texture)):
        for strokes, side in zip((0.0, 1.0), sides, strict=True):
            rows[name, strokes] = reader.row(picture, strokes)
            wanted = row_in_torch(path, picture, side).numpy()
            assert np.abs(rows[name, strokes] - wanted).max() < 1e-3
    assert np.abs(rows["photo", 0.0] - rows["texture", 0.0]).max() > 0.01
    assert np.abs(rows["texture", 0.0] - rows["texture", 1.0]).max() > 0.002

    monkeypatch.setattr(gallery, "ANY", path)
    write(Picture.from_array(texture), tmp_path / "style.png")
    pixels = read(tmp_path / "style.png").pixels
    result = zeuxis.stylize(photo, tmp_path / "style.png", stroke_size=0.0)
    assert result.styles == {"style": 1.0}
    network, _ = torchs(path)
    row = row_in_torch(path, pixels, sides[0])
    with torch.no_grad():
        wanted = network(torch.from_numpy(photo.transpose(2, 0, 1)[None].copy()), row[None])[0]
    gap = np.abs(result.picture.pixels - wanted.permute(1, 2, 0).numpy())
    assert gap.max() < 2e-3 + 0.5 / 255


def test_long_and_small_pictures_are_read(train: Train, tmp_path: Path) -> None:
    train(knobs={"steps": 1})
    tensors, _ = load(tmp_path / "any.safetensors")
    reader, rng = Reader(tensors, tmp_path), np.random.default_rng(0)
    for size in ((1, 1), (1, 40), (3000, 2)):
        row = reader.row(rng.random((*size, 3), np.float32), 0.0)
        assert row.shape == tensors["plain"].shape and np.isfinite(row).all()


def test_the_card(train: Train) -> None:
    card = train(knobs={"seed": 3, "recolor": 0.25})
    assert card is not None and (card.kind, card.seed) == ("fresco", 3)
    assert card.data == "2 pictures of the folder paintings; 2 pictures of the folder photos"
    assert card.extra["styles"] == [] and card.extra["predictor"]["hidden"] == 8
    assert card.command.startswith(
        "zeuxis style train-any paintings --content photos --start styles.safetensors -o"
    )
    assert "--recolor 0.25" in card.command and "--hidden 8" in card.command
    assert card.metrics["steps"] == 2 and card.metrics["style_loss"] > 0


def test_it_begins_from_the_network_and_the_mean_row(
    train: Train, styles_file: Path, tmp_path: Path
) -> None:
    train(knobs={"steps": 1, "learning_rate": 1e-6})
    network, predictor = torchs(tmp_path / "any.safetensors")
    known, _, _ = load_model(styles_file)
    assert known.rows is not None
    for name, tensor in known.network.state_dict().items():
        torch.testing.assert_close(network.state_dict()[name], tensor, rtol=2e-3, atol=1e-4)
    mean = known.rows.detach().mean((0, 1))
    torch.testing.assert_close(predictor.second.bias.detach(), mean, rtol=2e-3, atol=1e-4)


# Stops.


def ctrl_c(report: Report) -> None:
    if report.step == 1:
        signal.raise_signal(signal.SIGINT)


def test_resumed_to_the_bit(train: Train, tmp_path: Path) -> None:
    train(output=tmp_path / "whole.safetensors")
    path = tmp_path / "any.safetensors"
    assert train(callbacks=[ctrl_c]) is None
    assert checkpoint_of(path).exists() and read_card(path).metrics["steps"] == 1
    assert train(resume=True, trace=tmp_path / "t.jsonl") is not None
    assert len((tmp_path / "t.jsonl").read_text().splitlines()) == 1
    whole, again = load(tmp_path / "whole.safetensors")[0], load(path)[0]
    assert {n: a.tobytes() for n, a in whole.items()} == {n: a.tobytes() for n, a in again.items()}


def test_resumed_with_others(
    train: Train, paintings: Path, styles_file: Path, tmp_path: Path
) -> None:
    assert train(callbacks=[ctrl_c]) is None
    other = tmp_path / "other.safetensors"
    tensors, card = load(styles_file)
    save(other, tensors | {"rows": tensors["rows"] + 1}, card)
    with pytest.raises(ZeuxisError, match="a run with other networks to start from: give the same"):
        train(start=other, resume=True)
    (paintings / "tissue.png").write_bytes((paintings / "night.png").read_bytes())
    with pytest.raises(ZeuxisError, match="a run with other paintings: give the same ones"):
        train(resume=True)


# The lesson.


@pytest.fixture
def lesson(paintings: Path, content: Path, styles_file: Path) -> Callable[..., AnyLesson]:
    def make(**knobs: Any) -> AnyLesson:
        settings = AnyTrainSettings(**LITTLE | knobs)
        objective, precision = eyes(settings)
        model = AnyModel.from_styles(load_model(styles_file)[0], 8, 0)
        short_sides = (2 * settings.style_crop, 80)
        crops = [Crops(*each) for each in zip((paintings, content), short_sides, strict=True)]
        return AnyLesson(model, crops[0], crops[1], objective, settings, precision)

    return make


def test_batches(lesson: Callable[..., AnyLesson]) -> None:
    taught = lesson(batch_size=2)
    batch, again = taught.batch(3, 9), taught.batch(3, 9)
    assert batch.photos.shape == batch.paintings.shape == (2, 3, 64, 64)
    assert torch.equal(batch.photos, again.photos) and torch.equal(batch.paintings, again.paintings)
    assert not torch.equal(batch.paintings, taught.batch(4, 9).paintings)


def test_how_often_photographs_stand_in(
    lesson: Callable[..., AnyLesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Crops] = []

    def draw(source: Crops, *_: Any) -> np.ndarray:
        drawn.append(source)
        return np.zeros((3, 64, 64), np.float32)

    monkeypatch.setattr(Crops, "draw", draw)
    for share in (0.0, 0.25, 1.0):
        taught, rng = lesson(photo_share=share), np.random.default_rng(0)
        drawn.clear()
        for _ in range(200):
            taught._painting(rng)
        assert sum(source is taught.crops for source in drawn) / 200 == pytest.approx(
            share, abs=0.1
        )


def test_parts_of_paintings_larger_than_photographs(lesson: Callable[..., AnyLesson]) -> None:
    """Photographs are read at 80 pixels; a style is read from 256 of them all the same."""
    taught = lesson(style_crop=256, photo_share=1.0)
    assert taught.batch(0, 1).paintings.shape == (1, 3, 256, 256)


def test_losses(lesson: Callable[..., AnyLesson]) -> None:
    taught = lesson()
    losses = next(taught.turns(taught.batch(0, 1)))
    assert set(losses) == {"content", "style", "tone", "patch", "tv", "plain"}
    torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
    for name, parameter in taught.model.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), name
    free = lesson(plain_weight=0.0)
    assert "plain" not in next(free.turns(free.batch(0, 1)))


# What is refused.


def test_networks_without_rows(train: Train, tmp_path: Path) -> None:
    johnson = new_model("johnson", {}, [{"name": "a"}], 0)
    path = tmp_path / "johnson.safetensors"
    save(path, johnson.tensors(), Card("j", "johnson", extra=johnson.extra()))
    with pytest.raises(ZeuxisError, match="is a johnson, which has no rows: give a fresco"):
        train(start=path)


def test_other_networks_that_see(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_vgg("vgg16", device="cpu"), "kind", "vgg19")
    with pytest.raises(ZeuxisError, match="vgg16 is a vgg19, but styles are read with a vgg16"):
        train()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"paintings": "none"}, "none"),
        ({"content": "none"}, "none"),
        ({"start": "none.safetensors"}, "none.safetensors does not exist"),
        ({"output": "any.onnx"}, "any.onnx would be a model file"),
        ({"resume": True}, "nothing to resume"),
        ({"knobs": {"photo_share": 2.0}}, "photo_share is 2.0, but must be between 0 and 1"),
        ({"knobs": {"style_layers": ()}}, "style_layers is empty"),
    ],
    ids=str,
)
def test_refused(train: Train, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ZeuxisError, match=message) as caught:
        train(**options)
    assert "\n" not in str(caught.value)


def test_a_model_of_any_style_holds_no_others(train: Train, tmp_path: Path) -> None:
    train()
    with pytest.raises(ZeuxisError) as caught:
        train(start=tmp_path / "any.safetensors", output=tmp_path / "b.safetensors")
    assert "\n" not in str(caught.value)
