"""Resampling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size, resize


@pytest.fixture
def values(photo) -> np.ndarray:
    return photo.astype(np.float32) / 255


def test_the_same_size_is_the_same_picture(values):
    same = resize(values, values.shape[:2])
    assert (same == values).all() and same is not values and same.dtype == np.float32


def test_every_layout_gives_the_same_numbers(values):
    rows = resize(values, (50, 40))
    batch = resize(np.stack([values.transpose(2, 0, 1)] * 2), (50, 40))
    plane = resize(values[..., 1], (50, 40))
    assert rows.shape == (50, 40, 3) and batch.shape == (2, 3, 50, 40) and plane.shape == (50, 40)
    assert (batch[1].transpose(1, 2, 0) == rows).all() and (plane == rows[..., 1]).all()
    assert rows.flags.c_contiguous and rows.dtype == np.float32


def test_shrinking_does_not_alias():
    """Stripes one pixel wide turn grey."""
    stripes = np.tile(np.array([0, 1], np.float32), (64, 32))
    shrunk = resize(stripes, (16, 16))
    np.testing.assert_allclose(shrunk[2:-2, 2:-2], 0.5, atol=0.02)


def test_a_smooth_wave_keeps_its_shape():
    """Against the wave itself, at the centres of the new pixels."""

    def wave(count: int) -> np.ndarray:
        return (0.5 + 0.4 * np.sin((np.arange(count) + 0.5) / count * 6)).astype(np.float32)

    for count in (50, 200):
        resized = resize(np.tile(wave(100), (4, 1)), (4, count))
        np.testing.assert_allclose(resized[0, 8:-8], wave(count)[8:-8], atol=1e-3)


def test_precision_is_well_beyond_8_bits():
    ramp = np.linspace(0.25, 0.75, 4000, dtype=np.float32)[None].repeat(2, 0)
    shrunk = resize(ramp, (2, 1000))
    expected = ramp.reshape(2, 1000, 4).mean(axis=2)
    np.testing.assert_allclose(shrunk[:, 5:-5], expected[:, 5:-5], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(1, 40)] * 4), st.floats(0, 1, width=32))
def test_constants_stay_and_nothing_leaves_the_range(sizes, level):
    height, width, new_height, new_width = sizes
    flat = resize(np.full((height, width, 3), level, np.float32), (new_height, new_width))
    assert flat.shape == (new_height, new_width, 3)
    np.testing.assert_allclose(flat, level, atol=1e-6)
    noise = np.random.default_rng(height).integers(0, 2, (height, width)).astype(np.float32)
    resized = resize(noise, (new_height, new_width))
    assert resized.min() >= 0 and resized.max() <= 1


@pytest.mark.parametrize(
    ("shape", "size"), [((5,), (2, 2)), ((0, 3, 3), (2, 2)), ((4, 4, 3), (0, 2))]
)
def test_what_cannot_be_resized_is_one_sentence(shape, size):
    with pytest.raises(ZeuxisError, match="cannot resize"):
        resize(np.zeros(shape, np.float32), size)


def test_unseen_colours_do_not_bleed():
    """White on transparent black: the edge stays white, only its cover falls off."""
    alpha = np.zeros((32, 32), np.float32)
    alpha[:, 13:] = 1
    picture = Picture(pixels=alpha[..., None].repeat(3, 2), alpha=alpha)
    for size in ((8, 8), (100, 100)):
        resized = picture.resized(size)
        edge = (resized.alpha > 0.05) & (resized.alpha < 0.95)
        assert edge.any()
        np.testing.assert_allclose(resized.pixels[resized.alpha > 0.05], 1, atol=1e-3)
        assert resize(picture.pixels, size)[edge].min() < 0.9  # what it would be without care


def test_all_transparent_pictures_keep_their_hidden_colours():
    picture = Picture(np.full((8, 8, 3), 0.3, np.float32), np.zeros((8, 8), np.float32))
    resized = picture.resized((5, 3))
    np.testing.assert_allclose(resized.pixels, 0.3, atol=1e-6)
    assert (resized.alpha == 0).all()


def test_a_picture_keeps_what_it_says(values):
    picture = replace(Picture.from_array(values), bits=16, dpi=(300, 300), exif=b"e")
    resized = picture.resized(Size.parse("64"))
    assert (resized.height, resized.width) == (48, 64)
    assert resized.bits == 16 and resized.dpi == (300, 300) and resized.exif == b"e"
    again = replace(picture, alpha=values[..., 0]).resized((96, 128))
    assert (again.pixels == picture.pixels).all() and (again.alpha == values[..., 0]).all()
