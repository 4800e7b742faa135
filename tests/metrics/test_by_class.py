"""Moments of each class: of all pictures, as long as there is room."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zeuxis.metrics import by_class, gathering
from zeuxis.metrics.describing import describe
from zeuxis.metrics.frechet import Moments
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.network import FeatureNetwork
from zeuxis.metrics.sets import Evaluation, evaluate

COUNT, DIM, CLASSES = 6000, 5, 30


def rows(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Of one kind, whatever the class."""
    draws = np.random.default_rng(seed)
    return draws.normal(size=(COUNT, DIM)).astype(np.float32), np.arange(COUNT) % CLASSES


def measured() -> Evaluation:
    sides = (SetFeatures.of(each, "net", labels=labels) for each, labels in map(rows, (0, 1)))
    return evaluate(*sides, metrics=["fid"], per_class=True)


def test_all_pictures_count_and_not_those_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = measured()
    monkeypatch.setattr(gathering, "ROOM", 4 * DIM * 300)  # of 6,000, ten a class
    found = measured()
    for name, value in expected.per_class.items():
        assert found.per_class[name].value == pytest.approx(value.value, rel=1e-6)
    assert found.warnings == expected.warnings and len(found.warnings) == 1


def test_want_of_room_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = measured().values["intra_fid"].value
    monkeypatch.setattr(gathering, "ROOM", 4 * DIM * 600)
    monkeypatch.setattr(by_class, "ROOM", 8 * DIM**2 * (CLASSES - 1))
    found = measured()
    assert found.values["intra_fid"].value > 3 * expected  # of twenty pictures a class
    assert sum("intra_fid: of 600 of the 6,000" in each for each in found.warnings) == 2
    assert not any("smallest class" in each for each in found.warnings)  # 200 pictures, 5 features


def test_who_did_not_ask_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "ROOM", 4 * DIM * 600)
    sides = (SetFeatures.of(each, "net", labels=labels) for each, labels in map(rows, (0, 1)))
    made, real = (replace(each, by_class=None) for each in sides)
    found = evaluate(made, real, metrics=["fid"], per_class=True).warnings
    assert (
        "intra_fid: of 600 of the 6,000 made pictures, drawn at random; it is of all if they are "
        "described with per_class"
    ) in found


def test_moments_are_those_of_the_class() -> None:
    features, labels = rows(0)
    found = SetFeatures.of(features, "net", labels=labels).by_class
    assert found is not None and found.counts == dict.fromkeys(range(CLASSES), 200)
    for label, moments in found.moments.items():
        expected = Moments.of(features[labels == label])
        np.testing.assert_allclose(moments.mean, expected.mean, atol=1e-12)
        np.testing.assert_allclose(moments.covariance, expected.covariance, atol=1e-12)


def test_they_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path))
    looks: list[int] = []

    def see(pictures):  # type: ignore[no-untyped-def]
        looks.append(len(pictures))
        return pictures.mean((2, 3)), None

    class Set:
        pictures = np.random.default_rng(0).integers(0, 256, (30, 4, 4, 3), np.uint8)
        labels = np.array([-1, 0, *[1, 4] * 14])
        digest = "these"

    network = FeatureNetwork("colours", see, 3, key="colours")
    assert describe(Set(), network, kept=True).by_class is None
    first, second = (describe(Set(), network, per_class=True, kept=True).by_class for _ in "ab")
    assert looks == [30, 30]
    assert first is not None and second is not None
    assert first.counts == second.counts == {0: 1, 1: 14, 4: 14}
    assert [*first.moments] == [*second.moments] == [1, 4]
    for label, moments in first.moments.items():
        np.testing.assert_array_equal(moments.mean, second.moments[label].mean)
        np.testing.assert_array_equal(moments.covariance, second.moments[label].covariance)
