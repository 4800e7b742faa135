"""Penalties against slopes one can write down, in double precision."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd import gradcheck

from zeuxis.gan.penalties import gradient_penalty, slope_penalty

SHAPE = (4, 3, 2, 5)


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(seed: int) -> Tensor:
    return torch.rand(SHAPE, dtype=torch.float64, generator=draws(seed))


class Quadratic(nn.Module):
    """D(x) = a |x|² + w.x + b of the class: its slope is 2 a x + w_class."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.tensor(0.7, dtype=torch.float64))
        self.w = nn.Parameter(torch.randn(2, *SHAPE[1:], dtype=torch.float64, generator=draws(9)))

    def forward(self, x: Tensor, labels: Tensor | None) -> Tensor:
        w = self.w[:1] if labels is None else self.w[labels]
        return (self.a * x.square() + w * x).flatten(1).sum(1)

    def slopes(self, x: Tensor, labels: Tensor | None) -> np.ndarray:
        w = self.w[:1] if labels is None else self.w[labels]
        slopes = 2 * self.a * x + w
        return slopes.detach().flatten(1).numpy()


CLASSES = [None, torch.tensor([0, 1, 1, 0])]


@pytest.mark.parametrize("labels", CLASSES, ids=["no classes", "classes"])
def test_slope_penalty_is_the_mean_squared_slope(labels: Tensor | None) -> None:
    judge, x = Quadratic(), pictures(1)
    expected = (judge.slopes(x, labels) ** 2).sum(1).mean()
    assert slope_penalty(judge, x, labels).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("labels", CLASSES, ids=["no classes", "classes"])
@pytest.mark.parametrize("center", [0.0, 1.0])
def test_gradient_penalty_is_taken_between_the_two(labels: Tensor | None, center: float) -> None:
    judge, real, fake = Quadratic(), pictures(1), pictures(2)
    part = torch.rand(4, 1, 1, 1, generator=draws(5)).double()
    assert len(part.unique()) == 4
    norms = np.linalg.norm(judge.slopes(part * real + (1 - part) * fake, labels), axis=1)
    ours = gradient_penalty(judge, real, fake, labels, center, draws(5))
    assert ours.item() == pytest.approx(((norms - center) ** 2).mean(), rel=1e-12)


def test_a_slope_of_one_costs_nothing() -> None:
    """D(x) = n.x, |n| = 1, is what equation 3 of Gulrajani 2017 wants."""
    n = torch.ones(SHAPE[1:], dtype=torch.float64) / np.sqrt(30)

    def judge(x: Tensor, _: Tensor | None) -> Tensor:
        return (x * n).flatten(1).sum(1)

    real, fake = pictures(1), pictures(2)
    assert gradient_penalty(judge, real, fake, None, 1.0, draws()).item() == pytest.approx(0)
    assert gradient_penalty(judge, real, fake, None, 0.0, draws()).item() == pytest.approx(1)
    assert slope_penalty(judge, real).item() == pytest.approx(1)


def test_they_teach_the_parameters() -> None:
    x, y = pictures(1), pictures(2)

    def of(penalty: str, a: Tensor, w: Tensor) -> Tensor:
        def judge(at: Tensor, labels: Tensor | None) -> Tensor:
            return (a * at.square() + w[labels] * at).flatten(1).sum(1)

        labels = CLASSES[1]
        if penalty == "slope":
            return slope_penalty(judge, x, labels)
        return gradient_penalty(judge, x, y, labels, 1.0, draws())

    judge = Quadratic()
    assert gradcheck(lambda a, w: of("slope", a, w), (judge.a, judge.w))
    assert gradcheck(lambda a, w: of("gradient", a, w), (judge.a, judge.w))


def test_nothing_goes_back_into_the_pictures() -> None:
    judge = Quadratic()
    real, fake = pictures(1).requires_grad_(True), pictures(2).requires_grad_(True)
    total = slope_penalty(judge, real) + gradient_penalty(judge, real, fake, None, 1.0, draws())
    total.backward()  # type: ignore[no-untyped-call]
    assert real.grad is None and fake.grad is None
    assert judge.w.grad is not None and judge.w.grad.abs().sum() > 0


def test_a_flat_discriminator_has_finite_slopes() -> None:
    """The norm has a tip at 0; without care its slope there is not a number."""
    judge = nn.Sequential(nn.Flatten(), nn.Linear(30, 1, bias=False), nn.Flatten(0)).double()
    nn.init.zeros_(judge[1].weight)
    penalty = gradient_penalty(lambda x, _: judge(x), pictures(1), pictures(2), None, 1.0, draws())
    penalty.backward()  # type: ignore[no-untyped-call]
    assert penalty.item() == 1.0
    assert judge[1].weight.grad is not None and (judge[1].weight.grad == 0).all()


def test_the_same_draws_give_the_same_penalty() -> None:
    judge, real, fake = Quadratic(), pictures(1), pictures(2)
    first, again, other = (
        gradient_penalty(judge, real, fake, None, 1.0, draws(seed)).item() for seed in (3, 3, 4)
    )
    assert first == again != other
