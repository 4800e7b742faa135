"""Adaptive augmentation: its controller, and the pipeline as a whole."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from zeuxis.gan.augmentation.ada import AdaptiveAugment
from zeuxis.gan.augmentation.chances import Chances


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(*shape: int, seed: int = 1) -> Tensor:
    return torch.rand(shape, dtype=torch.float64, generator=draws(seed))


def augment(p: float, **settings: bool) -> AdaptiveAugment:
    made = AdaptiveAugment(**settings)  # type: ignore[arg-type]
    made.p = p
    return made


def test_it_starts_as_the_identity() -> None:
    x, generator = pictures(3, 3, 8, 8), draws()
    before = generator.get_state()
    made = AdaptiveAugment()
    assert made.p == 0 and made(x, generator) is x
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize("shape", [(6, 3, 8, 8), (6, 1, 8, 8), (6, 3, 6, 10), (6, 1, 12, 5)])
@pytest.mark.parametrize("is_antialiased", [True, False])
def test_same_draws_same_pictures(shape: tuple[int, ...], is_antialiased: bool) -> None:
    x = pictures(*shape)
    before, made = x.clone(), augment(0.8, is_antialiased=is_antialiased)
    first, again, other = made(x, draws(3)), made(x, draws(3)), made(x, draws(4))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.shape == x.shape and first.dtype == x.dtype and first.isfinite().all()
    assert torch.equal(x, before)


@pytest.mark.parametrize("channels", [1, 3])
def test_slopes_go_through(channels: int) -> None:
    x, made = pictures(2, channels, 4, 6).requires_grad_(True), augment(1.0)
    assert gradcheck(lambda y: made(y, draws(5)), (x,))


def test_at_a_low_p_most_pictures_stay_as_they_are() -> None:
    """With 11 changes of RGB, (1 - p)^11 of them untouched at least: a change may be drawn to be none."""
    x = pictures(2000, 3, 4, 4)
    same = ((augment(0.02)(x, draws()) - x).abs().amax((1, 2, 3)) < 1e-6).double().mean()
    assert 0.98**11 - 0.03 < same < 0.98**8 + 0.03


def test_each_picture_has_its_own() -> None:
    x = pictures(1, 3, 16, 16).expand(8, 3, 16, 16)
    assert len(augment(1.0)(x, draws()).flatten(1).unique(dim=0)) == 8


def test_it_goes_beyond_the_range() -> None:
    out = augment(1.0)(pictures(32, 3, 8, 8), draws())
    assert out.max() > 1.1 and out.min() < -0.1


def test_p_takes_half_a_million_pictures_from_0_to_1() -> None:
    made = AdaptiveAugment()
    path = []
    for _ in range(500_000 // 64 + 4):
        made.update(0.9, 64)
        path.append(made.p)
    assert path[2] == 0 and path[3] == pytest.approx(4 * 64 / 500_000)
    assert path[3906 - 1] == path[3904 - 1] == pytest.approx(3904 * 64 / 500_000)
    assert path[-1] == 1.0


def test_p_falls_when_the_discriminator_is_unsure_and_never_below_0() -> None:
    made = augment(0.5)
    made.kimg = 1
    for _ in range(4):
        made.update(0.3, 25)
    assert made.p == pytest.approx(0.4)
    for _ in range(400):
        made.update(-1.0, 25)
    assert made.p == 0.0


def test_p_rests_at_the_target() -> None:
    made = augment(0.5)
    for _ in range(8):
        made.update(0.6, 32)
    assert made.p == 0.5


def test_four_batches_are_heard_together() -> None:
    """Three a little below the target, one far above: on the whole above."""
    made = augment(0.5)
    for signs in (0.55, 0.55, 0.55, 1.0):
        assert made.p == 0.5
        made.update(signs, 32)
    assert made.p > 0.5


def test_it_goes_on_from_its_state() -> None:
    signs = [0.9, 0.1, 0.8, 0.9, 0.2, 0.7, 0.9, 0.65, 0.5, 0.9]
    straight = AdaptiveAugment(kimg=1)
    for each in signs:
        straight.update(each, 16)
    half = AdaptiveAugment(kimg=1)
    for each in signs[:6]:
        half.update(each, 16)
    rest = AdaptiveAugment(kimg=1)
    rest.restore(half.state())
    for each in signs[6:]:
        rest.update(each, 16)
    assert rest.state() == straight.state() and straight.p > 0
    assert all(type(value) in (int, float) for value in rest.state().values())


def test_amounts_have_the_papers_distributions() -> None:
    many, p = torch.zeros(40_000, 1, 1, 1, dtype=torch.float64), 0.3
    chances = Chances(many, p, draws())
    uniform, whole = chances.uniform(-2, 4), chances.whole(4)
    normal, factor = chances.normal(0.5, columns=2), chances.factor(0.2)
    certain = chances.uniform(-2, 4, p=1.0)
    for amounts, neutral in ((uniform, 0), (normal[:, :1], 0), (factor, 1)):
        happened = (amounts != neutral).double().mean().item()
        assert happened == pytest.approx(p, abs=0.01)
    assert certain.min() >= -2 and certain.max() < 4
    assert certain.mean().item() == pytest.approx(1, abs=0.03)
    assert certain.std().item() == pytest.approx(6 / 12**0.5, abs=0.03)
    assert [(whole == k).double().mean().item() for k in range(4)] == pytest.approx(
        [1 - p * 3 / 4, p / 4, p / 4, p / 4], abs=0.01
    )
    assert ((normal[:, 0] == 0) == (normal[:, 1] == 0)).all()
    assert normal[normal != 0].std().item() == pytest.approx(0.5, abs=0.01)
    logarithms = factor[factor != 1].log2()
    assert logarithms.mean().item() == pytest.approx(0, abs=0.01)
    assert logarithms.std().item() == pytest.approx(0.2, abs=0.01)
