"""One more style in a trained network: the others stay, it is learned, and what is refused."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zeuxis
from zeuxis.errors import ZeuxisError
from zeuxis.images import read
from zeuxis.models import Card, load, read_card, save
from zeuxis.style.graphs import add_graphs
from zeuxis.style.model import new_model
from zeuxis.style.training import run as run_module
from zeuxis.style.training.run import OUR_PHOTOGRAPHS, add_style
from zeuxis.style.training.settings import ADDING, StyleTrainSettings
from zeuxis.training import trainer
from zeuxis.training.trainer import Report

Add = Callable[..., Card | None]


@pytest.fixture
def model(tmp_path: Path, styles_file: Path) -> Path:
    """A network of three styles, to be added to."""
    path = tmp_path / "mine.safetensors"
    path.write_bytes(styles_file.read_bytes())
    return path


@pytest.fixture
def add(
    little: Callable[..., StyleTrainSettings], painting: Path, content: Path, model: Path
) -> Add:
    """Adds a painting."""

    def run(**options: Any) -> Card | None:
        settings = little(plain_weight=0.0, **options.pop("knobs", {}))
        chosen = {"painting": painting, "model_file": model, "content": content} | options
        return add_style(settings=settings, **chosen)

    return run


def test_the_others_stay_as_they_are(add: Add, model: Path, content: Path, painting: Path) -> None:
    before, old = load(model)
    card = add(about={"title": "Tissue"}, knobs={"learning_rate": 0.1, "averaging": 0.0})
    after, new = load(model)
    assert card == new and new.name == "mine"
    assert new.extra["styles"] == [
        *old.extra["styles"],
        {"name": "stained-tissue", "title": "Tissue"},
    ]
    assert new.extra["network"] == old.extra["network"]
    assert after["rows"][:3].tobytes() == before["rows"].tobytes()
    for name in before.keys() - {"rows"}:
        assert before[name].tobytes() == after[name].tobytes(), name
    photo = read(content / "coffee.png").pixels
    painted = zeuxis.stylize(photo, f"{model}#stained-tissue").picture.pixels
    others = [
        zeuxis.stylize(photo, f"{model}#{s['name']}").picture.pixels for s in old.extra["styles"]
    ]
    assert min(np.abs(painted - other).max() for other in others) > 0.005


def test_it_begins_with_the_rows_of_another_and_learns(
    add: Add, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "WARM_UP", 1)
    before = load(model)[0]["rows"]
    styles: dict[float, list[float]] = {}
    for rate in (1e-6, 0.05):  # the same batches for one that stays where it is
        reports: list[Report] = []
        knobs = {"steps": 12, "learning_rate": rate, "row_rate": 1.0}
        add(callbacks=[reports.append], knobs=knobs, force=True)
        assert all(set(r.losses) == {"content", "style", "tone", "patch", "tv"} for r in reports)
        styles[rate] = [report.losses["style"] for report in reports]
        gap = min(np.abs(load(model)[0]["rows"][3] - rows).max() for rows in before)
        assert (gap < 2e-3) == (rate == 1e-6)
    assert styles[0.05][0] == styles[1e-6][0]
    assert all(b < 0.97 * a for a, b in zip(styles[1e-6][-5:], styles[0.05][-5:], strict=True))


def test_into_another_file(add: Add, model: Path, tmp_path: Path) -> None:
    content, target = model.read_bytes(), tmp_path / "more.safetensors"
    card = add(output=target, about={"name": "tissue"})
    assert model.read_bytes() == content
    assert card is not None and card == read_card(target) and card.name == "more"
    with pytest.raises(ZeuxisError, match=r"more.safetensors exists already; use --force"):
        add(output=target)


def test_a_name_that_is_taken(add: Add, model: Path) -> None:
    before = load(model)[0]["rows"]
    with pytest.raises(ZeuxisError, match=r"has a style 'great-wave' already: give another name"):
        add(about={"name": "great-wave"})
    assert load(model)[0]["rows"].tobytes() == before.tobytes()
    card = add(about={"name": "great-wave"}, force=True)
    assert card is not None
    assert [s["name"] for s in card.extra["styles"]] == ["starry-night", "scream", "great-wave"]
    after = load(model)[0]["rows"]
    assert after[:2].tobytes() == before[[0, 2]].tobytes()
    assert after[2].tobytes() != before[1].tobytes()


def test_the_only_style_is_replaced(add: Add, tmp_path: Path) -> None:
    one = new_model("fresco", {"widths": (4, 6, 8)}, [{"name": "a"}], 0)
    card = Card("one", "fresco", extra=one.extra())
    path = tmp_path / "one.safetensors"
    save(path, add_graphs(one.tensors(), card), card)
    added = add(model_file=path, about={"name": "a"}, force=True)
    assert added is not None and added.extra["styles"] == [{"name": "a"}]
    assert load(path)[0]["rows"].shape == one.tensors()["rows"].shape


def test_ctrl_c_writes_what_there_is(add: Add, model: Path) -> None:
    def ctrl_c(report: Report) -> None:
        signal.raise_signal(signal.SIGINT)

    steps: list[Report] = []
    assert add(callbacks=[ctrl_c, steps.append], knobs={"steps": 50}) is None
    assert len(steps) == 1
    assert read_card(model).extra["styles"][-1] == {"name": "stained-tissue"}


def test_trace(add: Add, tmp_path: Path) -> None:
    add(trace=tmp_path / "t.jsonl")
    assert len((tmp_path / "t.jsonl").read_text().splitlines()) == 4


def test_photographs_come_with_zeuxis(
    add: Add, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FoundError(Exception):
        pass

    def lesson_of(_: Any, paintings: Any, content: Path, settings: Any) -> Iterator[None]:
        assert content == OUR_PHOTOGRAPHS and len(list(content.glob("*.webp"))) == 4
        raise FoundError

    monkeypatch.setattr(run_module, "lesson_of", lesson_of)
    with pytest.raises(FoundError):
        add(content=None)


def test_what_adding_begins_from() -> None:
    assert ADDING.minutes is not None and ADDING.plain_weight == 0


# What is refused.


def test_networks_that_hold_one_style(add: Add, tmp_path: Path) -> None:
    johnson = new_model("johnson", {}, [{"name": "a"}], 0)
    path = tmp_path / "johnson.safetensors"
    save(path, johnson.tensors(), Card("j", "johnson", extra=johnson.extra()))
    with pytest.raises(ZeuxisError, match="is a johnson, which holds one style: train a fresco"):
        add(model_file=path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model_file": "none.safetensors"}, "none.safetensors does not exist"),
        ({"model_file": "none.pth"}, "give a name that ends in .safetensors"),
        ({"painting": "none.png"}, "none.png"),
        ({"content": "nowhere"}, "nowhere"),
        ({"knobs": {"crop_sizes": ()}}, "crop_sizes is empty"),
    ],
    ids=str,
)
def test_refused(add: Add, model: Path, options: dict[str, Any], message: str) -> None:
    before = model.read_bytes()
    with pytest.raises(ZeuxisError, match=message) as caught:
        add(**options)
    assert "\n" not in str(caught.value) and model.read_bytes() == before
