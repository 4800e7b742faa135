"""The arithmetic of rows: a style is a row of numbers, so strokes, blends and strength are sums of rows.

Dumoulin et al. 2017, "A Learned Representation For Artistic Style", section 3.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError

Row = NDArray[np.float32]

FINE, BOLD = 0, 1  # the two rows of a style
HALF = 0.5  # of the way to a style's row, below which no row goes


def row_of(
    tensors: Mapping[str, NDArray[np.generic]], number: int, stroke_size: float
) -> Row | None:
    """The row of a model's style.

    Args:
        tensors: the model's; `rows` is S x 2 x P.
        number: of the style.
        stroke_size: from 0, fine, to 1, bold.

    Returns:
        P numbers; None if the network knows one style only and takes no row.

    Raises:
        ZeuxisError: the file has no such row.
    """
    if "rows" not in tensors:
        return None
    rows = np.asarray(tensors["rows"])
    if rows.ndim != 3 or rows.shape[1] != 2 or number >= len(rows):
        raise ZeuxisError(
            f"its rows are of shape {rows.shape}, but style {number + 1} needs a pair of rows: get the "
            "file anew"
        )
    fine, bold = rows[number].astype(np.float32)
    return mixed([fine, bold], [1.0 - stroke_size, stroke_size])


def mixed(rows: Sequence[Row], weights: Sequence[float]) -> Row:
    """The weighted mean of rows: the style between styles."""
    row: Row = np.average(np.stack(rows), axis=0, weights=weights).astype(np.float32)
    return row


def weakened(row: Row | None, plain: Row | None, strength: float) -> tuple[Row | None, float]:
    """What to paint with for a strength, and how much of the painting then covers the photo.

    The painting is laid over the photo, ever thinner, until at 0 nothing of it is left; and its row goes half
    the way back to `plain`, which gives back the photo. Rows alone would not do, for half way there is more
    contrast than at either end; nor would thinness, which shows two pictures at once.

    Args:
        row: the style's; None for a network without rows, whose paintings can only be laid over the photo.
        plain: the row that gives back the photo; None if the network has none.
        strength: from 0, the photo, to 1, the painting.

    Returns:
        the row, and the cover from 0 to 1.
    """
    if row is None or plain is None:
        return row, strength
    share = HALF + (1.0 - HALF) * strength
    return mixed([plain, row], [1.0 - share, share]), strength
