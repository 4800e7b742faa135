"""DiffAugment against what its paper says of each change."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from zeuxis.errors import ZeuxisError
from zeuxis.gan.augmentation.diffaugment import DiffAugment, changes

POLICIES = [("color",), ("translation",), ("cutout",), ("color", "translation", "cutout")]


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(*shape: int, seed: int = 1) -> Tensor:
    return torch.rand(shape, dtype=torch.float64, generator=draws(seed))


@pytest.mark.parametrize("policy", POLICIES, ids="-".join)
def test_same_draws_same_pictures(policy: tuple[str, ...]) -> None:
    x = pictures(6, 3, 8, 12)
    before, augment = x.clone(), DiffAugment(policy)
    first, again, other = augment(x, draws(3)), augment(x, draws(3)), augment(x, draws(4))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert first.shape == x.shape and first.dtype == x.dtype
    assert torch.equal(x, before)


@pytest.mark.parametrize("policy", POLICIES, ids="-".join)
def test_slopes_go_through(policy: tuple[str, ...]) -> None:
    x = pictures(2, 3, 4, 8).requires_grad_(True)
    augment = DiffAugment(policy)
    assert gradcheck(lambda y: augment(y, draws(5)), (x,))
    assert gradgradcheck(lambda y: augment(y, draws(5)).square(), (x,))


def test_each_picture_has_its_own() -> None:
    x = pictures(1, 3, 16, 16).expand(8, 3, 16, 16)
    out = DiffAugment()(x, draws())
    assert len(out.flatten(1).unique(dim=0)) == 8


def test_no_policy_is_the_identity() -> None:
    x = pictures(2, 1, 4, 4)
    assert DiffAugment(())(x, draws()) is x


def test_an_unknown_change() -> None:
    with pytest.raises(ZeuxisError, match="'blur': choose one of color, translation, cutout"):
        DiffAugment(("color", "blur"))


def test_color_by_hand() -> None:
    """x + b; grey + s (x - grey); mean + c (x - mean)."""
    x = pictures(5, 3, 4, 6)
    b, s, c = torch.rand(3, 5, generator=draws(2)).double().numpy()
    out = DiffAugment(("color",))(x, draws(2)).numpy()
    for i, y in enumerate(x.numpy()):
        y = y + 0.5 * (b[i] - 0.5)
        y = y.mean(0) + 2 * s[i] * (y - y.mean(0))
        y = y.mean() + (0.5 + c[i]) * (y - y.mean())
        np.testing.assert_allclose(out[i], y, rtol=1e-12)


def test_a_grey_picture_has_no_saturation() -> None:
    """One channel and three alike go the same way."""
    x = pictures(5, 1, 4, 6)
    grey = DiffAugment(("color",))(x, draws(2))
    three = DiffAugment(("color",))(x.expand(5, 3, 4, 6), draws(2))
    torch.testing.assert_close(three, grey.expand_as(three), rtol=1e-12, atol=1e-12)


def test_it_goes_beyond_the_range() -> None:
    """No clamp: where it would bite, the generator would learn nothing."""
    x = torch.ones(64, 1, 4, 4)
    out = DiffAugment(("color",))(x, draws())
    assert out.max() > 1.1 and out.min() < 0.9
    assert 0 < out.max() - 1 <= 0.25 and 0 < 1 - out.min() <= 0.25


def test_translation_moves_a_spark() -> None:
    height, width = 16, 24
    x = torch.zeros(400, 2, height, width)
    x[:, :, 8, 12] = 1
    out = DiffAugment(("translation",))(x, draws())
    _, _, rows, columns = torch.nonzero(out == 1, as_tuple=True)
    assert len(rows) == 2 * 400  # one for each channel, never lost
    assert set((rows - 8).tolist()) == set(range(-2, 3))
    assert set((columns - 12).tolist()) == set(range(-3, 4))
    for i, (row, column) in enumerate(zip(rows[::2] - 8, columns[::2] - 12, strict=True)):
        expected = np.full((height, width), 0.5)
        seen = np.roll(x[i, 0].numpy(), (int(row), int(column)), (0, 1))
        inside = np.s_[max(row, 0) : height + min(row, 0), max(column, 0) : width + min(column, 0)]
        expected[inside] = seen[inside]
        np.testing.assert_array_equal(out[i, 0].numpy(), expected)


@pytest.mark.parametrize(("height", "width"), [(8, 12), (7, 10)])
def test_cutout_is_half_of_each_side(height: int, width: int) -> None:
    x = torch.ones(500, 1, height, width)
    cut = (DiffAugment(("cutout",))(x, draws())[:, 0] == 0.5).numpy()
    tall, wide = height // 2, width // 2
    rows, columns = cut.any(2), cut.any(1)
    np.testing.assert_array_equal(cut, rows[:, :, None] & columns[:, None])  # rectangles
    assert rows.sum(1).max() == tall and columns.sum(1).max() == wide
    whole = [r[1:-1].any() and not r[0] and not r[-1] for r in rows]
    assert (rows.sum(1)[whole] == tall).all()
    assert cut.any(0).all()  # anywhere, corners too
    assert rows.sum(1).min() < tall  # and reaching outside


def test_every_change_keeps_the_layout_of_memory() -> None:
    x = pictures(2, 3, 8, 8).float().contiguous(memory_format=torch.channels_last)
    for name in changes.names():
        out = changes.get(name)(x, draws())
        assert out.is_contiguous(memory_format=torch.channels_last), name
