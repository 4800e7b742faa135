"""The losses as the papers write them, with explicit sums, in double precision."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.perception.distances import DISTANCES
from zeuxis.perception.losses import (
    content_loss,
    positions,
    style_loss,
    total_style_loss,
    total_variation,
)
from zeuxis.perception.statistics import STATISTICS

EVERY = list(product(STATISTICS.names(), DISTANCES.names()))


def features(height: int, width: int, channels: int = 3, seed: int = 0) -> Tensor:
    """1 x C x H x W, some of them negative, none near 0."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(0.2, 2, (1, channels, height, width))
    return torch.from_numpy(values * rng.choice([1, 1, -1], values.shape))


def as_matrix(layer: Tensor) -> np.ndarray:
    """F of the paper: N filters x M positions."""
    return layer[0].reshape(layer.shape[1], -1).detach().numpy()


def equation_4(layer: Tensor, target: Tensor) -> float:
    f, p = as_matrix(layer), as_matrix(target)
    n, m = f.shape
    total = 0.0
    for i, j in product(range(n), range(n)):
        ours = sum(f[i, k] * f[j, k] for k in range(m))
        theirs = sum(p[i, k] * p[j, k] for k in range(m))
        total += (ours - theirs) ** 2
    return total / (4 * n**2 * m**2)


def test_content_is_twice_equation_1_over_its_terms() -> None:
    """Gatys 2016: L_content = 1/2 sum_ij (F_ij - P_ij)^2; ours is a mean."""
    f, p = features(3, 4, seed=1), features(3, 4, seed=2)
    a, b = as_matrix(f), as_matrix(p)
    equation_1 = 0.5 * sum((a[i, j] - b[i, j]) ** 2 for i, j in product(range(3), range(12)))
    assert float(content_loss(f, p)) == pytest.approx(2 * equation_1 / 36, rel=1e-12)


def test_gradient_of_content_is_equation_2() -> None:
    f, p = features(3, 4, seed=1).requires_grad_(True), features(3, 4, seed=2)
    (gradient,) = torch.autograd.grad(content_loss(f, p), f)
    torch.testing.assert_close(gradient, 2 * (f.detach() - p) / 36, rtol=1e-12, atol=0)


@pytest.mark.parametrize(
    ("distance", "expected"), [("mse", 17 / 4), ("rmse", (17 / 4) ** 0.5), ("l1", 7 / 4)]
)
def test_content_by_hand(distance: str, expected: float) -> None:
    f = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2).double()
    p = torch.tensor([[1.0, 0.0], [6.0, 2.0]]).reshape(1, 1, 2, 2).double()
    assert float(content_loss(f, p, distance)) == pytest.approx(expected, rel=1e-12)


def test_style_is_equation_4() -> None:
    layer, target = features(2, 5, seed=1), features(2, 5, seed=2)
    assert float(style_loss(layer, target)) == pytest.approx(equation_4(layer, target), rel=1e-12)


def test_total_style_is_equation_5() -> None:
    """L_style = sum_l w_l E_l."""
    layers = {"relu1_1": features(3, 4, 2, 1), "relu2_1": features(2, 2, 4, 2)}
    targets = {"relu1_1": features(3, 4, 2, 3), "relu2_1": features(2, 2, 4, 4)}
    weights = {"relu1_1": 0.3, "relu2_1": 1.7}
    expected = sum(w * equation_4(layers[name], targets[name]) for name, w in weights.items())
    assert float(total_style_loss(layers, targets, weights)) == pytest.approx(expected, rel=1e-12)


def test_total_style_reads_only_weighted_layers_and_passes_its_choices_on() -> None:
    layers = {"relu1_1": features(3, 4, 2, 1), "relu2_1": features(2, 2, 4, 2)}
    targets = {"relu1_1": features(3, 4, 2, 3)}
    total = total_style_loss(layers, targets, {"relu1_1": 2.0}, "mean_std", "l1")
    alone = style_loss(layers["relu1_1"], targets["relu1_1"], "mean_std", "l1")
    assert float(total) == pytest.approx(2 * float(alone), rel=1e-12)


@pytest.mark.parametrize(("statistic", "distance"), EVERY)
def test_style_does_not_ask_where_things_are(statistic: str, distance: str) -> None:
    layer, target = features(4, 4, seed=1), features(3, 5, seed=2)
    elsewhere = layer.flip(2).transpose(2, 3)
    here, there = (style_loss(x, target, statistic, distance) for x in (layer, elsewhere))
    assert float(here) > 0
    assert float(here) == pytest.approx(float(there), rel=1e-9)


@pytest.mark.parametrize(("statistic", "distance"), EVERY)
def test_masks_of_both_select_regions(statistic: str, distance: str) -> None:
    layer, target = features(4, 5, seed=1), features(6, 3, seed=2)
    left, top = torch.zeros(4, 5), torch.zeros(6, 3)
    left[:, :2], top[:4] = 1, 1
    masked = style_loss(layer, target, statistic, distance, left, top)
    cut = style_loss(layer[..., :2], target[:, :, :4], statistic, distance)
    assert float(masked) == pytest.approx(float(cut), rel=1e-9)


@pytest.mark.parametrize("statistic", STATISTICS.names())
def test_no_gradient_outside_the_mask(statistic: str) -> None:
    layer, mask = features(4, 4).requires_grad_(True), torch.zeros(4, 4)
    mask[1:3] = 1
    loss = style_loss(layer, features(4, 4, seed=1), statistic, mask=mask)
    (gradient,) = torch.autograd.grad(loss, layer)
    assert float(gradient[:, :, [0, 3]].abs().max()) == 0
    assert float(gradient[:, :, 1:3].abs().min()) > 0


@pytest.mark.parametrize("statistic", STATISTICS.names())
def test_one_position_is_enough(statistic: str) -> None:
    layer = features(1, 1).requires_grad_(True)
    loss = style_loss(layer, features(2, 2, seed=1), statistic)
    (gradient,) = torch.autograd.grad(loss, layer)
    assert loss.isfinite() and gradient.isfinite().all()
    assert loss.item() > 0


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_positions_are_rows_of_the_picture(layout: torch.memory_format) -> None:
    layer = features(2, 3, 4).contiguous(memory_format=layout)
    rows = positions(layer)
    assert rows.shape == (6, 4)
    for y, x in product(range(2), range(3)):
        assert torch.equal(rows[3 * y + x], layer[0, :, y, x])


def test_positions_of_channels_last_features_are_a_view() -> None:
    """A copy for each layer that is read would be memory and time for nothing."""
    layer = features(2, 3, 4).contiguous(memory_format=torch.channels_last)
    assert positions(layer).data_ptr() == layer.data_ptr()


# Total variation.


def hand_made() -> Tensor:
    return torch.tensor([[0.0, 1.0, 3.0], [2.0, 2.0, 0.0]]).reshape(1, 1, 2, 3).double()


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        ("l1", (2 + 1 + 3) / 3 + (1 + 2 + 0 + 2) / 4),
        ("mse", (4 + 1 + 9) / 3 + (1 + 4 + 0 + 4) / 4),
        ("rmse", (14 / 3) ** 0.5 + (9 / 4) ** 0.5),
    ],
)
def test_total_variation_by_hand(distance: str, expected: float) -> None:
    assert float(total_variation(hand_made(), distance)) == pytest.approx(expected, rel=1e-12)


def test_total_variation_is_l1_by_default() -> None:
    assert float(total_variation(hand_made())) == float(total_variation(hand_made(), "l1"))


@pytest.mark.parametrize("distance", DISTANCES.names())
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 5), (5, 1), (4, 4)])
def test_total_variation_of_one_colour(height: int, width: int, distance: str) -> None:
    picture = torch.full((1, 3, height, width), 0.4).double().requires_grad_(True)
    roughness = total_variation(picture, distance)
    assert roughness.item() == 0
    gradient = torch.zeros_like(picture)
    if roughness.requires_grad:
        (gradient,) = torch.autograd.grad(roughness, picture)
    assert torch.equal(gradient, torch.zeros_like(picture))


def test_total_variation_of_one_row_or_column() -> None:
    row = torch.tensor([0.0, 1.0, 3.0]).reshape(1, 1, 1, 3).double()
    assert float(total_variation(row)) == pytest.approx(1.5)
    assert float(total_variation(row.transpose(2, 3))) == pytest.approx(1.5)


@pytest.mark.parametrize("distance", DISTANCES.names())
def test_gradcheck_of_content_and_total_variation(distance: str) -> None:
    picture, target = features(3, 4, seed=1).requires_grad_(True), features(3, 4, seed=2)
    assert torch.autograd.gradcheck(lambda x: content_loss(x, target, distance), picture)
    assert torch.autograd.gradcheck(lambda x: total_variation(x, distance), picture)


@pytest.mark.parametrize("distance", DISTANCES.names())
def test_content_of_equals_has_no_gradient(distance: str) -> None:
    layer = features(3, 4).requires_grad_(True)
    loss = content_loss(layer, layer.detach().clone(), distance)
    (gradient,) = torch.autograd.grad(loss, layer)
    assert loss.item() == 0
    assert float(gradient.abs().max()) == 0


@pytest.mark.parametrize("statistic", STATISTICS.names())
def test_unknown_distances(statistic: str) -> None:
    layer, sentence = features(2, 2), r"^there is no distance 'l3': choose one of mse, rmse, l1$"
    with pytest.raises(ZeuxisError, match=sentence):
        style_loss(layer, layer, statistic, "l3")
    with pytest.raises(ZeuxisError, match=sentence):
        content_loss(layer, layer, "l3")


def test_unknown_statistics() -> None:
    layer = features(2, 2)
    with pytest.raises(ZeuxisError, match=r"^there is no style statistic 'tamura': choose one"):
        style_loss(layer, layer, "tamura")
