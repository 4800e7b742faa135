"""Amounts that are drawn for each picture, and left out as often as not."""

import torch
from torch import Tensor


class Chances:
    """Draws amounts for the pictures of a batch; each is the neutral one with probability 1 - p.

    Everything is drawn on the CPU, in single precision, so that a state of the generator means the same
    amounts on every device.

    Args:
        pictures: N x C x H x W; amounts are of their type and on their device.
        p: how likely a change is to happen to a picture.
        generator: of random numbers, on the CPU.
    """

    def __init__(self, pictures: Tensor, p: float, generator: torch.Generator) -> None:
        self._like, self._p, self._generator = pictures, p, generator

    def uniform(self, low: float, high: float, columns: int = 1, p: float | None = None) -> Tensor:
        """Uniform in [low, high), N x columns; 0 where nothing happens."""
        return self._or(0.0, low + (high - low) * self._rand(columns), p)

    def whole(self, below: int) -> Tensor:
        """Whole numbers from 0 to below - 1, N x 1; 0 where nothing happens."""
        return self._or(0.0, (self._rand(1) * below).floor())

    def normal(self, deviation: float, columns: int = 1) -> Tensor:
        """Normal about 0, N x columns; 0 where nothing happens."""
        return self._or(0.0, deviation * self._randn(columns))

    def factor(self, deviation: float) -> Tensor:
        """2 to the power of normal numbers, N x 1; 1 where nothing happens."""
        return self._or(1.0, (deviation * self._randn(1)).exp2())

    def _or(self, neutral: float, drawn: Tensor, p: float | None = None) -> Tensor:
        happens = self._rand(1) < (self._p if p is None else p)
        return torch.where(happens, drawn, neutral).to(self._like)

    def _rand(self, columns: int) -> Tensor:
        return torch.rand(len(self._like), columns, generator=self._generator)

    def _randn(self, columns: int) -> Tensor:
        return torch.randn(len(self._like), columns, generator=self._generator)
