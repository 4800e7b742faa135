"""A score that costs little: how far made pictures are from real ones, as VGG-16's first layers see them.

It tells the better of two states of one run. It is not the FID, and says nothing about another run with other
reference pictures or another number of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from zeuxis.metrics.frechet import Moments, frechet_distance
from zeuxis.metrics.nearest import nearest
from zeuxis.perception.vgg import load_vgg

LAYER = "relu3_3"
SEEN = 128  # pixels of a picture's longest side, at most: larger ones would cost more than a score is to
PART = 64  # pictures looked at at a time


@dataclass(frozen=True)
class Score:
    """What a `QuickScore` says of pictures.

    Attributes:
        distance: Fréchet distance to the real ones; 0 at best.
        variety: how far the pictures lie from one another, over how far the real ones do; about 1 at best.
        distinctness: how far a picture lies from the one most like it, the median, over the same among the
            real ones; near 0 if they are a few again and again, however far apart those lie.
    """

    distance: float
    variety: float
    distinctness: float


class QuickScore:
    """Measures pictures against real ones, by means of VGG-16's features at relu3_3: 256 numbers a picture.

    Args:
        real: parts of the reference: N x C x H x W in [0, 1], C = 1 or 3; a thousand in all do.
        device: where to compute.
    """

    def __init__(self, real: Iterable[Tensor], device: str = "cpu") -> None:
        self.device = device
        rows = self._rows(real)
        self.real, self.gap = Moments.of(rows), _gap(rows)

    def __call__(self, made: Iterable[Tensor]) -> Score:
        """The score of pictures like the reference, in parts; as many as these, lest others be nearer.

        Raises:
            ZeuxisError: if there are fewer than two.
        """
        rows = self._rows(made)
        moments, real = Moments.of(rows), self.real
        distance = frechet_distance(moments.mean, moments.covariance, real.mean, real.covariance)
        return Score(
            distance,
            variety=moments.spread / real.spread if real.spread else 1.0,
            distinctness=_gap(rows) / self.gap if self.gap else 1.0,
        )

    def _rows(self, parts: Iterable[Tensor]) -> np.ndarray:
        return np.concatenate([self._features(part) for part in parts])

    @torch.no_grad()
    def _features(self, pictures: Tensor) -> np.ndarray:
        """Means over the picture of each feature, N x 256."""
        vgg = load_vgg("vgg16", device=self.device)
        rows = []
        for part in pictures.chunk(-(-len(pictures) // PART)):
            seen = _reduced(part.to(self.device).clamp(0, 1)).expand(-1, 3, -1, -1)
            rows.append(vgg(seen, [LAYER])[LAYER].mean((2, 3)))
        return torch.cat(rows).cpu().numpy()


def _reduced(pictures: Tensor) -> Tensor:
    """Pictures of the size that they are seen at."""
    sides = pictures.shape[2:]
    if max(sides) <= SEEN:
        return pictures
    size = [max(1, round(side * SEEN / max(sides))) for side in sides]
    return F.interpolate(pictures, size=size, mode="bilinear", antialias=True, align_corners=False)


def _gap(rows: np.ndarray) -> float:
    """The median distance of a row from the nearest other one; the nearest of all is itself."""
    return float(np.median(nearest(rows, rows, 2).distances[:, 1]))
