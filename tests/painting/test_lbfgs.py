"""L-BFGS: it converges, it never rises, and nothing that is not a number gets in."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from zeuxis.painting.lbfgs import LBFGS
from zeuxis.painting.objective import Evaluation, Objective

SIZE = (1, 3, 8, 8)


def descend(lbfgs: LBFGS, steps: int) -> list[float]:
    """The losses, the first included."""
    losses = [lbfgs.now.loss]
    for _ in range(steps):
        if lbfgs.stalled:
            break
        lbfgs.step()
        losses.append(lbfgs.now.loss)
    return losses


def is_falling(losses: list[float]) -> bool:
    return all(after <= before for before, after in pairwise(losses))


@pytest.mark.parametrize("condition", [1.0, 1e2, 1e4])
def test_bowls(functions: Any, condition: float) -> None:
    lbfgs = LBFGS(functions.quadratic(condition, SIZE), torch.zeros(SIZE))
    losses = descend(lbfgs, 400)
    assert losses[-1] < 1e-6 * losses[0]
    assert is_falling(losses)
    assert (lbfgs.picture - 0.5).abs().max() < 0.02


def test_curved_valleys(functions: Any) -> None:
    start = torch.linspace(-1.2, 1.2, 192).reshape(SIZE)
    lbfgs = LBFGS(functions.function(functions.rosenbrock), start)
    losses = descend(lbfgs, 800)
    assert losses[-1] < 1e-4
    assert is_falling(losses)
    assert lbfgs.evaluations < 2 * len(losses)


def test_it_needs_far_fewer_than_steepest_descent(functions: Any) -> None:
    bowl = functions.quadratic(1e3, SIZE)
    ours = descend(LBFGS(bowl, torch.zeros(SIZE)), 100)
    steepest = descend(LBFGS(bowl, torch.zeros(SIZE), history=0), 100)
    assert ours[-1] < 1e-3 * steepest[-1]


@pytest.mark.parametrize("size", [(1, 3, 1, 1), (1, 3, 1, 7), (1, 3, 5, 3)])
def test_odd_sizes(functions: Any, size: tuple[int, ...]) -> None:
    losses = descend(LBFGS(functions.quadratic(10, size), torch.zeros(size)), 60)
    assert losses[-1] < 1e-5 * losses[0]


@pytest.mark.parametrize("beyond", [float("nan"), float("inf")])
@pytest.mark.parametrize("radius", [0.004, 0.2])
def test_it_stays_where_there_are_numbers(functions: Any, radius: float, beyond: float) -> None:
    start = torch.zeros(SIZE)
    guarded = functions.cliff(functions.quadratic(100, SIZE), start, radius, beyond)
    lbfgs = LBFGS(guarded, start)
    losses = descend(lbfgs, 40)
    assert lbfgs.recoveries > 0
    assert torch.isfinite(lbfgs.picture).all() and lbfgs.now.finite
    assert is_falling(losses) and losses[-1] < losses[0]


def test_a_step_that_explodes_is_shortened() -> None:
    def steep(
        x: Tensor,
    ) -> Evaluation:  # exp of 200 times a step of 0.01 rises far beyond the start
        value = x.double().mean()
        loss = (200 * (value - 0.001).abs()).exp()
        slope = 200 * torch.sign(value - 0.001) * loss
        return Evaluation(loss.item(), (slope / x.numel()).float().expand(x.shape).clone(), {})

    lbfgs = LBFGS(steep, torch.zeros(SIZE))
    assert is_falling(descend(lbfgs, 20))


def test_a_minimum_is_known(functions: Any) -> None:
    lbfgs = LBFGS(functions.quadratic(10, SIZE), torch.full(SIZE, 0.5))
    lbfgs.step()
    assert lbfgs.stalled
    assert torch.equal(lbfgs.picture, torch.full(SIZE, 0.5))


def test_a_function_that_only_rises_stalls() -> None:
    """The gradient says down, the function says up: it gives up where it was."""
    calls = [0]

    def liar(x: Tensor) -> Evaluation:
        calls[0] += 1
        return Evaluation(float(calls[0]), torch.ones_like(x), {})

    lbfgs = LBFGS(liar, torch.zeros(SIZE))
    losses = descend(lbfgs, 10)
    assert lbfgs.stalled and losses[-1] == 1.0
    assert not lbfgs.picture.any()


def test_the_start_is_left_alone(functions: Any) -> None:
    start = torch.zeros(SIZE)
    descend(LBFGS(functions.quadratic(10, SIZE), start), 3)
    assert not start.any()


def test_the_first_step_is_a_hundredth_of_the_range(functions: Any) -> None:
    for scale in (1e-3, 1.0, 1e3):
        lbfgs = LBFGS(functions.function(lambda x, s=scale: (s * x).sum()), torch.zeros(SIZE))
        lbfgs.step()
        assert lbfgs.picture.square().mean().sqrt().item() == pytest.approx(0.01, rel=0.3)


def test_pictures(objective: Callable[..., Objective], photo_batch: Tensor) -> None:
    losses = descend(LBFGS(objective(), photo_batch), 12)
    assert is_falling(losses)
    assert losses[-1] < 0.3 * losses[0]


def test_resumed_it_goes_the_same_way(functions: Any) -> None:
    bowl = functions.function(functions.rosenbrock)
    start = torch.linspace(-1.2, 1.2, 192).reshape(SIZE)
    straight, stopped = (LBFGS(bowl, start, history=4) for _ in range(2))
    descend(straight, 20)
    descend(stopped, 7)
    tensors, values = stopped.state()
    resumed = LBFGS.resume(bowl, {k: t.clone() for k, t in tensors.items()}, values, history=4)
    assert resumed.evaluations == stopped.evaluations
    descend(resumed, 13)
    assert torch.equal(resumed.picture, straight.picture)
    assert (resumed.now.loss, resumed.evaluations) == (straight.now.loss, straight.evaluations)
