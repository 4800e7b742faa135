"""Bicubic resizing: hand-worked vectors, what any such kernel keeps, and figures of the literature."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read
from zeuxis.metrics.compare import as_luma
from zeuxis.metrics.pairs import psnr, without_border
from zeuxis.metrics.similarity import ssim
from zeuxis.upscaling.bicubic import bicubic

BENCHMARKS = Path(__file__).parents[3] / "shared" / "data" / "sr"
# The kernel at 7/4, 5/4, 3/4 and 1/4: Keys 1981, equation 4, with a = -1/2.
FARTHEST, FAR, NEAR, NEAREST = np.array([-3, -9, 29, 111]) / 128


def row(values: object) -> np.ndarray:
    return np.array([values], np.float64)


def resized(values: object, length: int) -> np.ndarray:
    return bicubic(row(values), (1, length))[0]


def test_doubled() -> None:
    """Places lie a quarter of a pixel beside pixels."""
    expected = [0, FARTHEST, FAR, NEAR, NEAREST, NEAREST, NEAR, FAR, FARTHEST, 0]
    assert np.allclose(resized([0, 0, 1, 0, 0], 10), expected, atol=1e-15)


def test_halved() -> None:
    """The kernel is twice as wide: the same values, halved, in steps of half a pixel."""
    widened = np.array([FARTHEST, FAR, NEAR, NEAREST, NEAREST, NEAR, FAR, FARTHEST]) / 2
    for at in range(16):
        found = resized(np.eye(16)[at], 8)[4]  # whose middle is between pixels 8 and 9
        assert found == pytest.approx(widened[at - 5] if 5 <= at <= 12 else 0, abs=1e-15)


def test_border_is_mirrored() -> None:
    """Beyond 1, 0 there is 0, 1 on the left and 0, 1 on the right."""
    outer, inner = NEAREST + NEAR, NEAREST + FAR
    expected = [outer, inner, 1 - inner, 1 - outer]
    assert np.allclose(resized([1, 0], 4), expected, atol=1e-15)


def test_kernel_wider_than_the_picture() -> None:
    assert np.allclose(resized([0.25, 0.75], 1), [0.5])
    assert np.allclose(resized([0.3], 5), 0.3)
    assert np.allclose(bicubic(np.full((3, 2, 3), 0.3), (1, 1)), 0.3)


@pytest.mark.parametrize("size", [(7, 5), (12, 8), (24, 16), (29, 40), (96, 128), (3, 50)])
def test_constants_are_kept(size: tuple[int, int]) -> None:
    found = bicubic(np.full((24, 32, 3), 0.7), size)
    assert found.shape == (*size, 3) and np.allclose(found, 0.7, atol=1e-14)


@pytest.mark.parametrize("length", [80, 120, 133])
def test_parabolas_are_kept_when_enlarging(length: int) -> None:
    """Keys 1981, section V: to third order, so away from the border."""
    at = (np.arange(length) + 0.5) * 40 / length - 0.5
    found = resized(1 + 2 * np.arange(40) - 0.1 * np.arange(40) ** 2, length)
    assert np.allclose(found[8:-8], (1 + 2 * at - 0.1 * at**2)[8:-8], atol=1e-11)


@pytest.mark.parametrize("factor", [2, 3, 4, 8])
def test_lines_are_kept_when_shrinking(factor: int) -> None:
    found = resized(np.arange(20 * factor), 20)
    assert np.allclose(found[4:-4], ((np.arange(20) + 0.5) * factor - 0.5)[4:-4], atol=1e-11)


@pytest.mark.parametrize("size", [(5, 9), (40, 64), (18, 100)])
def test_symmetric(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random((20, 32, 3))
    found = bicubic(picture, size)
    assert np.allclose(bicubic(picture[::-1, ::-1], size), found[::-1, ::-1], atol=1e-13)
    assert np.allclose(bicubic(picture.swapaxes(0, 1), size[::-1]), found.swapaxes(0, 1))


def test_same_size_and_type() -> None:
    picture = np.random.default_rng(0).random((6, 9), np.float32)
    assert np.array_equal(bicubic(picture, (6, 9)), picture)
    found = bicubic(picture, (12, 18))
    assert found.dtype == np.float32 and found.flags.c_contiguous
    assert np.allclose(found, bicubic(picture.astype(np.float64), (12, 18)), atol=1e-6)


@pytest.mark.parametrize(
    ("array", "size", "said"),
    [
        (np.zeros((4, 4), np.uint8), (8, 8), "uint8 of shape"),
        (np.zeros(4), (8, 8), "shape \\(4,\\)"),
        (np.zeros((0, 4)), (8, 8), "shape \\(0, 4\\)"),
        (np.zeros((4, 4)), (0, 8), "8x0"),
    ],
)
def test_what_is_refused(array: np.ndarray, size: tuple[int, int], said: str) -> None:
    with pytest.raises(ZeuxisError, match=said):
        bicubic(array, size)


@pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="the benchmarks' pictures are not there")
@pytest.mark.parametrize(
    ("name", "decibels", "similarity"),
    [
        ("Set5", 28.42, 0.8104),
        pytest.param("Set14", 26.00, 0.7027, marks=pytest.mark.slow),
        pytest.param("BSD100", 25.96, 0.6675, marks=pytest.mark.slow),
    ],
)
def test_literature(name: str, decibels: float, similarity: float) -> None:
    """Bicubic at x4 as Kim et al. 2016 (VDSR), table 2 and its supplement, have it."""
    found = []
    for file in sorted((BENCHMARKS / name).iterdir()):
        original = read(file)
        sides = original.height, original.width
        small = eight_bits(bicubic(original.pixels, (sides[0] // 4, sides[1] // 4)))
        large = Picture(eight_bits(bicubic(small, sides)))
        pair = (without_border(torch.from_numpy(each.batch()), 4) for each in (large, original))
        with Image.open(file) as image:
            lumas = as_luma(*pair, grey=image.mode == "L")
        found.append((psnr(*lumas).item(), ssim(*lumas).item()))
    mean_psnr, mean_ssim = np.mean(found, axis=0)
    assert mean_psnr == pytest.approx(decibels, abs=0.05)
    assert mean_ssim == pytest.approx(similarity, abs=0.002)


def eight_bits(pixels: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(pixels, 0, 1) * 255) / np.float32(255)
