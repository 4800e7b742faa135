"""Batches by number: every picture once an epoch, mirrored or not, in shares."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis.data import Epochs, PictureSet
from zeuxis.errors import ZeuxisError


@pytest.fixture
def whole(pixels: np.ndarray) -> PictureSet:
    return PictureSet(pixels, np.arange(20), tuple("abcdefghijklmnopqrst"))


def test_a_batch(whole: PictureSet, pixels: np.ndarray) -> None:
    pictures, labels = Epochs(whole, 6).batch(0)
    assert pictures.shape == (6, 3, 8, 8) and pictures.dtype == np.uint8
    assert pictures.flags.c_contiguous and labels.dtype == np.int64
    assert np.array_equal(pictures, pixels[labels].transpose(0, 3, 1, 2))


@pytest.mark.parametrize("size", [1, 6, 20, 33, 50])
def test_every_picture_once_an_epoch(whole: PictureSet, size: int) -> None:
    """No picture is dropped where epochs meet, however large a batch is."""
    epochs = Epochs(whole, size, seed=3)
    drawn = np.concatenate([epochs.batch(number)[1] for number in range(-(-100 // size))])
    orders = drawn[:100].reshape(5, 20)
    assert all(sorted(order) == list(range(20)) for order in orders)
    assert len({tuple(order) for order in orders}) == 5


def test_batches_do_not_depend_on_those_before(whole: PictureSet) -> None:
    epochs = Epochs(whole, 7, seed=1, mirror=True)
    forwards = [epochs.batch(number) for number in range(9)]
    for number in reversed(range(9)):
        for a, b in zip(
            Epochs(whole, 7, seed=1, mirror=True).batch(number), forwards[number], strict=True
        ):
            assert np.array_equal(a, b)


def test_the_seed_decides(whole: PictureSet) -> None:
    one, other = (Epochs(whole, 20, seed).batch(0)[1] for seed in (0, 2**62))
    assert not np.array_equal(one, other)


def test_half_are_mirrored(whole: PictureSet, pixels: np.ndarray) -> None:
    epochs, turned = Epochs(whole, 20, mirror=True), 0
    for number in range(30):
        pictures, labels = epochs.batch(number)
        for picture, label in zip(pictures, labels, strict=True):
            plain = pixels[label].transpose(2, 0, 1)
            assert np.array_equal(picture, plain) or np.array_equal(picture, plain[..., ::-1])
            turned += not np.array_equal(picture, plain)
    assert 240 < turned < 360
    assert np.array_equal(epochs.batch(0)[1], Epochs(whole, 20).batch(0)[1])


@pytest.mark.parametrize("world", [2, 3, 6])
def test_shares_make_up_the_batch(whole: PictureSet, world: int) -> None:
    for number in range(5):
        alone = Epochs(whole, 6, 4, True).batch(number)
        shares = [Epochs(whole, 6, 4, True, rank, world).batch(number) for rank in range(world)]
        for part in range(2):
            assert np.array_equal(np.concatenate([share[part] for share in shares]), alone[part])


@pytest.mark.parametrize(("size", "world"), [(0, 1), (7, 2), (-4, 2)])
def test_batches_that_cannot_be_shared(whole: PictureSet, size: int, world: int) -> None:
    with pytest.raises(ZeuxisError, match="cannot be shared among"):
        Epochs(whole, size, world=world)


def test_no_pictures(whole: PictureSet) -> None:
    none = PictureSet(whole.pictures[:0], whole.labels[:0])
    with pytest.raises(ZeuxisError, match="no pictures to draw from"):
        Epochs(none, 4)
