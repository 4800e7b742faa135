"""Make docs/pictures/larger.jpg: parts of free photographs, made small, and made four times as large again.

    python tools/make_larger.py

From left to right: the small picture, enlarged by bicubic, by the shipped network at its faithful end and at its
sharp end, and what it was made from.
"""

from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

import zeuxis
from zeuxis.upscaling.bicubic import bicubic
from zeuxis.upscaling.degrading import at_8_bits

# Top, left and side of the parts, all multiples of 4.
PARTS = {"chelsea": (40, 120, 160), "coffee": (100, 216, 160), "astronaut": (40, 140, 160)}
SCALE, CELL, GAP = 4, 320, 6
ROOT = Path(__file__).parents[1]


def row(name: str) -> list[np.ndarray]:
    """Five views of a part of a photograph."""
    photo = getattr(skimage.data, name)()[..., :3].astype(np.float32) / 255
    height, width = (side // SCALE * SCALE for side in photo.shape[:2])
    photo = photo[:height, :width]
    small = at_8_bits(bicubic(photo, (height // SCALE, width // SCALE)))
    views = [
        small.repeat(SCALE, 0).repeat(SCALE, 1),
        at_8_bits(bicubic(small, (height, width))),
        *(zeuxis.upscale(small, scale=SCALE, sharpness=t).picture.pixels for t in (0.0, 1.0)),
        photo,
    ]
    top, left, side = PARTS[name]
    return [view[top : top + side, left : left + side] for view in views]


def main() -> None:
    """Lay out the sheet."""
    rows = [row(name) for name in PARTS]
    step = CELL + GAP
    page = Image.new("RGB", (step * len(rows[0]) - GAP, step * len(rows) - GAP), "white")
    for line, views in enumerate(rows):
        for column, view in enumerate(views):
            image = Image.fromarray(np.rint(255 * view).astype(np.uint8))
            resample = Image.Resampling.NEAREST  # pixels are to be seen as they are
            page.paste(image.resize((CELL, CELL), resample), (column * step, line * step))
    page.save(ROOT / "docs/pictures/larger.jpg", quality=90)


if __name__ == "__main__":
    main()
