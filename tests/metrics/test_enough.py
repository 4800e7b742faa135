"""Too few pictures are refused before any is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from zeuxis import ZeuxisError
from zeuxis.metrics.enough import check_counts
from zeuxis.metrics.folders import evaluate_folder
from zeuxis.metrics.sets import evaluate
from zeuxis.metrics.settings import USUAL, EvaluateSettings


class Blind(nn.Module):
    """Counts what it is shown."""

    seen = 0

    def forward(self, x: Tensor) -> Tensor:
        self.seen += len(x)
        return x.mean((2, 3))


@dataclass(frozen=True)
class Set:
    """What data sets look like."""

    pictures: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...] = ()


def some(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 255, (count, 8, 8, 3), dtype=np.uint8)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Takes down what the default network is shown, in `made` with 3 pictures, `real` with 10."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    for name, count in (("made", 3), ("real", 10), ("one", 1), ("none", 0)):
        Path(name).mkdir()
        for number, pixels in enumerate(some(count)):
            Image.fromarray(pixels).save(Path(name) / f"{number}.png")
    told: list[str] = []
    return told


@pytest.mark.parametrize(
    ("metrics", "made", "real", "sentence"),
    [
        (USUAL, 3, None, "precision, recall, density, coverage need 6 pictures of either side, but 3 "
         "made ones are there: give more, or choose other metrics"),
        (("recall",), None, 5, "recall needs 6 pictures of either side, but 5 real ones are there"),
        (("fid",), 1, 9, "a set of pictures to be measured needs two at least, but has 1"),
        (("fid", "inception_score"), 9, 9, "inception_score needs 10 made pictures, but 9 are there"),
    ],
)  # fmt: skip
def test_what_is_too_few(
    metrics: tuple[str, ...], made: int | None, real: int | None, sentence: str
) -> None:
    with pytest.raises(ZeuxisError, match=f"^{sentence}"):
        check_counts(metrics, made, real)


def test_what_is_enough() -> None:
    check_counts(USUAL, 6, 6)
    check_counts(("fid", "kid"), 2, 2)
    check_counts(("inception_score",), 10, 2)
    check_counts(USUAL, None, None)


@pytest.mark.parametrize(
    ("made", "real", "sentence"),
    [
        ("made", "real", "need 6 pictures of either side, but 3 made ones"),
        ("real", "made", "need 6 pictures of either side, but 3 real ones"),
        ("real", "one", "needs two at least, but has 1"),
        ("real", "none", "there are no pictures in none"),
        ("real", "nothing", "the folder nothing does not exist"),
    ],
)
def test_folders(made: str, real: str, sentence: str, folders: list[str]) -> None:
    with pytest.raises(ZeuxisError, match=sentence):
        evaluate_folder(made, real, progress=lambda what, *_: folders.append(what))
    assert folders == []


def test_broken_files_count_before_the_other_folder_is_looked_at(folders: list[str]) -> None:
    for number in range(5):
        Path(f"real/{number}.png").write_bytes(b"\x89PNG broken")
    Path("made").rename("others")
    Path("real").rename("made")
    for number, pixels in enumerate(some(7)):
        Image.fromarray(pixels).save(f"others/more-{number}.png")
    with pytest.raises(ZeuxisError, match="but 5 made ones are there"):
        evaluate_folder("made", "others", progress=lambda what, *_: folders.append(what))
    assert folders == ["made pictures seen"]


def test_a_network_that_is_no_classifier(folders: list[str]) -> None:
    settings = EvaluateSettings(metrics=("fid", "inception_score"))
    with pytest.raises(ZeuxisError, match="needs a classifier, which vgg16 .* is not"):
        evaluate_folder("real", "real", settings, progress=lambda what, *_: folders.append(what))
    assert folders == []


@pytest.mark.parametrize(
    ("made", "real", "how", "seen", "sentence"),
    [
        (some(5), some(9), {}, 0, "but 5 made ones"),
        (some(9), torch.zeros(5, 3, 8, 8), {}, 0, "but 5 real ones"),
        (some(9), iter([some(9)[:5]]), {}, 14, "but 5 real ones"),
        (iter([some(5)]), some(9), {}, 5, "but 5 made ones"),
        (some(9), Set(some(9), np.arange(9) % 2), {"per_class": True}, 0, "made pictures have no classes"),
        (Set(some(9), np.arange(9) % 2), Set(some(9), np.arange(9) // 8, ("dog", "cat")),
         {"per_class": True}, 0, "there are 1 real pictures of class cat"),
    ],
)  # fmt: skip
def test_sets(made: object, real: object, how: dict[str, bool], seen: int, sentence: str) -> None:
    network = Blind()
    with pytest.raises(ZeuxisError, match=sentence):
        evaluate(made, real, network=network, **how)  # type: ignore[arg-type]
    assert network.seen == seen
