"""The quick score: near for pictures alike, far for others, and it sees when all are the same."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zeuxis.metrics import quick
from zeuxis.metrics.quick import QuickScore


def squares(count: int, seed: int, *, channels: int = 3) -> Tensor:
    """Bright squares at random places of a dark picture, count x channels x 16 x 16."""
    draws = torch.Generator().manual_seed(seed)
    pictures = torch.rand(count, channels, 16, 16, generator=draws) * 0.1
    for picture, (x, y) in zip(
        pictures, torch.randint(0, 11, (count, 2), generator=draws), strict=True
    ):
        picture[:, y : y + 5, x : x + 5] += 0.8
    return pictures


def test_like_is_near_and_unlike_is_far() -> None:
    score = QuickScore([squares(40, 0)])
    near, far = score([squares(40, 1)]), score([torch.rand(40, 3, 16, 16)])
    assert 5 * near.distance < far.distance
    assert near.variety == pytest.approx(1, abs=0.3)
    assert near.distinctness == pytest.approx(1, abs=0.3)


def test_itself_is_at_zero() -> None:
    pictures = squares(30, 0, channels=1)
    score = QuickScore(pictures.split(7))(pictures.split(11))
    assert score.distance < 1e-3 and score.variety == pytest.approx(1, rel=1e-4)
    assert score.distinctness == 1


def test_pictures_that_are_all_the_same_have_no_variety() -> None:
    score = QuickScore([squares(30, 0)])
    assert score([squares(1, 1).repeat(30, 1, 1, 1)]).variety < 0.01


def test_a_few_pictures_again_and_again_are_varied_but_not_distinct() -> None:
    score = QuickScore([squares(30, 0)])([squares(5, 1).repeat(6, 1, 1, 1)])
    assert score.variety > 0.5
    assert score.distinctness < 0.01


def test_a_reference_of_copies_has_nothing_to_be_distinct_from() -> None:
    assert QuickScore([squares(3, 0).repeat(4, 1, 1, 1)])([squares(12, 1)]).distinctness == 1


def test_large_pictures_are_seen_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at them is to cost little; the same picture four times as large is the same picture."""
    smooth = torch.nn.functional.interpolate(
        torch.rand(12, 3, 5, 5), size=(96, 128), mode="bicubic"
    )
    large = torch.nn.functional.interpolate(smooth, scale_factor=4, mode="bilinear")
    sizes = set()
    vgg = quick.load_vgg("vgg16")

    def seeing(pictures: Tensor, layers: list[str]) -> dict[str, Tensor]:
        sizes.add(tuple(pictures.shape[2:]))
        return vgg(pictures, layers)

    monkeypatch.setattr(quick, "load_vgg", lambda *_, **__: seeing)
    score = QuickScore([smooth])
    assert score([large]).distance < 1e-3 * score([torch.rand(12, 3, 96, 128)]).distance
    assert sizes == {(96, 128)}
