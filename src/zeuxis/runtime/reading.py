"""Read the style of a painting: the row that a network of the same file paints in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import resize
from zeuxis.runtime.pixels import Floats
from zeuxis.runtime.sessions import Session, default_threads

GRAPH, PAINTING, READ_ROW = "graph.predictor", "painting", "row"
SHORT_SIDES = 256, 512  # pixels that a painting is read at, for fine and for bold strokes
LONGEST = 3  # times the short side; what is longer is squeezed


class Predictor:
    """A network that reads styles.

    Args:
        tensors: of the model file, graphs among them.
        path: of the model file, for messages.
        threads: how many to read with; None for `OMP_NUM_THREADS`, or all processors.

    Raises:
        ZeuxisError: if the file holds no such network.
    """

    def __init__(
        self, tensors: Mapping[str, np.ndarray], path: Path, threads: int | None = None
    ) -> None:
        self.path = path
        if GRAPH not in tensors:
            raise ZeuxisError(f"{path} paints in its own styles only: give a style by its name")
        names = [name for name in tensors if name.startswith("predictor.")]
        weights = {name: tensors[name] for name in names}
        threads = default_threads() if threads is None else max(1, threads)
        self._session = Session(tensors[GRAPH], weights, threads)

    def row(self, pixels: Floats, stroke_size: float = 0.5) -> Floats:
        """The row of a painting's style.

        Args:
            pixels: H x W x 3, sRGB, float32 in [0, 1].
            stroke_size: from 0, fine, to 1, bold.
        """
        height, width = pixels.shape[:2]
        size = size_read(height, width, stroke_size)
        painting: Any = resize(pixels, size).transpose(2, 0, 1)[None]
        (row,) = self._session.run([READ_ROW], {PAINTING: np.ascontiguousarray(painting)})
        found: Floats = row[0]
        return found


def size_read(height: int, width: int, stroke_size: float) -> tuple[int, int]:
    """The height and width at which the style of a painting is read."""
    fine, bold = SHORT_SIDES
    side = fine * (bold / fine) ** stroke_size
    factor = side / min(height, width)
    longest = round(LONGEST * side)
    return min(round(height * factor), longest), min(round(width * factor), longest)
