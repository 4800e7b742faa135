"""The demo's forgers: clothes and flowers from generators that come along, bricks from one trained here."""

from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import numpy as np
import skimage.data

import zeuxis
from zeuxis.cli.display import Display
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training.run import train
from zeuxis.images import write

STEPS = 600  # about a minute of two cores; steps, so that a busy machine makes the same bricks
FIRST_MINUTES = 0.3  # until the first sheet
SIDE, STRIDE = 32, 12  # pixels of a piece of the wall, and from one to the next


def forge(out: Path) -> None:
    """Make clothes and flowers; then learn what bricks look like, from one photograph of a wall.

    Args:
        out: gets fashion.png and flowers.png; bricks.png, and beside it what the network made at first.
    """
    clothes = zeuxis.Generator.load("fashion").sample(80, seed=7, truncation_psi=0.8)
    write(clothes.sheet(columns=10), out / "fashion.png", overwrite=True)
    flowers = zeuxis.Generator.load("flowers").sample(40, seed=7, truncation_psi=0.9)
    write(flowers.sheet(columns=10), out / "flowers.png", overwrite=True)
    with TemporaryDirectory() as folder:
        data, run = Path(folder) / "bricks.npz", Path(folder) / "run"
        np.savez(data, images=pieces(skimage.data.brick()[..., None]))
        settings = GanSettings(steps=STEPS, preview_minutes=FIRST_MINUTES, seed=1)
        with Display() as display:
            train(
                data,
                run,
                settings,
                callbacks=[lambda report: display.show(lambda: f"step {report.step} of {STEPS}")],
            )
        first, *_ = sorted((run / "samples").iterdir())
        copy(first, out / "bricks-at-first.png")
        bricks = zeuxis.Generator.load(run).sample(64, seed=7)
        write(bricks.sheet(columns=8), out / "bricks.png", overwrite=True)


def pieces(picture: np.ndarray) -> np.ndarray:
    """All pieces of a picture, N x 32 x 32 x C."""
    height, width = picture.shape[:2]
    return np.stack(
        [
            picture[top : top + SIDE, left : left + SIDE]
            for top in range(0, height - SIDE + 1, STRIDE)
            for left in range(0, width - SIDE + 1, STRIDE)
        ]
    )
