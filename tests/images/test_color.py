"""Colour from one picture, the rest from another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeuxis.errors import ZeuxisError
from zeuxis.images.color import keep_colors, match_covariance, match_histogram

LUMA = np.array([0.299, 0.587, 0.114])


def random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def column(*values: float) -> np.ndarray:
    """Grey values as a picture one pixel wide."""
    return np.array(values, np.float32)[:, None, None].repeat(3, 2)


def test_histogram_of_the_same_size_is_exactly_the_references():
    source, reference = random(20, 30, 3), random(30, 20, 3, seed=1) ** 2
    matched = match_histogram(source, reference)
    assert matched.shape == source.shape and matched.dtype == np.float32
    for channel in range(3):
        np.testing.assert_allclose(
            np.sort(matched[..., channel], axis=None), np.sort(reference[..., channel], axis=None)
        )
        order = source[..., channel].ravel().argsort()
        assert (np.diff(matched[..., channel].ravel()[order]) >= 0).all()


def test_histogram_on_small_numbers():
    """Half of each of two levels, over four: quantiles 1/4 and 3/4 lie between neighbours."""
    matched = match_histogram(column(0.1, 0.1, 0.9, 0.9), column(0.0, 0.2, 0.4, 0.8))
    np.testing.assert_allclose(matched[:, 0, 0], [0.1, 0.1, 0.6, 0.6], atol=1e-6)
    same = match_histogram(column(0.3, 0.1, 0.2), column(0.9, 0.5, 0.7))
    np.testing.assert_allclose(same[:, 0, 0], [0.9, 0.5, 0.7], atol=1e-6)


def test_histogram_of_another_size():
    source, reference = random(64, 64, 3), random(16, 400, 3, seed=1) * 0.5 + 0.2
    matched = match_histogram(source, reference)
    for share in (0.01, 0.25, 0.5, 0.75, 0.99):
        np.testing.assert_allclose(
            np.quantile(matched, share, axis=(0, 1)),
            np.quantile(reference, share, axis=(0, 1)),
            atol=2e-3,
        )


def test_flat_areas_stay_flat():
    source = np.full((8, 8, 3), 0.5, np.float32)
    assert np.ptp(match_histogram(source, random(8, 8, 3)), axis=(0, 1)).max() == 0


def moments(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    flat = picture.reshape(-1, 3).astype(np.float64)
    return flat.mean(axis=0), np.cov(flat.T, bias=True)


def correlated(seed: int) -> np.ndarray:
    """Colours far from 0 and 1, with channels that go together."""
    mix = np.random.default_rng(seed + 10).normal(0, 0.05, (3, 3))
    noise = np.random.default_rng(seed).uniform(-1, 1, (50, 60, 3))
    return (0.45 + 0.1 * seed / 2 + noise @ mix).astype(np.float32)


def test_covariance_and_mean_are_the_references():
    source, reference = correlated(0), correlated(1)
    matched = match_covariance(source, reference)
    for got, wanted in zip(moments(matched), moments(reference), strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-5)
    assert matched.dtype == np.float32


def test_covariance_between_independent_channels_is_a_scale_and_a_shift():
    levels = np.linspace(-0.1, 0.1, 9)
    grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(27, 27, 3)
    source, reference = 0.5 + grid, [0.4, 0.5, 0.6] + grid * [2, 1, 0.5]
    np.testing.assert_allclose(match_covariance(source, reference), reference, atol=1e-5)


def test_covariance_of_itself_changes_nothing():
    source = correlated(1)
    np.testing.assert_allclose(match_covariance(source, source), source, atol=1e-5)


def test_grey_and_constant_pictures_take_no_noise():
    grey = random(20, 20, 1).repeat(3, 2) * 0.4 + 0.3
    reference = correlated(0)
    matched = match_covariance(grey, reference)
    assert np.isfinite(matched).all()
    offsets = (matched - matched.mean(axis=(0, 1))).reshape(-1, 3)
    assert np.linalg.matrix_rank(offsets, tol=1e-3) == 1  # still one line of colours
    constant = match_covariance(np.full((4, 4, 3), 0.2, np.float32), reference)
    np.testing.assert_allclose(
        constant, np.broadcast_to(moments(reference)[0], (4, 4, 3)), atol=1e-5
    )
    flat = match_covariance(reference, np.full((4, 4, 3), 0.2, np.float32))
    np.testing.assert_allclose(flat, 0.2, atol=1e-5)


def test_rounding_is_not_stretched_into_colour():
    grey = np.rint(random(40, 40, 1).repeat(3, 2) * 100 + 77)
    grey[..., 2] += np.random.default_rng(3).integers(0, 2, (40, 40)) * 0.5
    matched = match_covariance(grey / 255, correlated(0))
    offsets = (matched - matched.mean(axis=(0, 1))).reshape(-1, 3).astype(np.float64)
    assert np.linalg.svd(offsets / len(offsets) ** 0.5)[1][1] < 2e-3


def test_kept_colours_have_the_paintings_luma_and_the_photos_hue():
    painting, photo = random(10, 12, 3), random(10, 12, 3, seed=1)
    kept = keep_colors(painting, photo)
    np.testing.assert_allclose(kept @ LUMA, painting @ LUMA, atol=1e-5)
    chroma = photo - (photo @ LUMA)[..., None]
    got = kept - (kept @ LUMA)[..., None]
    np.testing.assert_allclose(np.cross(chroma, got), 0, atol=1e-5)  # parallel: the same hue
    assert (np.sum(chroma * got, axis=2) >= -1e-6).all()
    assert kept.min() >= 0 and kept.max() <= 1 and kept.dtype == np.float32


def test_kept_colours_on_small_numbers():
    photo = np.array([[[0.5, 0.4, 0.6]]], np.float32)
    np.testing.assert_allclose(keep_colors(photo, photo), photo, atol=1e-6)
    brighter = np.full((1, 1, 3), 0.2 + photo @ LUMA, np.float32)
    np.testing.assert_allclose(keep_colors(brighter, photo), photo + 0.2, atol=1e-6)
    white = np.ones((1, 1, 3), np.float32)
    np.testing.assert_allclose(keep_colors(white, photo), white, atol=1e-6)


def test_kept_colours_of_a_photo_of_another_size():
    photo = np.full((7, 5, 3), [0.5, 0.4, 0.6], np.float32)
    kept = keep_colors(np.full((20, 30, 3), 0.5, np.float32), photo)
    assert kept.shape == (20, 30, 3)
    np.testing.assert_allclose(
        kept - kept[..., 1:2], [[[0.1, 0, 0.2]]] * np.ones((20, 30, 1)), atol=1e-5
    )


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([match_histogram, match_covariance, keep_colors]), st.data())
def test_results_stay_in_range(function, data):
    shapes = data.draw(st.tuples(*[st.integers(1, 6)] * 4))
    first = random(*shapes[:2], 3, seed=data.draw(st.integers(0, 99))).round(
        data.draw(st.integers(0, 3))
    )
    second = random(*shapes[2:], 3, seed=data.draw(st.integers(0, 99))).round(
        data.draw(st.integers(0, 3))
    )
    result = function(first, second)
    assert result.shape == first.shape and np.isfinite(result).all()
    assert result.min() >= 0 and result.max() <= 1


@pytest.mark.parametrize("function", [match_histogram, match_covariance, keep_colors])
def test_other_shapes_are_one_sentence(function):
    good = random(4, 4, 3)
    for bad in (random(4, 4), random(4, 4, 4), random(0, 4, 3)):
        with pytest.raises(ZeuxisError, match="HxWx3"):
            function(good, bad)
        with pytest.raises(ZeuxisError, match="HxWx3"):
            function(bad, good)
