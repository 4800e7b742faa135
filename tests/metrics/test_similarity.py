"""SSIM and MS-SSIM against scikit-image, torchmetrics and what can be written down."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage import data
from skimage.filters import gaussian
from skimage.metrics import structural_similarity
from torch import Tensor

from zeuxis import ZeuxisError
from zeuxis.metrics import similarity
from zeuxis.metrics.similarity import ms_ssim, ssim


@pytest.fixture(scope="module")
def pair() -> tuple[Tensor, Tensor]:
    """Two photographs and what is left of them, 2 x 3 x 200 x 190."""
    photo = data.astronaut()[:400, :380] / 255.0
    draws = np.random.default_rng(0)
    first = np.stack([photo[:200, :190], photo[200:, 190:]])
    blurred = 0.8 * gaussian(first[0], 2, channel_axis=-1)  # and darker
    noisy = np.clip(first[1] + 0.1 * draws.normal(size=first[1].shape), 0, 1)
    return tuple(  # type: ignore[return-value]
        torch.from_numpy(each.transpose(0, 3, 1, 2).copy())
        for each in (first, np.stack([blurred, noisy]))
    )


def by_scikit_image(first: Tensor, second: Tensor) -> list[float]:
    return [
        structural_similarity(
            a.double().numpy(), b.double().numpy(), channel_axis=0, data_range=1.0,
            gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        )
        for a, b in zip(first, second, strict=True)
    ]  # fmt: skip


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("channels", [1, 3])
def test_ssim_as_scikit_image_has_it(
    pair: tuple[Tensor, Tensor], channels: int, dtype: torch.dtype
) -> None:
    first, second = (each[:, :channels].to(dtype) for each in pair)
    found = ssim(first, second)
    assert found.dtype == torch.float64
    assert found.numpy() == pytest.approx(by_scikit_image(first, second), rel=1e-6)


def by_torchmetrics(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """SSIM and its part without lightness, less the border where torchmetrics makes up what is outside."""
    metric = pytest.importorskip(
        "torchmetrics.functional.image"
    ).structural_similarity_index_measure
    kept = {"data_range": 1.0, "reduction": "none"}
    _, whole = metric(first, second, return_full_image=True, **kept)
    _, structure = metric(first, second, return_contrast_sensitivity=True, **kept)
    return whole[..., 5:-5, 5:-5].mean((1, 2, 3)), structure


def test_ssim_and_ms_ssim_as_torchmetrics_has_them(pair: tuple[Tensor, Tensor]) -> None:
    terms = []
    first, second = (each[:1, :1] for each in pair)  # theirs is slow
    for exponent in (0.0448, 0.2856, 0.3001, 0.2363, 0.1333):
        whole, structure = by_torchmetrics(first, second)
        terms.append((whole, structure, exponent))
        first, second = (torch.nn.functional.avg_pool2d(each, 2) for each in (first, second))
    oracle = terms[-1][0] ** terms[-1][2]
    for _, structure, exponent in terms[:-1]:
        oracle = oracle * structure**exponent
    first, second = (each[:1, :1] for each in pair)
    torch.testing.assert_close(ms_ssim(first, second), oracle, rtol=1e-6, atol=0)
    torch.testing.assert_close(ssim(first, second), terms[0][0], rtol=1e-6, atol=0)


def test_in_strips_it_is_the_same(
    pair: tuple[Tensor, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ssim(*pair)
    monkeypatch.setattr(
        similarity, "_PART", 2 * 3 * 190 * 7
    )  # seven rows; 190 windows are no sevens
    torch.testing.assert_close(ssim(*pair), whole, rtol=1e-12, atol=0)


def test_even_pictures_differ_in_lightness_alone() -> None:
    """(2 a b + C1) / (a^2 + b^2 + C1): equation 6."""
    a, b = 0.2, 0.6
    first, second = (torch.full((1, 1, 11, 15), value, dtype=torch.float64) for value in (a, b))
    expected = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)
    assert ssim(first, second).item() == pytest.approx(expected, rel=1e-9)


def test_itself_is_1_and_the_negative_is_opposed(pair: tuple[Tensor, Tensor]) -> None:
    first = pair[0]
    assert ssim(first, first).numpy() == pytest.approx(1, rel=1e-12)
    assert ms_ssim(first, first).numpy() == pytest.approx(1, rel=1e-12)
    stripes = torch.arange(200.0).remainder(4).ge(2).double().expand(1, 1, 200, 200)
    assert ssim(stripes, 1 - stripes).item() < -0.9
    assert ms_ssim(stripes, 1 - stripes).item() == 0


def test_order_does_not_matter(pair: tuple[Tensor, Tensor]) -> None:
    for metric in (ssim, ms_ssim):
        torch.testing.assert_close(metric(*pair), metric(*reversed(pair)), rtol=1e-12, atol=0)


def test_a_gradient_comes_back(pair: tuple[Tensor, Tensor]) -> None:
    picture = pair[1].clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(ssim(picture, pair[0]).sum(), picture)
    better = (picture + 1e-3 * gradient / gradient.abs().max()).detach().clamp(0, 1)
    assert (ssim(better, pair[0]) > ssim(*pair)).all()


@pytest.mark.parametrize(("metric", "side"), [(ssim, 11), (ms_ssim, 176)])
def test_too_small(metric: object, side: int) -> None:
    enough = torch.rand(1, 1, side, side)
    assert metric(enough, enough).item() == pytest.approx(1)  # type: ignore[operator]
    small = torch.rand(1, 1, side + 1, side - 1)
    with pytest.raises(ZeuxisError, match=f"{side} pixels at least, but .* {side - 1}x{side + 1}"):
        metric(small, small)  # type: ignore[operator]
