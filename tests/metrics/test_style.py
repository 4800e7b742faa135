"""Judging painted photos: the numbers that painting goes by, and ArtFID's construction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from zeuxis import ZeuxisError
from zeuxis.images import Picture, Size, write
from zeuxis.metrics.frechet import Moments, fid
from zeuxis.metrics.lpips import Lpips
from zeuxis.metrics.network import FeatureNetwork
from zeuxis.metrics.style import StyleJudge, art_fid


@pytest.fixture(scope="module")
def lpips() -> Lpips:
    return Lpips()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of 96 pixels seen at about their own size, for the sake of speed."""
    monkeypatch.setattr("zeuxis.metrics.style.LONGEST", 96)
    monkeypatch.setattr("zeuxis.metrics.style.STROKES", 96)


def test_as_training_has_them(
    photo: np.ndarray, texture: np.ndarray, lpips: Lpips, tmp_path: Path
) -> None:
    """At the sizes of benchmarks/networks.py: `quality` measures the same."""
    from zeuxis.style.training.objective import Objective
    from zeuxis.style.training.paintings import grams_of
    from zeuxis.style.training.settings import StyleTrainSettings

    write(Picture.from_array(texture), tmp_path / "painting.png")
    settings = replace(
        StyleTrainSettings(), style_sizes=(96,), content_weight=1.0, style_weight=1.0
    )
    objective = Objective(lpips.vgg, settings)
    painted = np.clip(0.5 * photo + 0.3 * photo[::-1], 0, 1)
    pictures = [Picture.from_array(each).resized(Size(longest=96)) for each in (painted, photo)]
    batches = [torch.from_numpy(each.batch()) for each in pictures]
    grams = grams_of([tmp_path / "painting.png"], objective, settings)
    with torch.no_grad():
        expected = objective(*batches, {layer: each[:, 0] for layer, each in grams.items()})
    found = StyleJudge([tmp_path / "painting.png"], lpips)(painted, photo)
    assert found.style_loss == pytest.approx(expected["style"].item(), rel=1e-5)
    assert found.content_loss == pytest.approx(expected["content"].item(), rel=1e-5)
    assert found.lpips == pytest.approx(lpips(*batches).item(), rel=1e-5)


def test_the_sizes_are_those_of_training(monkeypatch: pytest.MonkeyPatch) -> None:
    from zeuxis.metrics import style
    from zeuxis.style.training.settings import StyleTrainSettings

    monkeypatch.undo()
    settings = StyleTrainSettings()
    assert sorted(settings.style_sizes)[1] == style.STROKES
    assert settings.style_layers == style.STYLE_LAYERS
    assert settings.content_layers == (style.CONTENT_LAYER,)


def test_the_photo_has_its_contents_and_the_painting_its_style(
    photo: np.ndarray, texture: np.ndarray, lpips: Lpips
) -> None:
    judge = StyleJudge([texture], lpips)
    same = judge(photo, photo)
    assert (same.content_loss, same.lpips) == (0, 0) and same.style_loss > 0.1
    painting = judge(texture[:, :96], texture[::-1])
    assert painting.style_loss == pytest.approx(0, abs=1e-9)
    assert painting.content_loss > 0 and painting.lpips > 0
    assert judge.art_fid is None


def test_the_nearest_painting_is_named(
    photo: np.ndarray, texture: np.ndarray, lpips: Lpips
) -> None:
    judge = StyleJudge([photo, texture], lpips)
    assert judge(texture[:, ::-1], texture).painting == 1
    assert judge(photo[:, ::-1], photo).painting == 0


def test_a_photo_of_another_size_but_not_of_another_shape(
    photo: np.ndarray, texture: np.ndarray, lpips: Lpips
) -> None:
    judge = StyleJudge([texture], lpips)
    half = Picture.from_array(photo).resized(Size.parse("50%"))
    assert judge(half, photo).lpips < 0.2
    with pytest.raises(ZeuxisError, match=r"\(96x96\) was not painted from a picture \(144x96\)"):
        judge(texture, photo)


def test_art_fid_in_closed_form(photo: np.ndarray, texture: np.ndarray, lpips: Lpips) -> None:
    """With mean colours for features: (1 + mean LPIPS) (1 + FID)."""
    assert art_fid(0.25, 2.0) == 3.75
    assert art_fid(0, 0) == 1
    colors = FeatureNetwork("colours", lambda x: (x.mean((2, 3)), None), 3)
    paintings = [texture, 1 - texture, texture[..., ::-1]]
    judge = StyleJudge(paintings, lpips, colors)
    results = [photo[:, ::-1], photo * 0.5, photo**2]
    distances = [judge(result, photo).lpips for result in results[:1]]
    assert judge.art_fid is None and judge.cautions == ()  # one result has no spread
    distances += [judge(result, photo).lpips for result in results[1:]]
    rows = [
        np.stack(
            [Picture.from_array(p).resized(Size(longest=96)).pixels.mean((0, 1)) for p in side]
        )
        for side in (results, paintings)
    ]
    frechet = fid(*(Moments.of(side) for side in rows))
    assert judge.art_fid == pytest.approx((1 + np.mean(distances)) * (1 + frechet), rel=1e-4)
    (caution,) = judge.cautions
    assert caution.startswith("ArtFID is of 3 pictures but 3 features, which are too few")


def test_no_painting_and_a_broken_one(lpips: Lpips, tmp_path: Path) -> None:
    with pytest.raises(ZeuxisError, match="give one at least"):
        StyleJudge([], lpips)
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ZeuxisError, match=r"a\.png is damaged"):
        StyleJudge([tmp_path / "a.png"], lpips)


def test_what_is_too_narrow_is_told(
    photo: np.ndarray, texture: np.ndarray, lpips: Lpips, tmp_path: Path
) -> None:
    """A strip would have no pixel left before the last of the layers."""
    strip = tmp_path / "strip.png"
    write(Picture.from_array(np.zeros((10, 1000, 3), np.uint8)), strip)
    with pytest.raises(
        ZeuxisError, match=r"strip\.png \(1000x10\) is too narrow: .* at 96x1 pixels"
    ):
        StyleJudge([texture], lpips)(strip, strip)
    with pytest.raises(ZeuxisError, match=r"strip\.png .* at 1300x13 pixels, where 16 a side"):
        StyleJudge([strip], lpips)
    wider = photo[:16]
    assert StyleJudge([wider], lpips)(photo, photo).lpips == 0
    colors = FeatureNetwork("colours", lambda x: (x.mean((2, 3)), None), 3)
    with pytest.raises(
        ZeuxisError, match=r"a picture \(144x16\) is too narrow: .* at 96x11 pixels"
    ):
        StyleJudge([wider], lpips, colors)
