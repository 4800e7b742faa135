"""Masks of the content loss and of total variation: what is outside does not count."""

import pytest
import torch

from zeuxis.perception.losses import content_loss, total_variation

DISTANCES = ("mse", "rmse", "l1")


@pytest.mark.parametrize("distance", DISTANCES)
def test_content_outside_the_mask_does_not_count(distance: str) -> None:
    a, b = torch.rand(2, 1, 3, 4, 5, dtype=torch.float64)
    mask = torch.zeros(4, 5, dtype=torch.float64)
    mask[:, 2:] = 1
    inside = content_loss(a[..., 2:], b[..., 2:], distance)
    assert torch.allclose(content_loss(a, b, distance, mask), inside)
    assert not torch.allclose(content_loss(a, b, distance), inside)


@pytest.mark.parametrize("distance", DISTANCES)
def test_roughness_outside_the_mask_does_not_count(distance: str) -> None:
    picture = torch.rand(1, 3, 6, 7, dtype=torch.float64)
    mask = torch.zeros(6, 7, dtype=torch.float64)
    mask[1:4, 2:6] = 1
    inside = total_variation(picture[..., 1:4, 2:6], distance)
    assert torch.allclose(total_variation(picture, distance, mask), inside)


def test_a_mask_of_ones_is_no_mask() -> None:
    a, b = torch.rand(2, 1, 3, 4, 5)
    ones = torch.ones(4, 5)
    assert torch.allclose(content_loss(a, b, "mse", ones), content_loss(a, b))
    assert torch.allclose(total_variation(a, "l1", ones), total_variation(a))


def test_half_a_weight_is_half_a_vote() -> None:
    a, b = torch.tensor([[[[1.0, 3.0]]]]), torch.zeros(1, 1, 1, 2)
    assert content_loss(a, b, "mse", torch.tensor([[1.0, 0.5]])).item() == pytest.approx(5.5 / 1.5)


def test_an_empty_mask_costs_nothing() -> None:
    picture = torch.rand(1, 3, 4, 4, requires_grad=True)
    loss = total_variation(picture, "l1", torch.zeros(4, 4))
    loss.backward()
    assert loss.item() == 0
    assert picture.grad is not None and torch.isfinite(picture.grad).all()
