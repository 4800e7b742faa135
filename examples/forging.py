"""The demo's forgers: clothes from a generator that comes along, galaxies from one trained on the spot."""

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

MINUTES = 1.0
SIDE, STRIDE = 32, 12  # pixels of a piece of the sky, and from one to the next


def forge(out: Path) -> None:
    """Make clothes; then learn for a minute what the sky looks like, from one photograph of it.

    Args:
        out: gets fashion.png; sky.png, and beside it what the network made when it knew nothing.
    """
    clothes = zeuxis.Generator.load("fashion").sample(80, seed=7, truncation_psi=0.8)
    write(clothes.sheet(columns=10), out / "fashion.png", overwrite=True)
    with TemporaryDirectory() as folder:
        data, run = Path(folder) / "sky.npz", Path(folder) / "run"
        np.savez(data, images=pieces(skimage.data.hubble_deep_field()))
        settings = GanSettings(minutes=MINUTES, preview_minutes=MINUTES / 3, seed=1)
        with Display() as display:
            train(
                data,
                run,
                settings,
                callbacks=[lambda report: display.show(lambda: f"step {report.step}")],
            )
        first, *_ = sorted((run / "samples").iterdir())
        copy(first, out / "sky-at-first.png")
        sky = zeuxis.Generator.load(run).sample(64, seed=7)
        write(sky.sheet(columns=8), out / "sky.png", overwrite=True)


def pieces(picture: np.ndarray) -> np.ndarray:
    """All pieces of a picture, N x 32 x 32 x 3."""
    height, width = picture.shape[:2]
    return np.stack(
        [
            picture[top : top + SIDE, left : left + SIDE]
            for top in range(0, height - SIDE + 1, STRIDE)
            for left in range(0, width - SIDE + 1, STRIDE)
        ]
    )
