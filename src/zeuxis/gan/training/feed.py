"""Real pictures for each step."""

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import torch

from zeuxis.data import Epochs
from zeuxis.gan.training.step import Batch


class Feed:
    """The batches of a step, whenever it is asked for; those of the next are made meanwhile.

    Args:
        epochs: where batches come from; labels are left out if there are no classes.
        count: batches of a step, one for each time that the discriminator learns.
        device: where they are to be.
    """

    def __init__(self, epochs: Epochs, count: int, device: torch.device) -> None:
        self.epochs, self.count, self.device = epochs, count, device
        self._pool = ThreadPoolExecutor(1)
        self._following: tuple[int, Future[list[Batch]]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()

    def __call__(self, step: int) -> list[Batch]:
        """Pictures in [0, 1], N x C x H x W, channels last, and their classes, for a step from 0."""
        following = self._following
        has_it = following is not None and following[0] == step
        batches = following[1].result() if following is not None and has_it else self._made(step)
        self._following = step + 1, self._pool.submit(self._made, step + 1)
        return batches

    def _made(self, step: int) -> list[Batch]:
        return [self._batch(step * self.count + turn) for turn in range(self.count)]

    def _batch(self, number: int) -> Batch:
        pixels, classes = self.epochs.batch(number)
        pictures = torch.from_numpy(pixels).to(self.device)
        pictures = pictures.contiguous(memory_format=torch.channels_last).float().div_(255)
        if not self.epochs.pictures.classes:
            return pictures, None
        return pictures, torch.from_numpy(classes).to(self.device)
