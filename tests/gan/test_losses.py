"""The losses as the papers write them, in double precision, one term at a time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from zeuxis.errors import ZeuxisError
from zeuxis.gan.losses import losses
from zeuxis.gan.settings import LOSSES

REAL = [1.3, -0.4, 0.2, 2.1, -1.7]
FAKE = [-0.6, 0.9, -2.2, 0.1, 1.6]
N = len(REAL)
Terms = Callable[[list[float], list[float]], float]


def sigmoid(t: float) -> float:
    return 1 / (1 + math.exp(-t))


def mean(terms: list[float]) -> float:
    return sum(terms) / len(terms)


def equation_1(real: list[float], fake: list[float]) -> float:
    """V(D, G) of Goodfellow 2014, which D ascends and G descends."""
    of_real = mean([math.log(sigmoid(x)) for x in real])
    return of_real + mean([math.log(1 - sigmoid(z)) for z in fake])


def average(real: list[float], fake: list[float]) -> float:
    """Jolicoeur-Martineau 2019: D~(x) = s(C(x) - E C(x_f)), D~(z) = s(C(x_f) - E C(x_r))."""
    of_real = mean([math.log(sigmoid(x - mean(fake))) for x in real])
    return -of_real - mean([math.log(1 - sigmoid(z - mean(real))) for z in fake])


def pairing(real: list[float], fake: list[float]) -> float:
    return mean([-math.log(sigmoid(x - z)) for x, z in zip(real, fake, strict=True)])


def squares(real: list[float], fake: list[float]) -> float:
    return mean([(x - 1) ** 2 for x in real]) / 2 + mean([z**2 for z in fake]) / 2


def no_real(of_fake: Callable[[float], float]) -> Terms:
    return lambda _, fake: mean([of_fake(z) for z in fake])


CLOSED: dict[str, tuple[Terms, Terms]] = {
    "minimax": (lambda r, f: -equation_1(r, f), no_real(lambda z: math.log(1 - sigmoid(z)))),
    "non_saturating": (lambda r, f: -equation_1(r, f), no_real(lambda z: -math.log(sigmoid(z)))),
    "least_squares": (squares, no_real(lambda z: (z - 1) ** 2 / 2)),
    "root_least_squares": (
        lambda r, f: math.sqrt(squares(r, f)),
        lambda _, f: math.sqrt(mean([(z - 1) ** 2 for z in f])),
    ),
    "wasserstein": (lambda r, f: mean(f) - mean(r), no_real(lambda z: -z)),
    "hinge": (
        lambda r, f: mean([max(0, 1 - x) for x in r]) + mean([max(0, 1 + z) for z in f]),
        no_real(lambda z: -z),
    ),
    "relativistic_average": (average, lambda r, f: average(f, r)),
    "relativistic_pairing": (pairing, lambda r, f: pairing(f, r)),
}


def logits(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def of_generator(name: str, fake: Tensor, real: Tensor) -> Tensor:
    loss = losses.get(name)
    return loss.generator(fake, real if loss.needs_real else None)


def test_every_setting_is_a_loss_and_has_a_closed_form_here() -> None:
    assert set(losses.names()) == set(LOSSES) == set(CLOSED)
    with pytest.raises(ZeuxisError, match="there is no loss 'perceptual': choose one of"):
        losses.get("perceptual")


@pytest.mark.parametrize("name", LOSSES)
def test_both_sides_are_the_papers(name: str) -> None:
    discriminator, generator = CLOSED[name]
    real, fake = logits(REAL), logits(FAKE)
    ours = losses.get(name).discriminator(real, fake)
    assert ours.item() == pytest.approx(discriminator(REAL, FAKE), rel=1e-12)
    assert of_generator(name, fake, real).item() == pytest.approx(generator(REAL, FAKE), rel=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_slopes(name: str) -> None:
    real, fake = logits(REAL), logits(FAKE)
    assert gradcheck(losses.get(name).discriminator, (real, fake))
    assert gradcheck(lambda f: of_generator(name, f, real.detach()), (fake,))


@pytest.mark.parametrize("name", LOSSES)
def test_each_side_pulls_its_way(name: str) -> None:
    """D pulls real logits up against made ones, G pulls made ones up."""
    real, fake = logits([0.5, -0.5]), logits([0.7, -0.2])
    up, down = torch.autograd.grad(losses.get(name).discriminator(real, fake), (real, fake))
    assert up.sum() < 0 < down.sum()
    (lifts,) = torch.autograd.grad(of_generator(name, fake, real), fake)
    assert lifts.sum() < 0


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_certainty_stays_finite(name: str, size: float) -> None:
    real = torch.full((3,), size, requires_grad=True)
    fake = torch.full((3,), -size, requires_grad=True)
    for value in (losses.get(name).discriminator(real, fake), of_generator(name, fake, real)):
        slopes = torch.autograd.grad(value, (real, fake), allow_unused=True)
        assert value.isfinite() and all(s.isfinite().all() for s in slopes if s is not None)


def test_why_it_is_not_to_saturate() -> None:
    """Where D is sure, G's slope is s(D) of minimax, about 0, and s(D) - 1 of the other, about -1."""
    slope = {}
    for name in ("minimax", "non_saturating"):
        fake = logits([-8.0])
        (slope[name],) = torch.autograd.grad(of_generator(name, fake, fake), fake)
    assert slope["minimax"].item() == pytest.approx(-sigmoid(-8), rel=1e-12)
    assert slope["non_saturating"].item() == pytest.approx(sigmoid(-8) - 1, rel=1e-12)


def test_the_root_has_no_slope_where_all_labels_are_met() -> None:
    real, fake = logits([1.0] * N), logits([0.0] * N)
    slopes = torch.autograd.grad(
        losses.get("root_least_squares").discriminator(real, fake), (real, fake)
    )
    assert all((slope == 0).all() for slope in slopes)
    (slope,) = torch.autograd.grad(of_generator("root_least_squares", real, fake), real)
    assert (slope == 0).all()


def test_the_root_pulls_as_hard_near_the_labels_as_far_from_them() -> None:
    sizes = []
    for distance in (1e-6, 1.0, 1e3):
        fake = logits((1 + distance * np.array([1, -1, 1, -1.0])).tolist())
        (slope,) = torch.autograd.grad(of_generator("root_least_squares", fake, fake), fake)
        sizes.append(slope.norm().item())
    assert sizes == pytest.approx([0.5] * 3, rel=1e-6)


@pytest.mark.parametrize("name", ["relativistic_average", "relativistic_pairing"])
def test_only_differences_count(name: str) -> None:
    real, fake = logits(REAL), logits(FAKE)
    loss = losses.get(name).discriminator
    assert loss(real + 7, fake + 7).item() == pytest.approx(loss(real, fake).item(), rel=1e-12)


def test_a_relativistic_loss_wants_both() -> None:
    with pytest.raises(ValueError, match="give their logits"):
        losses.get("relativistic_pairing").generator(logits(FAKE), None)
