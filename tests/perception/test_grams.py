"""Gram matrices of several pictures: against the sums of the paper, and their gradients."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zeuxis.perception.grams import gram


def features(dtype: torch.dtype = torch.float64, last: bool = False) -> Tensor:
    torch.manual_seed(0)
    drawn = torch.randn(2, 3, 4, 5, dtype=torch.float64).to(dtype)
    return drawn.contiguous(memory_format=torch.channels_last) if last else drawn


def test_the_sums_of_the_paper() -> None:
    x = features()
    sums = torch.zeros(2, 3, 3, dtype=torch.float64)
    for n, c, d in ((n, c, d) for n in range(2) for c in range(3) for d in range(3)):
        sums[n, c, d] = sum(x[n, c, i, j] * x[n, d, i, j] for i in range(4) for j in range(5)) / 20
    assert gram(x).dtype == torch.float64
    torch.testing.assert_close(gram(x), sums, rtol=1e-12, atol=0)


@pytest.mark.parametrize("last", [False, True])
def test_gradients(last: bool) -> None:
    x = features(last=last).requires_grad_()
    assert torch.autograd.gradcheck(gram, x)
    weights = torch.randn(2, 3, 3, dtype=torch.float64)  # not symmetric, as no loss is bound to be
    (gradient,) = torch.autograd.grad((gram(x) * weights).sum(), x)
    rows = x.flatten(2)
    plain = (rows @ rows.transpose(1, 2) / 20 * weights).sum()
    torch.testing.assert_close(gradient, torch.autograd.grad(plain, x)[0])


def test_the_layout_in_memory_does_not_matter() -> None:
    assert torch.equal(gram(features(last=True)), gram(features()))


def test_half_precision() -> None:
    exact, rough = features(torch.float32), features(torch.bfloat16)
    found = gram(rough)
    assert found.dtype == torch.float32
    assert (found - gram(exact)).norm() < 0.01 * gram(exact).norm()
    x = rough.requires_grad_()
    (gradient,) = torch.autograd.grad(gram(x).square().sum(), x)
    y = exact.requires_grad_()
    (wanted,) = torch.autograd.grad(gram(y).square().sum(), y)
    assert gradient.dtype == torch.bfloat16
    assert (gradient.float() - wanted).norm() < 0.01 * wanted.norm()
