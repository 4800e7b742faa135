"""Batches without end: every picture once an epoch, each time in another order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from zeuxis.data.pictures import Bytes, Labels, PictureSet
from zeuxis.errors import ZeuxisError

_ORDER, _MIRROR = 0, 1  # what random numbers are for


class Epochs:
    """Batches by number. None depends on those before, so that a run may be resumed anywhere.

    Batches run over the border of epochs: no picture is dropped.

    Args:
        pictures: to draw from.
        batch_size: pictures of a batch, all processes together.
        seed: where randomness starts from, not negative.
        mirror: whether to turn left and right around in half of the cases.
        rank: which of several processes this is, from 0.
        world: how many processes there are; each gets its share of the very batch that one would get.

    Raises:
        ZeuxisError: the batch cannot be shared out evenly, or there are no pictures.
    """

    def __init__(
        self,
        pictures: PictureSet,
        batch_size: int,
        seed: int = 0,
        mirror: bool = False,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        if not len(pictures):
            raise ZeuxisError("there are no pictures to draw from: give some")
        if batch_size < 1 or batch_size % world:
            raise ZeuxisError(
                f"a batch of {batch_size} pictures cannot be shared among {world} processes: give a "
                f"multiple of {world}"
            )
        self.pictures, self.batch_size, self.seed, self.mirror = pictures, batch_size, seed, mirror
        share = batch_size // world
        self._share = slice(rank * share, (rank + 1) * share)
        self._order = lru_cache(maxsize=2)(self._shuffled)  # a batch may lie in two epochs

    def batch(self, number: int) -> tuple[Bytes, Labels]:
        """One batch, or this process's share of it.

        Args:
            number: of the batch, from 0.

        Returns:
            uint8, N x C x H x W, contiguous, and int64, N.
        """
        chosen = np.concatenate(list(self._indices(number)))[self._share]
        batch = self.pictures.pictures[chosen].transpose(0, 3, 1, 2)
        if self.mirror:
            random = np.random.default_rng((self.seed, _MIRROR, number))
            turned = (random.random(self.batch_size) < 0.5)[self._share]
            batch = np.where(turned[:, None, None, None], batch[..., ::-1], batch)
        return np.ascontiguousarray(batch), self.pictures.labels[chosen]

    def _indices(self, number: int) -> Iterator[NDArray[np.int64]]:
        """The pictures of a batch, epoch by epoch."""
        count = len(self.pictures)
        place, left = number * self.batch_size, self.batch_size
        while left:
            epoch, start = divmod(place, count)
            part = self._order(epoch)[start : start + left]
            yield part
            place, left = place + len(part), left - len(part)

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng((self.seed, _ORDER, epoch)).permutation(len(self.pictures))
