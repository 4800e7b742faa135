"""Adam: the paper's steps, and a way back from a loss that explodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from zeuxis.painting.adam import BETA1, BETA2, EPSILON, Adam
from zeuxis.painting.objective import Evaluation, Objective

SIZE = (1, 3, 8, 8)


def descend(adam: Adam, steps: int) -> None:
    for _ in range(steps):
        adam.step()


def test_its_steps_are_those_of_torch(functions: Any) -> None:
    bowl = functions.quadratic(100, SIZE)
    start = torch.linspace(0, 1, 192).reshape(SIZE)
    ours = Adam(bowl, start, learning_rate=0.02)
    theirs = start.clone().requires_grad_(True)
    torch_adam = torch.optim.Adam([theirs], lr=0.02, betas=(BETA1, BETA2), eps=EPSILON)
    for _ in range(25):
        ours.step()
        theirs.grad = bowl(theirs).gradient
        torch_adam.step()
    torch.testing.assert_close(ours.picture, theirs.detach(), rtol=1e-4, atol=1e-5)


def test_bowls(functions: Any) -> None:
    adam = Adam(functions.quadratic(100, SIZE), torch.zeros(SIZE), learning_rate=0.02)
    first = adam.now.loss
    descend(adam, 300)
    assert adam.now.loss < 1e-3 * first
    assert adam.evaluations == 301


@pytest.mark.parametrize("beyond", [float("nan"), float("inf"), 1e9])
def test_it_comes_back_from_where_there_are_no_numbers(functions: Any, beyond: float) -> None:
    start = torch.zeros(SIZE)
    guarded = functions.cliff(functions.quadratic(100, SIZE), start, 0.05, beyond)
    adam = Adam(guarded, start, learning_rate=0.04)
    first = adam.now.loss
    descend(adam, 30)
    assert adam.recoveries > 0 and adam.learning_rate < 0.04
    assert torch.isfinite(adam.picture).all() and adam.now.finite
    assert adam.now.loss < first


def test_it_gives_up_where_every_step_explodes() -> None:
    start = torch.zeros(SIZE)

    def trap(x: Tensor) -> Evaluation:
        loss = 1.0 if torch.equal(x, start) else float("nan")
        return Evaluation(loss, torch.ones_like(x), {})

    adam = Adam(trap, start)
    descend(adam, 20)
    assert adam.stalled and torch.equal(adam.picture, start)


def test_pictures(objective: Callable[..., Objective], photo_batch: Tensor) -> None:
    adam = Adam(objective(), photo_batch)
    first = adam.now.loss
    descend(adam, 15)
    assert adam.now.loss < 0.6 * first


def test_resumed_it_goes_the_same_way(functions: Any) -> None:
    bowl = functions.quadratic(100, SIZE)
    straight, stopped = (Adam(bowl, torch.zeros(SIZE), 0.02) for _ in range(2))
    descend(straight, 20)
    descend(stopped, 7)
    tensors, values = stopped.state()
    resumed = Adam.resume(bowl, {k: t.clone() for k, t in tensors.items()}, values)
    descend(resumed, 13)
    assert torch.equal(resumed.picture, straight.picture)
    assert resumed.evaluations == straight.evaluations
