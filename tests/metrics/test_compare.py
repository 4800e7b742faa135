"""Two pictures held against each other: luma as MATLAB has it, borders, and where they differ."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture
from zeuxis.metrics.compare import Likeness, as_luma, compare
from zeuxis.metrics.differences import difference
from zeuxis.metrics.lpips import Lpips
from zeuxis.metrics.pairs import luma

GREY = 100 / 255


@pytest.fixture(scope="module")
def lpips() -> Lpips:
    return Lpips()


@pytest.fixture
def pair(photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A photograph, 96x144x3, and its like with noise, both of 8 bits."""
    noise = np.random.default_rng(0).normal(0, 0.05, photo.shape)
    first, second = (np.rint(255 * np.clip(p, 0, 1)) / 255 for p in (photo + noise, photo))
    return first.astype(np.float32), second.astype(np.float32)


def colors(*values: tuple[float, float, float]) -> torch.Tensor:
    """1 x 3 x 1 x count, from values of 255."""
    return torch.tensor(values, dtype=torch.float32).T[None, :, None] / 255


def test_luma_is_that_of_matlab() -> None:
    """`rgb2ycbcr(uint8(...))` of red, green, blue, white and black."""
    there = colors((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0))
    for found in as_luma(there, there):
        assert (255 * found[0, 0, 0]).tolist() == pytest.approx([81, 145, 41, 235, 16])


def test_luma_is_rounded() -> None:
    there = colors((12, 34, 56), (200, 100, 7))
    exact, (rounded, _) = 255 * luma(there), as_luma(there, there)
    assert (255 * rounded).round().tolist() == exact.round().tolist() != exact.tolist()
    assert torch.allclose(255 * rounded, exact.round(), atol=1e-12)


def test_grey_is_taken_as_it_is() -> None:
    there = colors((0, 0, 0), (77, 77, 77), (255, 255, 255), (255, 0, 0))
    for found in as_luma(there, there, grey=True):
        assert (255 * found[0, 0, 0]).tolist() == pytest.approx([0, 77, 255, 76])  # 0.299 of 255


def test_counted_as_papers_do(pair: tuple[np.ndarray, np.ndarray], lpips: Lpips) -> None:
    found = compare(*pair, lpips, luma=True, crop=3)
    weights = np.array([65.481, 128.553, 24.966])  # of rgb2ycbcr
    one, other = (np.rint(16 + p.astype(np.float64) @ weights)[3:-3, 3:-3] for p in pair)
    assert found.psnr == pytest.approx(peak_signal_noise_ratio(one, other, data_range=255))
    expected = structural_similarity(
        one, other, gaussian_weights=True, use_sample_covariance=False, data_range=255
    )
    assert found.ssim == pytest.approx(expected, abs=1e-9)
    inner = (p[3:-3, 3:-3] for p in pair)
    assert found.lpips == compare(*inner, lpips).lpips  # of colours, less the border


def test_border_does_not_count(pair: tuple[np.ndarray, np.ndarray], lpips: Lpips) -> None:
    first, _ = pair
    framed = first.copy()
    framed[:2] = framed[:, -2:] = 0
    assert compare(framed, first, lpips, crop=2).psnr == np.inf
    assert compare(framed, first, lpips, crop=1).psnr < 40


def test_small_pictures_go_without(lpips: Lpips) -> None:
    found = compare(np.zeros((30, 40, 3)), np.zeros((30, 40, 3)), lpips, luma=True, crop=10)
    assert found == Likeness(np.inf, None, None, None)
    with pytest.raises(ZeuxisError, match="40x30 pixels has nothing within a border of 15"):
        compare(np.zeros((30, 40, 3)), np.zeros((30, 40, 3)), lpips, crop=15)


def test_difference() -> None:
    """Grey where equal, so many times as far from it as they are apart, and clipped."""
    first, second = np.full((2, 3, 3), GREY, np.float32), np.full((2, 3, 3), GREY, np.float32)
    first[0, 0] += (0.1, 0, -0.1)
    first[1, 2] += (0.3, 0, -0.3)
    found = difference(first, second, gain=4)
    assert isinstance(found.picture, Picture) and found.gain == 4
    assert found.picture.pixels[0, 0] == pytest.approx([0.9, 0.5, 0.1], abs=1e-6)
    assert found.picture.pixels[1, 2].tolist() == [1, 0.5, 0]
    assert np.all(found.picture.pixels[0, 1:] == 0.5)


@pytest.mark.parametrize(
    ("apart", "gain"), [(0, 8), (0.06, 8), (0.07, 4), (0.12, 4), (0.13, 2), (0.26, 1), (0.9, 1)]
)
def test_gain_is_what_the_difference_takes(apart: float, gain: int) -> None:
    first, second = np.zeros((2, 20, 30, 3), np.float32)
    first[:, :, 1] += apart
    found = difference(first, second)
    assert found.gain == gain
    expected = np.clip(0.5 + gain * (first - second), 0, 1)
    assert found.picture.pixels == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("pixels", "gain"), [(2, 8), (3, 8), (4, 1)])
def test_one_pixel_in_two_hundred_may_be_clipped(pixels: int, gain: int) -> None:
    first, second = np.zeros((2, 20, 30, 3), np.float32)
    first[0, :pixels, 0] = 1
    assert difference(first, second).gain == gain


def test_difference_of_other_sizes() -> None:
    with pytest.raises(ZeuxisError, match=r"a picture \(3x2\) cannot be compared with"):
        difference(np.zeros((2, 3, 3)), np.zeros((3, 2, 3)))
