"""Each style statistic against the formula of its paper, in double precision."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.perception.distances import DISTANCES, safe_sqrt
from zeuxis.perception.statistics import STATISTICS, GaussianWasserstein, _directions

JITTER = GaussianWasserstein.jitter
EVERY = list(product(STATISTICS.names(), DISTANCES.names()))


def points(count: int, channels: int, seed: int = 0) -> Tensor:
    """M x C features, positive as rectified ones are, with means and spreads of their own."""
    rng = np.random.default_rng(seed)
    spread, mean = rng.uniform(0.5, 2, channels), rng.uniform(1, 3, channels)
    return torch.from_numpy(np.abs(rng.standard_normal((count, channels)) * spread + mean))


def apart(
    name: str,
    a: Tensor,
    b: Tensor,
    distance: str = "mse",
    mask: Tensor | None = None,
    other_mask: Tensor | None = None,
) -> Tensor:
    statistic = STATISTICS.get(name)
    ours, theirs = statistic.summary(a, mask), statistic.summary(b, other_mask)
    return statistic.distance(ours, theirs, distance)


def numpy_distance(a: np.ndarray, b: np.ndarray, distance: str) -> float:
    gaps = (np.asarray(a) - np.asarray(b)).ravel()
    return {
        "mse": float(np.mean(gaps**2)),
        "rmse": float(np.sqrt(np.mean(gaps**2))),
        "l1": float(np.mean(np.abs(gaps))),
    }[distance]


# Gram matrices.


def gram(features: np.ndarray) -> np.ndarray:
    """Gatys 2016, equation 3, G_ij = sum_k F_ik F_jk, with F of N channels x M positions."""
    channels, count = features.shape
    matrix = np.zeros((channels, channels))
    for i, j, k in product(range(channels), range(channels), range(count)):
        matrix[i, j] += features[i, k] * features[j, k]
    return matrix


def test_gram_is_equation_3() -> None:
    f = points(7, 4)
    summary = STATISTICS.get("gram").summary(f, None).numpy()
    assert (summary[0] == 7).all()
    np.testing.assert_allclose(summary[1:], gram(f.numpy().T), rtol=1e-12)


def test_gram_with_mse_is_equation_4() -> None:
    """E = 1 / (4 N^2 M^2) sum_ij (G_ij - A_ij)^2."""
    channels, count = 4, 6
    f, target = points(count, channels, 1), points(count, channels, 2)
    ours, theirs = gram(f.numpy().T), gram(target.numpy().T)
    total = sum(
        (ours[i, j] - theirs[i, j]) ** 2 for i, j in product(range(channels), range(channels))
    )
    expected = total / (4 * channels**2 * count**2)
    assert float(apart("gram", f, target)) == pytest.approx(expected, rel=1e-12)


def test_gradient_is_equation_6() -> None:
    """dE/dF_ij = 1 / (N^2 M^2) (F^T (G - A))_ji where F_ij > 0."""
    channels, count = 3, 5
    f, target = points(count, channels, 1).requires_grad_(True), points(count, channels, 2)
    (gradient,) = torch.autograd.grad(apart("gram", f, target), f)
    ours = f.detach().numpy().T
    excess = gram(ours) - gram(target.numpy().T)
    expected = (ours.T @ excess).T / (channels**2 * count**2)
    np.testing.assert_allclose(gradient.numpy().T, expected, rtol=1e-12)


@pytest.mark.parametrize("distance", DISTANCES.names())
def test_gram_of_layers_of_different_size(distance: str) -> None:
    f, target = points(9, 3, 1), points(4, 3, 2)
    expected = numpy_distance(gram(f.numpy().T) / 9, gram(target.numpy().T) / 4, distance) / 4
    assert float(apart("gram", f, target, distance)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("channels", [3, 64, 256])
def test_single_precision_takes_another_path_to_the_same_gram(channels: int, masked: bool) -> None:
    f = points(500, channels)
    mask = torch.linspace(0, 1, 500, dtype=f.dtype) if masked else None
    onto = points(channels + 1, channels, 3)
    results = []
    for dtype in (torch.float32, torch.float64):
        leaf = f.to(dtype).requires_grad_(True)
        summary = STATISTICS.get("gram").summary(leaf, None if mask is None else mask.to(dtype))
        results.append((summary.detach(), torch.autograd.grad(summary, leaf, onto.to(dtype))[0]))
    for single, double in zip(*results, strict=True):
        assert single.dtype == torch.float32
        assert float((single - double).abs().max() / double.abs().max()) < 2e-6


def test_layer_weights_fall_with_the_square_of_the_channels_for_gram_alone() -> None:
    assert STATISTICS.get("gram").layer_weight(64) == pytest.approx(1 / 4096)
    assert all(STATISTICS.get(n).layer_weight(64) == 1 for n in STATISTICS.names() if n != "gram")


# Means and standard deviations.


@pytest.mark.parametrize("distance", DISTANCES.names())
def test_mean_and_standard_deviation(distance: str) -> None:
    f, target = points(8, 5, 1), points(11, 5, 2)
    a, b = f.numpy(), target.numpy()
    expected = numpy_distance(a.mean(0), b.mean(0), distance)
    expected += numpy_distance(a.std(0), b.std(0), distance)
    assert float(apart("mean_std", f, target, distance)) == pytest.approx(expected, rel=1e-9)


# Gaussians.


def decorrelated(features: Tensor) -> Tensor:
    """The features with a diagonal covariance."""
    centred = features - features.mean(0)
    _, vectors = torch.linalg.eigh(centred.T @ centred)
    return centred @ vectors + features.mean(0)


@pytest.mark.parametrize("distance", ["mse", "rmse"])
def test_wasserstein_of_diagonal_covariances(distance: str) -> None:
    """W^2 = |m_a - m_b|^2 + sum_i (s_a,i - s_b,i)^2."""
    f, target = decorrelated(points(20, 4, 1)), decorrelated(points(30, 4, 2))
    a, b = f.numpy(), target.numpy()
    spread_a, spread_b = (np.sqrt(x.var(0) + JITTER) for x in (a, b))
    squared = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.sum((spread_a - spread_b) ** 2)
    expected = squared / 4 if distance == "mse" else np.sqrt(squared / 4)
    found = float(apart("wasserstein", f, target, distance))
    assert found == pytest.approx(expected, rel=1e-9)


def test_wasserstein_of_any_covariances() -> None:
    """tr (B^1/2 A B^1/2)^1/2 is the sum of the roots of the eigenvalues of A B."""
    f, target = points(40, 5, 1), points(25, 5, 2)
    a, b = f.numpy(), target.numpy()
    cov_a, cov_b = (np.cov(x.T, bias=True) + JITTER * np.eye(5) for x in (a, b))
    cross = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real).sum()
    squared = np.sum((a.mean(0) - b.mean(0)) ** 2)
    squared += np.trace(cov_a) + np.trace(cov_b) - 2 * cross
    assert float(apart("wasserstein", f, target)) == pytest.approx(squared / 5, rel=1e-8)


def ill_conditioned(count: int, channels: int, seed: int) -> Tensor:
    """Features whose covariance has eigenvalues of all magnitudes, as those of a VGG."""
    mixing = np.random.default_rng(9).standard_normal((channels, channels))
    mixing *= np.logspace(1, -3, channels)[:, None]
    sources = np.random.default_rng(seed).standard_normal((count, channels))
    return torch.from_numpy(np.maximum(sources @ mixing + 0.5, 0))


def test_wasserstein_of_single_precision_has_the_gradient_of_double() -> None:
    f, target = ill_conditioned(64, 48, 1), ill_conditioned(68, 48, 2)
    gradients = []
    for dtype in (torch.float32, torch.float64):
        leaf = f.to(dtype).requires_grad_(True)
        loss = apart("wasserstein", leaf, target.to(dtype))
        assert loss.dtype == dtype
        gradients.append(torch.autograd.grad(loss, leaf)[0].double())
    assert float((gradients[0] - gradients[1]).norm() / gradients[1].norm()) < 1e-3


# Sliced Wasserstein.


@pytest.mark.parametrize("distance", DISTANCES.names())
def test_sliced_in_one_dimension_sorts(distance: str) -> None:
    f, target = points(12, 1, 1), points(12, 1, 2)
    expected = numpy_distance(np.sort(f.numpy(), 0), np.sort(target.numpy(), 0), distance)
    assert float(apart("sliced", f, target, distance)) == pytest.approx(expected, rel=1e-12)


def test_sliced_reads_the_longer_list_at_the_quantiles_of_the_shorter() -> None:
    many, few = torch.arange(15.0)[:, None].double(), torch.tensor([[13.0], [4.0], [8.0]]).double()
    middles = np.array([2.0, 7.0, 12.0])  # of each third of 0..14
    expected = float(np.mean((middles - np.array([4.0, 8.0, 13.0])) ** 2))
    assert float(apart("sliced", many, few)) == pytest.approx(expected, rel=1e-12)
    assert float(apart("sliced", few, many)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("channels", [2, 5, 64])
def test_sliced_shift_is_seen_in_full(channels: int) -> None:
    """A shift moves each projection by its own: over directions at right angles, |shift|^2 / C."""
    f = points(30, channels)
    shift = torch.linspace(-1, 2, channels, dtype=f.dtype)
    expected = float(shift.square().mean())
    assert float(apart("sliced", f + shift, f)) == pytest.approx(expected, rel=1e-9)


def test_sliced_is_the_mean_over_directions_at_right_angles() -> None:
    f, target = points(9, 3, 1), points(9, 3, 2)
    directions = _directions(3).numpy()
    np.testing.assert_allclose(directions.T @ directions, np.eye(3), atol=1e-12)
    gaps = []
    for direction in directions.T:
        ours, theirs = np.sort(f.numpy() @ direction), np.sort(target.numpy() @ direction)
        gaps.append((ours - theirs) ** 2)
    assert float(apart("sliced", f, target)) == pytest.approx(float(np.mean(gaps)), rel=1e-12)


def test_sliced_is_the_same_each_time_and_in_both_precisions() -> None:
    f, target = points(50, 16, 1), points(40, 16, 2)
    first = float(apart("sliced", f, target))
    torch.rand(7)  # the state of the global generator is of no matter
    assert float(apart("sliced", f, target)) == first
    assert float(apart("sliced", f.float(), target.float())) == pytest.approx(first, rel=1e-5)


# Nearest neighbours.


@pytest.mark.parametrize("distance", DISTANCES.names())
def test_nearest_by_brute_force(distance: str) -> None:
    f, target = points(7, 4, 1), points(9, 4, 2)
    a, b = (x.numpy() - x.numpy().mean(0) for x in (f, target))
    least = [min(1 - u @ v / (np.sqrt(u @ u) * np.sqrt(v @ v)) for v in b) for u in a]
    expected = numpy_distance(np.array(least), np.zeros(7), distance)
    assert float(apart("nearest", f, target, distance)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_nearest_of_a_flat_layer_has_no_gradient(dtype: torch.dtype) -> None:
    """All features alike: after centring none has a direction, nor may one explode."""
    flat = torch.full((600, 5), 0.7, dtype=dtype).requires_grad_(True)
    (gradient,) = torch.autograd.grad(apart("nearest", flat, points(9, 5).to(dtype)), flat)
    assert float(gradient.abs().max()) == 0


# What holds for all.


@pytest.mark.parametrize(("name", "distance"), EVERY)
def test_gradcheck(name: str, distance: str) -> None:
    f, target = points(6, 3, 1).requires_grad_(True), points(6, 3, 2)
    assert torch.autograd.gradcheck(lambda x: apart(name, x, target, distance), f)


@pytest.mark.parametrize(("name", "distance"), EVERY)
def test_gradcheck_with_a_mask(name: str, distance: str) -> None:
    f, target = points(7, 3, 3).requires_grad_(True), points(6, 3, 4)
    mask = torch.tensor([1.0, 0.9, 0.2, 1.0, 0.0, 0.6, 0.7]).double()
    assert torch.autograd.gradcheck(lambda x: apart(name, x, target, distance, mask), f)


def test_gradcheck_of_a_gram_matrix_whose_gradient_is_not_symmetric() -> None:
    onto = points(4, 3, 5)
    f = points(5, 3).requires_grad_(True)
    mask = torch.linspace(0.1, 1, 5).double()
    summary = STATISTICS.get("gram").summary
    assert torch.autograd.gradcheck(lambda x: (summary(x, mask) * onto).sum(), f)


@pytest.mark.parametrize("count", [1, 2, 9])
@pytest.mark.parametrize(("name", "distance"), EVERY)
def test_equals_are_not_apart(name: str, distance: str, count: int) -> None:
    """Also with fewer positions than channels, and with channels that never change."""
    f = points(count, 4)
    f[:, 1] = 0.0
    f[:, 2] = 1.3
    leaf = f.clone().requires_grad_(True)
    loss = apart(name, leaf, f, distance)
    (gradient,) = torch.autograd.grad(loss, leaf)
    assert gradient.isfinite().all()
    if name == "nearest" and count == 1:  # a feature alone has no direction, so is like none
        assert loss.item() == 1
    else:
        assert loss.item() == pytest.approx(0, abs=1e-6 if distance == "rmse" else 1e-12)
    assert float(gradient.abs().max()) < 1e-6


@pytest.mark.parametrize(("name", "distance"), EVERY)
def test_others_are_apart_and_following_the_gradient_brings_them_nearer(
    name: str, distance: str
) -> None:
    f, target = points(8, 12, 1).requires_grad_(True), points(9, 12, 2)
    before = apart(name, f, target, distance)
    (gradient,) = torch.autograd.grad(before, f)
    after = apart(name, f - 1e-4 * gradient / gradient.norm(), target, distance)
    assert 0 < after.item() < before.item()


@pytest.mark.parametrize("name", STATISTICS.names())
def test_masked_summary_is_that_of_the_positions_selected(name: str) -> None:
    f = points(10, 3)
    mask = torch.tensor([1, 0, 1, 1, 0, 0, 1, 0, 1, 1]).double()
    statistic = STATISTICS.get(name)
    selected = statistic.summary(f[mask.bool()], None)
    torch.testing.assert_close(statistic.summary(f, mask), selected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", ["gram", "mean_std", "wasserstein"])
def test_mask_of_parts_weighs_positions(name: str) -> None:
    """A position of weight 1/2 twice is a position of weight 1."""
    f = points(6, 3)
    twice, half = f.repeat(2, 1), torch.full((12,), 0.5).double()
    summary = STATISTICS.get(name).summary
    torch.testing.assert_close(summary(twice, half), summary(f, None), rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", ["sliced", "nearest"])
def test_samples_are_inside_a_mask_from_one_half_on(name: str) -> None:
    f = points(4, 3)
    summary = STATISTICS.get(name).summary(f, torch.tensor([0.49, 0.5, 0.51, 0.0]).double())
    assert torch.equal(summary, f[1:3])


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", STATISTICS.names())
def test_summaries_of_two_parts_join_to_that_of_the_whole(name: str, masked: bool) -> None:
    f = points(11, 3)
    mask = torch.linspace(0, 1, 11).double() if masked else None
    statistic = STATISTICS.get(name)
    parts = [
        statistic.summary(f[rows], None if mask is None else mask[rows])
        for rows in (slice(0, 4), slice(4, 11))
    ]
    joined = parts[0] + parts[1] if statistic.samples is None else torch.cat(parts)
    torch.testing.assert_close(joined, statistic.summary(f, mask), rtol=1e-12, atol=0)


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
@pytest.mark.parametrize(("name", "distance"), EVERY)
def test_what_is_not_a_number_is_never_hidden(name: str, distance: str, value: float) -> None:
    f = points(8, 4)
    f[3, 2] = value
    leaf = f.requires_grad_(True)
    loss = apart(name, leaf, points(8, 4, 1), distance)
    (gradient,) = torch.autograd.grad(loss, leaf)
    assert not (loss.isfinite() and gradient.isfinite().all())


def test_safe_sqrt() -> None:
    x = torch.tensor([4.0, 0.0, -1.0, torch.nan, torch.inf]).double().requires_grad_(True)
    root = safe_sqrt(x)
    assert root[:3].tolist() == [2, 0, 0]
    assert root[3].isnan() and root[4].isinf()
    (gradient,) = torch.autograd.grad(root[:3].sum(), x)
    assert gradient[:3].tolist() == [0.25, 0, 0]


@pytest.mark.parametrize(
    ("registry", "what"), [(STATISTICS, "style statistic"), (DISTANCES, "distance")]
)
def test_unknown_names_list_the_known(registry: object, what: str) -> None:
    known = ", ".join(registry.names())  # type: ignore[attr-defined]
    with pytest.raises(ZeuxisError) as caught:
        registry.get("median")  # type: ignore[attr-defined]
    assert str(caught.value) == f"there is no {what} 'median': choose one of {known}"
