"""Adaptive discriminator augmentation (Karras et al. 2020): as much as the discriminator calls for.

Nothing is clamped to [0, 1] afterwards: a clamp has no slope where it bites, and the generator would learn
nothing there. The discriminator sees real and made pictures go beyond the range alike.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from zeuxis.gan.augmentation.blits import blits
from zeuxis.gan.augmentation.chances import Chances
from zeuxis.gan.augmentation.colors import colors
from zeuxis.gan.augmentation.geometry import geometry

BATCHES = 4  # from one change of p to the next


class AdaptiveAugment:
    """Blits, geometric changes and changes of colour (the paper's `bgc`), each of which happens with p.

    p rises while the discriminator is surer of real pictures than it should be, and falls while it is less
    sure (section 3.1, r_t); it starts at 0, where pictures stay as they are.

    Args:
        target: r_t aimed at: the mean sign of the logits of real pictures.
        kimg: thousands of pictures in which p can go from 0 to 1.
        has_flips: whether pictures are mirrored; not for what is not the same in a mirror, as letters.
        has_turns: whether pictures are turned by quarters; those that are not square never are.
        is_antialiased: whether geometric changes resample at twice the size: finer, and slower.

    Attributes:
        p: how likely each change is to happen to a picture.
    """

    def __init__(
        self,
        target: float = 0.6,
        kimg: float = 500,
        has_flips: bool = True,
        has_turns: bool = True,
        is_antialiased: bool = True,
    ) -> None:
        self.target, self.kimg = target, kimg
        self.has_flips, self.has_turns = has_flips, has_turns
        self.is_antialiased = is_antialiased
        self.p = 0.0
        self._signs = 0.0  # of real pictures, summed since the last change of p
        self._seen = self._batches = 0

    def __call__(self, pictures: Tensor, generator: torch.Generator) -> Tensor:
        """N x C x H x W, about [0, 1], C = 1 or 3, to the same, beyond it too; differentiable once.

        Args:
            pictures: to change; they are left as they are.
            generator: draws the amounts, on the CPU; the same state and p give the same changes.
        """
        if self.p == 0:
            return pictures
        chances = Chances(pictures, self.p, generator)
        pictures = blits(pictures, chances, self.has_flips, self.has_turns)
        pictures = geometry(pictures, chances, self.p, self.is_antialiased)
        return colors(pictures, chances)

    def update(self, real_logits_sign_mean: float, pictures_seen: int) -> None:
        """Let p follow what the discriminator thinks of real pictures: every fourth time, as in the paper.

        Args:
            real_logits_sign_mean: of the logits of a batch, -1 to 1. Of relativistic losses, whose logits
                have no zero of their own, it is to be of their distance from the mean of made pictures'.
            pictures_seen: real ones in this batch, over all processes.
        """
        self._signs += real_logits_sign_mean * pictures_seen
        self._seen += pictures_seen
        self._batches += 1
        if self._batches < BATCHES:
            return
        excess = self._signs / self._seen - self.target
        direction = (excess > 0) - (excess < 0)
        self.p = min(max(self.p + direction * self._seen / (self.kimg * 1000), 0.0), 1.0)
        self._signs, self._seen, self._batches = 0.0, 0, 0

    def state(self) -> dict[str, float]:
        """All that changes, as plain numbers."""
        return {"p": self.p, "signs": self._signs, "seen": self._seen, "batches": self._batches}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from what `state` gave."""
        self.p, self._signs = state["p"], state["signs"]
        self._seen, self._batches = int(state["seen"]), int(state["batches"])
