"""What a network paints while it learns: a sheet that is written again and again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from zeuxis.data import stacked
from zeuxis.images import Size, read, write
from zeuxis.style.model import StyleModel

LONGEST = 384  # pixels of a painting on the sheet
ACROSS = 6  # paintings at most


class Previews:
    """Paints photographs in every style.

    Args:
        model: what paints.
        photos: picture files.
        path: where the sheet goes.
        every: steps from one sheet to the next.

    Raises:
        ZeuxisError: if a photo cannot be read.
    """

    def __init__(
        self, model: StyleModel, photos: Sequence[str | Path], path: Path, every: int
    ) -> None:
        self.model, self.path, self.every = model, path, every
        fit = Size(longest=LONGEST).resolve
        self.photos = [read(photo, fit=fit).batch() for photo in photos]

    def is_due(self, step: int) -> bool:
        """Whether a sheet is to be written after a step."""
        return bool(self.photos) and step % self.every == 0

    @torch.no_grad()
    def write(self) -> None:
        """Write the sheet: a block a photo, the photo first, then every style at middling strokes."""
        device = next(self.model.parameters()).device
        middle = torch.tensor([0.5], device=device)
        blocks = []
        for photo in self.photos:
            pictures = [photo[0]]
            for number in range(len(self.model.styles)):
                style = torch.tensor([number], device=device)
                painted = self.model(torch.from_numpy(photo).to(device), style, middle)
                pictures.append(painted[0].cpu().numpy())
            blocks.append(_block([picture.transpose(1, 2, 0) for picture in pictures]))
        write(stacked(blocks), self.path, overwrite=True)


def _block(pictures: list[np.ndarray]) -> np.ndarray:
    """Pictures of one size in rows; what is left of the last row is white."""
    columns = min(ACROSS, len(pictures))
    blank = [np.ones_like(pictures[0])] * (-len(pictures) % columns)
    filled = [*pictures, *blank]
    rows = [np.concatenate(filled[i : i + columns], 1) for i in range(0, len(filled), columns)]
    return np.concatenate(rows)
