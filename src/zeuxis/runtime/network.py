"""Load a network that paints in one pass, and paint with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load
from zeuxis.runtime.memory import LARGE_BYTES, MAX_MEMORY, PROCESS_BYTES
from zeuxis.runtime.pixels import Continued, Floats, Pixels, check, put
from zeuxis.runtime.plan import PAINTED, PICTURE, PLAN, ROW, WHOLE, Plan
from zeuxis.runtime.sessions import Sessions, default_threads
from zeuxis.runtime.shelf import Shelf
from zeuxis.runtime.streaming import Progress, Stream

WHOLE_BYTES = (
    1e9  # more is painted in strips all the same: hardly slower, and it can be interrupted
)
STRIP_BYTES = 64e6, 16e6  # what a strip takes, where there is room, and at least


class Network:
    """A network that paints in one pass. Several threads may paint with it at once.

    Args:
        tensors: of the model file, graphs among them.
        card: of the model file.
        path: of the model file, for messages.

    Attributes:
        card: what the model file says of itself.
        tensors: its tensors, as they are in the file.
        plan: how pictures go through it.

    Raises:
        ZeuxisError: if the file holds no network that can be run.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], card: Card, path: Path) -> None:
        self.card, self.tensors, self.path = card, tensors, path
        if PLAN not in tensors:
            raise ZeuxisError(
                f"{path} is a {card.kind} without graphs to run: "
                "give a style that Zeuxis trained or imported"
            )
        try:
            self.plan = Plan.from_tensor(tensors[PLAN])
        except ZeuxisError as error:
            raise ZeuxisError(f"cannot use {path}: {error}") from error
        self._check()
        weights = {name: tensors[name] for name in self.plan.weights}
        self._sessions = Sessions(tensors[WHOLE], weights)

    def paint(
        self,
        pixels: Pixels,
        row: Any = None,
        *,
        threads: int | None = None,
        max_memory: float = MAX_MEMORY,
        progress: Progress | None = None,
    ) -> Pixels:
        """Paint a picture.

        A picture that would take more than `max_memory` is painted in strips, with the statistics of the
        whole: the painting is the same up to rounding.

        Args:
            pixels: H x W x 3, sRGB: uint8, or float32 in [0, 1].
            row: the style, `plan.row` numbers; None for a network of one style.
            threads: how many to paint with; None for `OMP_NUM_THREADS`, or all processors.
            max_memory: bytes that the process should not go over, `pixels` and the painting included. At
                least the two, a strip and the process itself are needed; what does not fit goes into a
                file in the folder for temporary files while it paints.
            progress: called with the share that is done, in [0, 1].

        Returns:
            The painting, of the shape and type of `pixels`.

        Raises:
            ZeuxisError: if these are no pixels, or no row of this network, or it cannot be run.
        """
        pixels = np.asarray(pixels)
        check(pixels)
        row = self._row(row)
        threads = default_threads() if threads is None else max(1, threads)
        picture = Continued(pixels, self.plan.borders)
        left = max_memory - PROCESS_BYTES - 2 * pixels.nbytes
        result = np.empty_like(pixels, order="C")
        try:
            if self._size(picture) <= min(left, WHOLE_BYTES):
                self._whole(picture, row, threads, result)
                if progress is not None:
                    progress(1.0)
            else:
                self._in_strips(picture, row, threads, result, left, progress)
        except ZeuxisError as error:
            raise ZeuxisError(f"cannot paint with {self.path}: {error}") from error
        return result

    def _whole(self, picture: Continued, row: Floats | None, threads: int, result: Pixels) -> None:
        feed = {PICTURE: picture.strip(0, picture.height)}
        if row is not None:
            feed[ROW] = row[None]
        is_large = self._size(picture) > LARGE_BYTES
        (painted,) = self._sessions.on(threads).run([PAINTED], feed, is_large)
        put(painted, 0, result, self.plan.borders.offset)

    def _in_strips(
        self,
        picture: Continued,
        row: Floats | None,
        threads: int,
        result: Pixels,
        left: float,
        progress: Progress | None,
    ) -> None:
        most, least = STRIP_BYTES
        strip_bytes = min(most, max(least, left / 8))
        with Shelf(left - 2 * strip_bytes) as shelf:
            stream = Stream(self.plan, self.tensors, row, picture, shelf, strip_bytes, threads)
            stream.paint(result, progress)

    def _size(self, picture: Continued) -> float:
        """The bytes that painting the whole takes."""
        return self.plan.bytes * picture.height * picture.width

    def _row(self, row: Any) -> Floats | None:
        """The row as the graphs take it."""
        if row is None and not self.plan.row:
            return None
        found = np.ascontiguousarray([] if row is None else row, np.float32)
        if found.shape != (self.plan.row,):
            raise ZeuxisError(
                f"{self.path} takes styles of {self.plan.row} numbers, but this one has shape "
                f"{found.shape}: take a row of the same file"
            )
        if not np.isfinite(found).all():
            raise ZeuxisError(
                f"a style for {self.path} has numbers that are not finite: get the file anew"
            )
        return found

    def _check(self) -> None:
        """Refuse a file that lacks what its plan speaks of."""
        plan = self.plan
        norms = [name for norm in plan.norms for name in (norm.scale, norm.shift) if name]
        graphs = [WHOLE, *(each.graph for each in plan.passes)]
        weights = [*plan.weights, *(name for each in plan.passes for name in each.weights)]
        lacking = [name for name in (*graphs, *weights, *norms) if name not in self.tensors]
        if lacking:
            raise ZeuxisError(f"{self.path} lacks {lacking[0]!r}: get the file anew")
        own = sum(norm.channels for norm in plan.norms if norm.scale is None)
        if 2 * own != plan.row:
            raise ZeuxisError(f"{self.path} has styles of another network: get the file anew")


def load_network(path: str | Path) -> Network:
    """The network of a model file.

    Raises:
        ZeuxisError: if the file cannot be read, is damaged, or holds no network that can be run.
    """
    tensors, card = load(path)
    return Network(tensors, card, Path(path))
