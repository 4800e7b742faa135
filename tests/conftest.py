"""What all tests share: one thread, and a photograph and a texture to paint with."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch read it

import hypothesis
import numpy as np
import pytest
from skimage import data
from skimage.transform import resize
from skimage.util import img_as_float32

# A shared machine has slow moments; a deadline would make them failures. Nothing is written to disk.
hypothesis.settings.register_profile("zeuxis", deadline=None, database=None)
hypothesis.settings.load_profile("zeuxis")


def small(picture: np.ndarray) -> np.ndarray:
    """A picture scaled to a short side of 96 pixels, float32 HxWx3 in [0, 1]."""
    scale = 96 / min(picture.shape[:2])
    shape = tuple(round(side * scale) for side in picture.shape[:2])
    return np.ascontiguousarray(resize(img_as_float32(picture), shape, anti_aliasing=True))


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """A photograph, 96x144x3, float32 in [0, 1]."""
    return small(data.coffee())


@pytest.fixture(scope="session")
def texture() -> np.ndarray:
    """A strong texture to take a style from (stained tissue), 96x96x3, float32 in [0, 1]."""
    return small(data.immunohistochemistry())
