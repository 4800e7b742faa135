"""A score that costs little: how far made pictures are from real ones, as VGG-16's first layers see them.

It tells the better of two states of one run. It is not the FID, and says nothing about another run with other
reference pictures or another number of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zeuxis.metrics.frechet import Moments, frechet_distance
from zeuxis.perception.vgg import load_vgg

LAYER = "relu3_3"
PART = 64  # pictures looked at at a time


@dataclass(frozen=True)
class Score:
    """What a `QuickScore` says of pictures.

    Attributes:
        distance: Fréchet distance to the real ones; 0 at best.
        variety: how far the pictures lie from one another, over how far the real ones do; about 1 at best.
    """

    distance: float
    variety: float


class QuickScore:
    """Measures pictures against real ones, by means of VGG-16's features at relu3_3: 256 numbers a picture.

    Args:
        real: parts of the reference: N x C x H x W in [0, 1], C = 1 or 3; a thousand in all do.
        device: where to compute.
    """

    def __init__(self, real: Iterable[Tensor], device: str = "cpu") -> None:
        self.device = device
        self.real = self._moments(real)

    def __call__(self, made: Iterable[Tensor]) -> Score:
        """The score of pictures like the reference, in parts.

        Raises:
            ZeuxisError: if there are fewer than two.
        """
        moments, real = self._moments(made), self.real
        distance = frechet_distance(moments.mean, moments.covariance, real.mean, real.covariance)
        return Score(distance, moments.spread / real.spread if real.spread else 1.0)

    def _moments(self, parts: Iterable[Tensor]) -> Moments:
        return Moments.of(np.concatenate([self._features(part) for part in parts]))

    @torch.no_grad()
    def _features(self, pictures: Tensor) -> np.ndarray:
        """Means over the picture of each feature, N x 256."""
        vgg = load_vgg("vgg16", device=self.device)
        rows = []
        for part in pictures.chunk(-(-len(pictures) // PART)):
            seen = part.to(self.device).clamp(0, 1).expand(-1, 3, -1, -1)
            rows.append(vgg(seen, [LAYER])[LAYER].mean((2, 3)))
        return torch.cat(rows).cpu().numpy()
