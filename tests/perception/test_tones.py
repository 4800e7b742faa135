"""Losses that look at a painting from afar, against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from zeuxis.perception.tones import patch_loss, tone_loss


def squares(*rows: list[float], side: int) -> Tensor:
    """A grey picture of squares, 1 x 3 x H x W."""
    grid = torch.tensor(rows, dtype=torch.float64)
    grey = grid.repeat_interleave(side, 0).repeat_interleave(side, 1)
    return grey.expand(1, 3, *grey.shape)


def noisy(picture: Tensor, side: int) -> Tensor:
    """With fine texture that no square's mean shows."""
    noise = (
        torch.randn(picture.shape, dtype=torch.float64).unfold(2, side, side).unfold(3, side, side)
    )
    noise = 0.1 * (noise - noise.mean((4, 5), keepdim=True))
    return picture + noise.transpose(3, 4).reshape(picture.shape)


def test_tone_is_a_correlation() -> None:
    photo, picture = (
        squares([0.2, 0.4], [0.6, 0.8], side=8),
        squares([0.1, 0.1], [0.1, 0.5], side=8),
    )
    # Less their means: (-.3 -.1 .1 .3) and (-.1 -.1 -.1 .3).
    correlation = (0.03 + 0.01 - 0.01 + 0.09) / math.sqrt(0.2 * 0.12)
    assert tone_loss(picture, photo).item() == pytest.approx(1 - correlation, abs=1e-3)
    assert tone_loss(photo, photo).item() == pytest.approx(0, abs=1e-3)
    assert tone_loss(1 - photo, photo).item() == pytest.approx(2, abs=1e-3)


def test_tone_leaves_strokes_and_contrast_alone() -> None:
    photo = squares([0.2, 0.4], [0.6, 0.8], side=8)
    assert tone_loss(noisy(0.1 + 0.5 * photo, 8), photo).item() == pytest.approx(0, abs=1e-3)


def test_patches_are_steps_that_the_photo_has_not() -> None:
    picture = squares([0.2, 0.5], [0.2, 0.7], side=16)
    flat = torch.full_like(picture, 0.5)
    across, down = 3 * (0.3 + 0.5) / 2, 3 * (0.0 + 0.2) / 2
    assert patch_loss(picture, flat).item() == pytest.approx(across + down)
    assert patch_loss(noisy(picture, 16), flat).item() == pytest.approx(across + down)
    assert patch_loss(flat, picture).item() == 0


def test_steps_of_the_photo_excuse_those_of_the_painting() -> None:
    picture, photo = (
        squares([0.2, 0.5], [0.2, 0.5], side=16),
        squares([0, 0.05], [0, 0.05], side=16),
    )
    assert patch_loss(picture, photo).item() == pytest.approx(0.9 * math.exp(-20 * 0.15))


@pytest.mark.parametrize("loss", [tone_loss, patch_loss])
def test_each_picture_for_itself(loss: object) -> None:
    torch.manual_seed(0)
    pictures, photos = torch.rand(2, 2, 3, 32, 48, dtype=torch.float64)
    together = loss(pictures, photos)  # type: ignore[operator]
    alone = [loss(pictures[n : n + 1], photos[n : n + 1])[0] for n in range(2)]  # type: ignore[operator]
    torch.testing.assert_close(together, torch.stack(alone))
    x = pictures[:1, :, :32, :32].requires_grad_()
    assert torch.autograd.gradcheck(lambda x: loss(x, photos[:1, :, :32, :32]), x, fast_mode=True)  # type: ignore[operator]
