"""Averages of weights, against a sequence worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from zeuxis.training.averaging import Average


class Number(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.x = nn.Parameter(torch.zeros(1, dtype=torch.float64))
        self.frozen = nn.Parameter(torch.tensor([0.1]), requires_grad=False)


def followed(decay: float) -> list[float]:
    """The averages of 10, 20, 30, after a start at 0."""
    number, found = Number(), []
    average = Average(number, decay)
    for value in (10.0, 20.0, 30.0):
        number.x.data.fill_(value)
        average.update(number)
        found.append(average.values["x"].item())
    return found


def test_the_first_weights_are_soon_forgotten() -> None:
    first = 9 / 11 * 10  # decays of 2/11, 3/12, 4/13
    second = 3 / 12 * first + 9 / 12 * 20
    third = 4 / 13 * second + 9 / 13 * 30
    assert followed(0.999) == pytest.approx([first, second, third], rel=1e-12)


def test_the_decay_is_the_most() -> None:
    first = 0.9 * 10
    assert followed(0.1) == pytest.approx([first, 0.1 * first + 18, 0.1 * (0.1 * first + 18) + 27])
    assert followed(0.0) == [10, 20, 30]


def test_swap_there_and_back() -> None:
    number = Number()
    average = Average(number, 0.5)
    number.x.data.fill_(8.0)
    average.update(number)
    kept = average.values["x"].item()
    average.swap(number)
    assert (number.x.item(), average.values["x"].item()) == (kept, 8.0)
    assert number.x.requires_grad
    average.swap(number)
    assert (number.x.item(), average.values["x"].item()) == (8.0, kept)


def test_what_stays_is_not_changed_by_rounding() -> None:
    number = Number()
    average = Average(number, 0.999)
    for _ in range(50):
        average.update(number)
    assert torch.equal(average.values["frozen"], number.frozen)
