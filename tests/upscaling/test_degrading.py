"""How pictures become small."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis.errors import ZeuxisError
from zeuxis.upscaling.bicubic import bicubic
from zeuxis.upscaling.degrading import DEGRADATIONS, Damage, at_8_bits, blur, compressed

NOTHING, MUCH = Damage(0, 0, 100), Damage(1.0, 10.0, 30)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def picture() -> np.ndarray:
    light = bicubic(rng().random((6, 8, 1)), (48, 64))
    color = bicubic(rng(1).random((2, 2, 3)), (48, 64))
    return (0.7 * light + 0.3 * color).clip(0, 1).astype(np.float32)


@pytest.mark.parametrize("name", DEGRADATIONS.names())
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_sizes_and_range(name: str, scale: int) -> None:
    large = rng().random((6 * scale, 9 * scale, 3)).astype(np.float32)
    small = DEGRADATIONS.get(name)(large, scale, MUCH, rng())
    assert small.shape == (6, 9, 3) and small.dtype == np.float32
    assert small.min() >= 0 and small.max() <= 1
    np.testing.assert_allclose(small * 255, np.rint(small * 255), atol=1e-4)  # 8 bits


def test_bicubic_is_that_of_the_benchmarks(picture: np.ndarray) -> None:
    small = DEGRADATIONS.get("bicubic")(picture, 4, MUCH, rng())
    wanted = np.rint(255 * bicubic(picture.astype(np.float64), (12, 16)).clip(0, 1)) / 255
    np.testing.assert_allclose(small, wanted, atol=1e-6)


def test_blurred_is_blurred_before(picture: np.ndarray) -> None:
    """Johnson et al. 2016: the Gaussian is of one pixel of the large picture."""
    small = DEGRADATIONS.get("blurred")(picture, 4, NOTHING, rng())
    np.testing.assert_array_equal(
        small, DEGRADATIONS.get("bicubic")(blur(picture, 1.0), 4, NOTHING, rng())
    )


def test_blur_is_a_gaussian() -> None:
    point = np.zeros((31, 31, 1), np.float32)
    point[15, 15] = 1
    spot = blur(point, 2.0)[..., 0].astype(np.float64)
    at = np.arange(31) - 15
    line = np.exp(-(at**2) / 8) * (abs(at) <= 6)
    np.testing.assert_allclose(spot, np.outer(line, line) / line.sum() ** 2, atol=1e-7)
    even = np.full((9, 5, 3), 0.25, np.float32)
    np.testing.assert_allclose(blur(even, 3.0), 0.25, atol=1e-6)
    assert blur(even, 0.0) is even


def test_realistic_is_more_or_less_bad(picture: np.ndarray) -> None:
    degraded = DEGRADATIONS.get("realistic")
    clean = bicubic(picture, (12, 16))
    gaps = [abs(degraded(picture, 4, MUCH, rng(seed)) - clean).mean() for seed in range(8)]
    assert max(gaps) > 2 * min(gaps)
    assert abs(degraded(picture, 4, NOTHING, rng()) - clean).mean() < 0.01  # JPEG at its best
    one, again = (degraded(picture, 4, MUCH, rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, again)


def test_each_damage_counts(picture: np.ndarray) -> None:
    """Blur takes details away, noise adds some, JPEG makes blocks."""
    degraded = DEGRADATIONS.get("realistic")

    def roughness(damage: Damage) -> float:
        found = [degraded(picture, 2, damage, rng(seed)) for seed in range(6)]
        return float(np.mean([np.abs(np.diff(each, axis=0)).mean() for each in found]))

    plain = roughness(NOTHING)
    assert roughness(Damage(4.0, 0, 100)) < 0.95 * plain
    assert roughness(Damage(0, 30.0, 100)) > 1.2 * plain
    worse, better = compressed(picture, 10), compressed(picture, 95)
    assert abs(worse - picture).mean() > 2 * abs(better - picture).mean()


def test_at_8_bits() -> None:
    found = at_8_bits(np.float32([-0.2, 0.4999 / 255, 0.5001 / 255, 1.7]))
    np.testing.assert_allclose(found, [0, 0, 1 / 255, 1], atol=1e-7)


def test_an_unknown_one() -> None:
    with pytest.raises(ZeuxisError, match="choose one of bicubic, blurred, realistic"):
        DEGRADATIONS.get("rain")
