"""Functions with known minima, to descend on; each takes 1x3xHxW and gives an `Evaluation`."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from zeuxis.painting.objective import Evaluation

Function = Callable[[Tensor], Evaluation]


def function(of: Callable[[Tensor], Tensor]) -> Function:
    """From a formula to what the optimizers ask for."""

    def evaluate(picture: Tensor) -> Evaluation:
        leaf = picture.detach().requires_grad_(True)
        loss = of(leaf)
        (gradient,) = torch.autograd.grad(loss, leaf)
        return Evaluation(loss.item(), gradient, {"all": loss.item()})

    return evaluate


def quadratic(condition: float, size: tuple[int, ...]) -> Function:
    """A bowl whose axes' curvatures go from 1 to `condition`; its minimum, 0, is at 0.5 everywhere."""
    count = math.prod(size)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(1))
    curvature = (condition ** torch.linspace(0, 1, count))[order].reshape(size)
    return function(lambda x: (curvature * (x - 0.5) ** 2).sum())


def rosenbrock(x: Tensor) -> Tensor:
    """Curved valleys, one for each pair of values; the minimum, 0, is at 1 everywhere."""
    a, b = x.reshape(-1, 2).T
    return ((1 - a) ** 2 + 100 * (b - a**2) ** 2).sum()


def cliff(evaluate: Function, start: Tensor, radius: float, beyond: float) -> Function:
    """`evaluate`, but `beyond` further than `radius` (root mean square) from `start`."""

    def guarded(picture: Tensor) -> Evaluation:
        there = evaluate(picture)
        if (picture - start).square().mean().sqrt() <= radius:
            return there
        return Evaluation(beyond, there.gradient * float("nan"), {"all": beyond})

    return guarded
