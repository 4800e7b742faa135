"""What the tests share: a small training, and photographs to practise on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis.images import Picture, write
from zeuxis.upscaling.training.settings import UpscaleTrainSettings

LITTLE: dict[str, Any] = {
    "scale": 2, "width": 8, "blocks": 1, "steps": 4, "batch_size": 2, "crop": 16, "precision": "float32",
    "device": "cpu",
}  # fmt: skip


@pytest.fixture
def little() -> Callable[..., UpscaleTrainSettings]:
    """Makes settings of a training that takes a second."""
    torch.set_num_threads(1)
    return lambda **knobs: UpscaleTrainSettings(**LITTLE | knobs)


@pytest.fixture
def photos(tmp_path: Path, photo: np.ndarray) -> Path:
    """A folder of four photographs."""
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.png", "deep/c.png", "deep/d.png")):
        write(Picture.from_array(np.rot90(photo, number)), folder / name)
    return folder
