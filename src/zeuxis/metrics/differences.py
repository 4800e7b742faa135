"""Where two pictures differ, as a picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.images import Picture
from zeuxis.metrics.pairing import pair_of

GAINS = (8, 4, 2, 1)  # the first one that fits
CLIPPED = 0.005  # share of pixels that may lie beyond black or white


@dataclass(frozen=True, eq=False)
class Difference:
    """Where two pictures differ.

    Attributes:
        picture: 1/2 + gain (first - second), channel by channel, clipped: grey where both are the same.
        gain: how many times the difference it shows.
    """

    picture: Picture
    gain: int


def difference(
    first: Any, second: Any, *, gain: int | None = None, max_megapixels: float = 200.0
) -> Difference:
    """Show where two pictures differ.

    What is lighter than grey is lighter in the first picture, what is bluer is bluer there.

    Args:
        first: a file, a Pillow image, an array or a `Picture`.
        second: the same, of the same size.
        gain: how many times the difference to show; None for the most of 8, 4 and 2 that leaves 99.5% of the
            pixels unclipped, or else 1. Give one to lay several pictures side by side.
        max_megapixels: the largest file that is read.

    Raises:
        ZeuxisError: if one cannot be read, or their sizes differ.
    """
    one, other = pair_of(first, second, max_megapixels)
    apart = one.pixels - other.pixels
    chosen = gain or _gain_for(apart)
    return Difference(Picture(np.clip(0.5 + chosen * apart, 0, 1)), chosen)


def _gain_for(apart: NDArray[Any]) -> int:
    most = np.abs(apart).max(2)
    fits = (gain for gain in GAINS if (gain * most > 0.5).mean() <= CLIPPED)
    return next(fits, GAINS[-1])
