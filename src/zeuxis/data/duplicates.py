"""Pictures that are there twice: to the byte, or nearly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

THUMB = 16  # pixels of a side of what is compared
BITS = 4  # of 64, that the hashes of two may differ in
APART = 0.05  # of its mean deviation from grey, that thumbnails may differ by on average
FLAT = 0.5  # of 256 levels, that they may at least
MOST = 30_000  # pictures that are compared each with each
_ROWS = 256  # compared with all others in one go
_AT_ONCE = 4096  # pairs whose thumbnails are compared in one go

Thumbs = NDArray[np.uint8]


def exact(digests: Sequence[bytes]) -> list[list[int]]:
    """Groups of pictures, by number, whose digests are the same."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for number, digest in enumerate(digests):
        groups[digest].append(number)
    return [group for group in groups.values() if len(group) > 1]


def near(thumbs: Thumbs) -> list[list[int]]:
    """Groups of pictures, by number, that look the same though resized or saved anew.

    Two belong together if their average hashes (N. Krawetz, "Looks Like It", 2011) differ in at most 4 of 64
    bits and, since simple pictures share hashes, their thumbnails by little beside what is in them.

    Args:
        thumbs: N x 16 x 16, grey.
    """
    leader = list(range(len(thumbs)))

    def led_by(number: int) -> int:
        while leader[number] != number:
            leader[number] = number = leader[leader[number]]
        return number

    for first, second in _pairs(thumbs):
        leader[led_by(second)] = led_by(first)
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(len(thumbs)):
        groups[led_by(number)].append(number)
    return [group for group in groups.values() if len(group) > 1]


def average_hashes(thumbs: Thumbs) -> NDArray[np.uint64]:
    """64 bits a picture: whether each of 8 x 8 parts is lighter than the mean."""
    half = THUMB // 2
    parts = thumbs.reshape(-1, half, 2, half, 2).mean((2, 4), dtype=np.float32).reshape(-1, 64)
    lighter = parts > parts.mean(1, keepdims=True)
    return np.packbits(lighter, axis=1).view(np.uint64)[:, 0]


def _pairs(thumbs: Thumbs) -> Iterator[tuple[int, int]]:
    hashes, values = average_hashes(thumbs), thumbs.reshape(len(thumbs), -1).astype(np.float32)
    deviation = np.abs(values - values.mean(1, keepdims=True)).mean(1)
    allowed = np.maximum(FLAT, APART * deviation)
    for start in range(0, len(thumbs), _ROWS):
        rows = hashes[start : start + _ROWS, None]
        close = (
            np.argwhere(np.triu(np.bitwise_count(rows ^ hashes[None, start:]) <= BITS, 1)) + start
        )
        for first in range(0, len(close), _AT_ONCE):
            pairs = close[first : first + _AT_ONCE]
            apart = np.abs(values[pairs[:, 0]] - values[pairs[:, 1]]).mean(1)
            yield from pairs[apart <= allowed[pairs[:, 0]]].tolist()
