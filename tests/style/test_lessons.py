"""What a model is taught: paintings and their names, batches, turns, what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read, write
from zeuxis.perception.grams import gram
from zeuxis.style.model import StyleModel, new_model
from zeuxis.style.training.lessons import (
    StyleLesson,
    at_precision,
    begin_from,
    eyes,
    lesson_of,
    photos_of,
)
from zeuxis.style.training.paintings import described, grams_of
from zeuxis.style.training.settings import StyleTrainSettings, check

Little = Callable[..., StyleTrainSettings]
NAMES = [{"name": name} for name in "ab"]


def model_of(settings: StyleTrainSettings, styles: int = 2) -> StyleModel:
    config = {"widths": settings.widths, "blocks": settings.blocks}
    return new_model("fresco", config, [{"name": str(n)} for n in range(styles)], 0)


@pytest.fixture
def lesson(little: Little, painting: Path, another: Path, content: Path) -> StyleLesson:
    settings = little(batch_size=3)
    return lesson_of(model_of(settings), [painting, another], content, settings)


# Names.


def test_names() -> None:
    files = [
        Path(name) for name in ("The_Scream.jpg", "großes  Bild (2).PNG", "神奈川.jpg", "__.jpg")
    ]
    names = [style["name"] for style in described(files, {})]
    assert names == ["the-scream", "großes-bild-2", "神奈川", "style"]


def test_what_is_known_of_a_painting() -> None:
    about = {"b": {"name": "wave", "painter": "Hokusai", "year": 1831}}  # a year as TOML has it
    styles = described([Path("a.jpg"), Path("b.jpg")], about)  # type: ignore[arg-type]
    assert styles == [{"name": "a"}, {"name": "wave", "painter": "Hokusai", "year": "1831"}]


def test_paintings_that_are_not_there() -> None:
    with pytest.raises(ZeuxisError, match=r"'scream' is described but is no painting here"):
        described([Path("a.jpg")], {"scream": {"name": "x"}})


def test_two_of_one_name() -> None:
    with pytest.raises(ZeuxisError, match="two styles would be called 'a-b': rename one"):
        described([Path("A_b.jpg"), Path("x/a-b.png")], {})
    with pytest.raises(ZeuxisError, match="two styles would be called 'b'"):
        described([Path("a.jpg"), Path("b.jpg")], {"a": {"name": "b"}})


# Settings that ranges cannot hold.


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"widths": (16, 48)}, "widths is 16,48, but must be three numbers"),
        ({"widths": ()}, "widths is empty, but must be three numbers"),
        ({"crop_sizes": ()}, "crop_sizes is empty: give at least one"),
        ({"style_sizes": ()}, "style_sizes is empty"),
        ({"content_layers": ()}, "content_layers is empty"),
        ({"style_layers": ()}, "style_layers is empty"),
        ({"zoom": 9.0}, "zoom is 9.0, but must be between 1 and 8"),
    ],
)
def test_settings_that_are_refused(little: Little, knobs: dict[str, object], message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        check(little(**knobs))


# Gram matrices.


def test_grams_of_every_size(little: Little, painting: Path, another: Path) -> None:
    settings = little(style_sizes=(64, 80))
    objective, _ = eyes(settings)
    grams = grams_of([painting, another], objective, settings)
    assert {name: tuple(each.shape) for name, each in grams.items()} == {
        "relu1_2": (2, 2, 64, 64),
        "relu2_2": (2, 2, 128, 128),
    }
    pixels = torch.from_numpy(read(another).resized((80, 120)).batch())  # 96 x 144 at 80
    wanted = gram(objective.see(pixels, {"relu2_2"})["relu2_2"])[0]
    torch.testing.assert_close(grams["relu2_2"][1, 1], wanted)


def test_small_paintings_are_enlarged_a_little_only(
    little: Little, tmp_path: Path, texture: np.ndarray
) -> None:
    write(Picture.from_array(texture[:50, :60]), tmp_path / "small.png")
    settings = little(style_sizes=(65, 2048), style_layers=("relu1_2",))
    grams = grams_of([tmp_path / "small.png"], eyes(settings)[0], settings)["relu1_2"]
    assert torch.equal(grams[0, 0], grams[0, 1])  # 65 is 1.3 times 50, and the most


def test_paintings_that_cannot_be_read(little: Little, tmp_path: Path, content: Path) -> None:
    (tmp_path / "no.png").write_bytes(b"")
    settings = little()
    for name in ("no.png", "none.png"):
        with pytest.raises(ZeuxisError, match=name):
            lesson_of(model_of(settings, 1), [tmp_path / name], content, settings)


# Batches.


def test_batches(lesson: StyleLesson) -> None:
    batch = lesson.batch(5, 9)
    assert batch.photos.shape == (3, 3, 64, 64) and batch.photos.dtype == torch.float32
    assert batch.photos.is_contiguous(memory_format=torch.channels_last)
    again, other = lesson.batch(5, 9), lesson.batch(6, 9)
    for name in ("photos", "styles", "sizes"):
        assert torch.equal(getattr(batch, name), getattr(again, name))
    assert not torch.equal(batch.photos, other.photos)


def test_styles_take_turns(lesson: StyleLesson) -> None:
    """Batches of 3, two styles: whatever the step, each style has had its turn in every two crops."""
    turns = torch.cat([lesson.batch(step, 40).styles for step in range(40)]).tolist()
    rounds = list(zip(turns[::2], turns[1::2], strict=True))
    assert Counter(rounds).keys() == {(0, 1), (1, 0)}
    assert 15 < Counter(rounds)[0, 1] < 45
    sizes = Counter(torch.cat([lesson.batch(step, 40).sizes for step in range(40)]).tolist())
    assert sizes.keys() == {0, 1} and min(sizes.values()) > 35


def test_small_crops_first(little: Little, lesson: StyleLesson) -> None:
    settings = little(crop_sizes=(64, 64, 72), batch_size=1, zoom=1.0)
    rng = np.random.default_rng(0)
    sides = [photos_of(s, 7, rng, lesson.crops, settings).shape[-1] for s in range(7)]
    assert sides == [64, 64, 64, 64, 64, 72, 72]


def test_precision() -> None:
    layer, x = torch.nn.Linear(4, 4), torch.rand(2, 4)
    for precision in (torch.float32, torch.bfloat16):
        with at_precision(x, precision):
            assert layer(x).dtype == precision


# Costs.


def test_each_crop_is_held_to_its_own_painting(lesson: StyleLesson) -> None:
    batch = lesson.batch(0, 4)
    torch.manual_seed(0)
    assert lesson.model.rows is not None
    lesson.model.rows.data += torch.randn_like(lesson.model.rows)
    losses = next(lesson.turns(batch))
    assert set(losses) == {"content", "style", "tone", "patch", "tv", "plain"}
    strokes = batch.sizes.float()
    painted = lesson.model(batch.photos, batch.styles, strokes)
    shares = []
    for n in range(3):
        wanted = {k: g[batch.styles[n], batch.sizes[n]][None] for k, g in lesson.grams.items()}
        one = slice(n, n + 1)
        shares.append(lesson.objective(painted[one], batch.photos[one], wanted)["style"].item())
    assert losses["style"].item() == pytest.approx(np.mean(shares), rel=1e-4)
    assert lesson.model.plain is not None
    first = batch.photos[:1]
    gap = (lesson.model.network(first, lesson.model.plain[None]) - first).abs().mean()
    assert losses["plain"].item() == pytest.approx(4 * gap.item(), rel=1e-4)


def test_no_price_for_giving_back(
    little: Little, painting: Path, content: Path, lesson: StyleLesson
) -> None:
    settings = little(plain_weight=0.0)
    free = lesson_of(model_of(settings, 1), [painting], content, settings)
    assert "plain" not in next(free.turns(free.batch(0, 1)))
    assert lesson.model.plain is not None
    lesson.model.plain.requires_grad_(False)
    assert "plain" not in next(lesson.turns(lesson.batch(0, 1)))


def test_one_size_of_strokes(little: Little, painting: Path, content: Path) -> None:
    settings = little(style_sizes=(64,))
    lesson = lesson_of(model_of(settings, 1), [painting], content, settings)
    assert all(loss.isfinite() for loss in next(lesson.turns(lesson.batch(0, 1))).values())


def test_styles_begin_from_the_nearest_unless_they_are_known(lesson: StyleLesson) -> None:
    """Of three known styles one costs less than the others; its rows are taken, both of them."""
    known = model_of(lesson.settings, 3)
    known.styles = [{"name": name} for name in "abc"]
    known.network.load_state_dict(lesson.model.network.state_dict())
    torch.manual_seed(0)
    assert known.rows is not None and lesson.model.rows is not None
    known.rows.data += torch.randn_like(known.rows)
    photos = lesson.batch(0, 1).photos
    one = torch.ones(len(photos), dtype=torch.long)
    costs = torch.zeros(2, 3)
    with torch.no_grad():
        for number, style in ((n, s) for n in range(2) for s in range(3)):
            wanted = {k: g[number * one, one] for k, g in lesson.grams.items()}
            painted = known(photos, style * one, 0.5 * one)
            costs[number, style] = lesson.objective(painted, photos, wanted)["style"]
    begin_from(known, lesson)
    for number, nearest in enumerate(costs.argmin(1)):
        assert torch.equal(lesson.model.rows[number], known.rows[nearest])
    farthest = int(costs[1].argmax())
    known.styles[farthest]["name"] = lesson.model.styles[1]["name"]
    begin_from(known, lesson)
    assert torch.equal(lesson.model.rows[0], known.rows[costs[0].argmin()])
    assert torch.equal(lesson.model.rows[1], known.rows[farthest])
