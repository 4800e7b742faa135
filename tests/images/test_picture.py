"""Pictures in memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture


def test_a_batch_goes_there_and_back(photo):
    picture = replace(Picture.from_array(photo), bits=16, xmp=b"x")
    batch = picture.batch()
    assert batch.shape == (1, 3, 96, 128) and batch.dtype == np.float32
    assert batch.flags.c_contiguous and batch[0, 2, 5, 7] == picture.pixels[5, 7, 2]
    back = picture.with_batch(batch)
    assert (back.pixels == picture.pixels).all() and back.bits == 16 and back.xmp == b"x"
    assert back.pixels.flags.c_contiguous and back.alpha is None


def test_a_batch_of_another_size_takes_its_alpha_along(photo):
    alpha = np.linspace(0, 1, 128, dtype=np.float32)[None].repeat(96, 0)
    picture = replace(Picture.from_array(photo), alpha=alpha)
    painted = picture.with_batch(np.full((1, 3, 48, 64), 2.0))
    assert painted.pixels.shape == (48, 64, 3) and painted.pixels.max() == 1
    np.testing.assert_allclose(painted.alpha, alpha.reshape(48, 2, 64, 2).mean((1, 3)), atol=0.01)
    assert (picture.with_batch(picture.batch()).alpha == alpha).all()


@pytest.mark.parametrize("shape", [(3, 4, 4), (2, 3, 4, 4), (1, 1, 4, 4), (1, 3, 0, 4)])
def test_a_batch_of_another_shape_is_one_sentence(photo, shape):
    with pytest.raises(ZeuxisError, match="1x3xHxW"):
        Picture.from_array(photo).with_batch(np.zeros(shape))


@pytest.mark.parametrize(
    ("array", "pixel", "bits"),
    [
        (np.full((2, 3), 51, np.uint8), 0.2, 8),
        (np.full((2, 3, 1), 0.2), 0.2, 8),
        (np.full((2, 3, 3), 13107, np.uint16), 0.2, 16),
        (np.ones((2, 3), bool), 1, 8),
        (np.full((2, 3, 3), 1.5), 1, 8),
        (np.full((2, 3, 3), -7, np.int16), 0, 16),
        (np.full((2, 3, 3), np.nan), 0, 8),
    ],
)
def test_arrays_of_many_kinds(array, pixel, bits):
    picture = Picture.from_array(array)
    assert picture.pixels.shape == (2, 3, 3) and picture.pixels.dtype == np.float32
    np.testing.assert_allclose(picture.pixels, pixel, atol=1e-6)
    assert picture.bits == bits and picture.alpha is None


def test_arrays_with_alpha():
    grey = Picture.from_array(np.array([[[51, 102]]], np.uint8))
    np.testing.assert_allclose(grey.pixels, 0.2, atol=1e-6)
    np.testing.assert_allclose(grey.alpha, [[0.4]], atol=1e-6)
    color = Picture.from_array(np.array([[[0.1, 0.2, 0.3, 0.4]]]))
    np.testing.assert_allclose(color.pixels, [[[0.1, 0.2, 0.3]]], atol=1e-6)
    np.testing.assert_allclose(color.alpha, [[0.4]], atol=1e-6)


@pytest.mark.parametrize(
    "array", [np.zeros(3), np.zeros((2, 2, 5)), np.zeros((0, 2, 3)), np.array([["a", "b"]])]
)
def test_arrays_that_are_no_picture_are_one_sentence(array):
    with pytest.raises(ZeuxisError, match="a picture needs numbers"):
        Picture.from_array(array)


def test_pillow_there_and_back(photo):
    for channels in (photo, np.dstack([photo, photo[..., 0]])):
        image = Image.fromarray(channels)
        back = Picture.from_pil(image).to_pil()
        assert back.mode == image.mode and (np.asarray(back) == channels).all()


def test_a_pillow_image_without_pixels_is_one_sentence():
    with pytest.raises(ZeuxisError, match="no pixels"):
        Picture.from_pil(Image.new("RGB", (0, 5)))


def test_hidden_colours_are_read_as_they_are():
    values = np.array([[[10, 20, 30, 0]]], np.uint8)
    np.testing.assert_allclose(
        Picture.from_pil(Image.fromarray(values)).pixels * 255, [[[10, 20, 30]]]
    )


def test_bytes_stay_bytes_until_floats_are_asked_for(photo):
    picture = Picture.from_pil(Image.fromarray(photo))
    assert (picture.height, picture.width) == (96, 128)
    same = picture.but(xmp=b"x")
    assert (same.bytes == photo).all() and same.xmp == b"x"
    assert same.to_pil().mode == "RGB"
    assert picture.holds_bytes and same.holds_bytes
    assert picture.pixels.dtype == np.float32 and picture.pixels is picture.pixels
    assert (picture.pixels == photo.astype(np.float32) / np.float32(255)).all()
    assert not picture.holds_bytes and (picture.bytes == photo).all()


def test_floats_as_bytes_are_rounded_and_clipped():
    values = np.array([[[-1, 0.4999 / 255, 0.5001 / 255], [1, 2, 0.2]]], np.float32)
    tall = Picture(values.repeat(600, axis=0))  # more than is rounded at a time
    assert tall.bytes.shape == (600, 2, 3)
    assert (tall.bytes == [[0, 0, 1], [255, 255, 51]]).all()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_picture_is_not_changed_through_the_array_it_came_from(channels):
    array = np.full((2, 3, channels), 7, np.uint8)
    picture = Picture.from_array(array)
    array[:] = 0
    assert (picture.bytes == 7).all()
    assert picture.alpha is None or picture.alpha.min() > 0
