"""Where two pictures differ, as a picture."""

from typing import Any

import numpy as np

from zeuxis.images import Picture
from zeuxis.metrics.compare import pair_of

GAIN = 4  # always the same, so that such pictures can be compared with one another


def difference(first: Any, second: Any) -> Picture:
    """1/2 + 4 (first - second), channel by channel, clipped: grey where both are the same.

    What is lighter than grey is lighter in the first picture, what is bluer is bluer there.

    Args:
        first: a file, a Pillow image, an array or a `Picture`.
        second: the same, of the same size.

    Raises:
        ZeuxisError: if one cannot be read, or their sizes differ.
    """
    one, other = pair_of(first, second)
    return Picture(np.clip(0.5 + GAIN * (one.pixels - other.pixels), 0, 1))
