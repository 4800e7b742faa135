"""Work on pictures by number, shared out to threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 64  # pictures handed out: Ctrl-C waits for no more
MOST = 8  # threads

Result = TypeVar("Result")


def shared_out(
    work: Callable[[int], Result], numbers: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], list[Result]]]:
    """What a function makes of each number: some numbers and their results at a time, in order."""
    with ThreadPoolExecutor(min(MOST, os.cpu_count() or 1)) as pool:
        for part in parts(numbers, AT_ONCE):
            yield part, list(pool.map(work, part.tolist()))


def parts(numbers: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """So many of them at a time."""
    return (numbers[first : first + size] for first in range(0, len(numbers), size))
