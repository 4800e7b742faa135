"""Which size and colours suit some pictures, after a look at a few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zeuxis.data.headers import Header
from zeuxis.data.sources import find_source
from zeuxis.data.sources.source import Source
from zeuxis.errors import ZeuxisError

SIDES = (64, 32, 16)  # that every network can make; 64 is what small machines can learn in an hour
SAMPLE = 64  # pictures looked at
_STEP = 4  # sides that networks can build up to: 28 is 7 x 4
_SMALL = 0.1  # the share of the pictures that may be smaller than the size suggested


@dataclass(frozen=True)
class SuggestedShape:
    """What suits some pictures.

    Attributes:
        height: pixels.
        width: pixels.
        channels: 1 for grey, 3 for RGB.
        why: in words.
    """

    height: int
    width: int
    channels: int
    why: str


def suggest_shape(source: str | Path, split: str = "train") -> SuggestedShape:
    """What size and colours suit some pictures: theirs if they are small and all alike, else up to 64 x 64.

    Args:
        source: as `prepare` takes it.
        split: as `prepare` takes it.

    Raises:
        ZeuxisError: there are no pictures, or none of those looked at can be read.
    """
    opened = find_source(source, split).load()
    return shape_for(sample(opened))


def sample(source: Source) -> list[Header]:
    """The headers of some pictures, from all over.

    Raises:
        ZeuxisError: there is none, or none can be read.
    """
    chosen = np.unique(np.linspace(0, len(source) - 1, SAMPLE).round().astype(int))
    headers, wrong = [], ZeuxisError("there are no pictures in it: give another")
    for number in chosen if len(source) else []:
        try:
            headers.append(source.header(int(number)))
        except ZeuxisError as error:
            wrong = error
    if not headers:
        raise wrong
    return headers


def shape_for(headers: Sequence[Header]) -> SuggestedShape:
    """What suits pictures of these headers, of which there is one at least."""
    channels = 1 if all(header.grey for header in headers) else 3
    colors = "grey" if channels == 1 else "colour"
    sizes = {(header.width, header.height) for header in headers}
    width, height = next(iter(sizes))
    fits = all(side in range(SIDES[-1], SIDES[0] + 1, _STEP) for side in (width, height))
    if len(sizes) == 1 and fits:
        return SuggestedShape(height, width, channels, f"all are {width}x{height}, {colors}")
    shortest = np.quantile(
        [min(size.width, size.height) for size in headers], _SMALL, method="lower"
    )
    side = next((side for side in SIDES if side <= shortest), SIDES[-1])
    if len(sizes) == 1:
        return SuggestedShape(side, side, channels, f"all are {width}x{height}, {colors}")
    why = f"nearly all are {shortest:.0f} pixels and more on their shorter side, {colors}"
    return SuggestedShape(side, side, channels, why)
