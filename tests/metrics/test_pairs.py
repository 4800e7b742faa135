"""PSNR, the luma that super-resolution is judged by, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio

from zeuxis import ZeuxisError
from zeuxis.metrics.pairs import luma, psnr, without_border


def two(channels: int = 3, count: int = 2) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(0)
    shape = (count, channels, 24, 31)
    return draws.random(shape, np.float32), draws.random(shape, np.float32)


@pytest.mark.parametrize("channels", [1, 3])
def test_as_scikit_image_has_it(channels: int) -> None:
    first, second = two(channels)
    expected = [
        peak_signal_noise_ratio(a.astype(float), b.astype(float), data_range=1.0)
        for a, b in zip(first, second, strict=True)
    ]
    assert psnr(first, second).numpy() == pytest.approx(expected, rel=1e-6)


def test_as_torchmetrics_has_it() -> None:
    functional = pytest.importorskip("torchmetrics.functional.image")
    first, second = (torch.from_numpy(each).double() for each in two())
    for found, a, b in zip(psnr(first, second), first, second, strict=True):
        oracle = functional.peak_signal_noise_ratio(a, b, data_range=1.0)
        torch.testing.assert_close(found, oracle, rtol=1e-6, atol=0)


def test_a_difference_of_a_tenth_is_20_decibels_and_none_is_infinite() -> None:
    first = torch.full((1, 3, 8, 8), 0.5, dtype=torch.float64)
    assert psnr(first, first + 0.1).item() == pytest.approx(20, rel=1e-12)
    assert psnr(first, first).item() == math.inf


def test_luma_of_video() -> None:
    """Black, white, red, green and blue, as MATLAB's rgb2ycbcr has them of 8 bits."""
    colors = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float)
    found = luma(colors[:, :, None, None]) * 255
    expected = [16, 235, 16 + 65.481, 16 + 128.553, 16 + 24.966]
    assert found.reshape(-1).numpy() == pytest.approx(expected, abs=1e-9)


def test_without_a_border() -> None:
    pictures = torch.arange(30.0).reshape(1, 1, 5, 6)
    assert without_border(pictures, 2).tolist() == [[[[14.0, 15.0]]]]
    assert torch.equal(without_border(pictures, 0), pictures)
    with pytest.raises(ZeuxisError, match="6x5 pixels has nothing within a border of 3"):
        without_border(pictures, 3)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (np.zeros((1, 3, 4, 4)), np.zeros((1, 3, 4, 5)), "1 x 3 x 4 x 4 and 1 x 3 x 4 x 5 cannot be"),
        (np.zeros((3, 4, 4)), np.zeros((3, 4, 4)), "the shape is 3 x 4 x 4"),
        (np.zeros((1, 4, 4, 3)), np.zeros((1, 4, 4, 3)), "the shape is 1 x 4 x 4 x 3"),
        (np.zeros((0, 3, 4, 4)), np.zeros((0, 3, 4, 4)), "the shape is 0 x 3 x 4 x 4"),
        (np.zeros((1, 3, 4, 4), np.uint8), np.zeros((1, 3, 4, 4)), "uint8, 1 x 3 x 4 x 4 holds no"),
        (np.full((1, 3, 4, 4), 255.0), np.zeros((1, 3, 4, 4)), "reach from 255 to 255"),
        (np.full((1, 3, 4, 4), np.nan), np.zeros((1, 3, 4, 4)), "reach from nan to nan"),
    ],
)  # fmt: skip
def test_what_is_no_pair_of_pictures(first: np.ndarray, second: np.ndarray, said: str) -> None:
    with pytest.raises(ZeuxisError, match=said):
        psnr(first, second)
