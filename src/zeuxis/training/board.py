"""What TensorBoard shows of a run, where it is installed."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np


class Board:
    """Writes event files; nothing at all without the package `tensorboard`.

    Args:
        folder: where they go.
        step: that a resumed run goes on from: what an earlier session wrote of later ones is not shown.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        self._writer: Any = None
        if find_spec("tensorboard") is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(folder), purge_step=step + 1)

    def line(self, line: Mapping[str, Any]) -> None:
        """Add the numbers of a line of `metrics.jsonl`, which has a `step`."""
        for name, value in line.items():
            if self._writer is not None and isinstance(value, float) and name != "step":
                self._writer.add_scalar(name, value, line["step"])

    def picture(self, name: str, pixels: np.ndarray, step: int) -> None:
        """Add a picture, H x W x C in [0, 1]."""
        if self._writer is not None:
            self._writer.add_image(name, pixels, step, dataformats="HWC")

    def close(self) -> None:
        """Write what is not written yet."""
        if self._writer is not None:
            self._writer.close()
