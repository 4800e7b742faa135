"""What the tests of training share: a small network, photographs to practise on, a painting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis.images import Picture, write
from zeuxis.style.training.settings import StyleTrainSettings

LITTLE: dict[str, Any] = {
    "widths": (4, 6, 8), "blocks": 1, "fine_blocks": 1, "steps": 4, "batch_size": 2, "crop_sizes": (64,),
    "content_layers": ("relu2_2",), "style_layers": ("relu1_2", "relu2_2"), "style_sizes": (64, 96),
    "precision": "float32", "device": "cpu",
}  # fmt: skip


@pytest.fixture
def little() -> Callable[..., StyleTrainSettings]:
    """Makes settings of a training that takes a second."""
    torch.set_num_threads(1)
    return lambda **knobs: StyleTrainSettings(**LITTLE | knobs)


@pytest.fixture
def content(tmp_path: Path, photo: np.ndarray) -> Path:
    """A folder of two photographs."""
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    write(Picture.from_array(photo), folder / "coffee.png")
    write(Picture.from_array(photo[::-1, :, ::-1]), folder / "deep" / "turned.png")
    return folder


@pytest.fixture
def painting(tmp_path: Path, texture: np.ndarray) -> Path:
    """A painting's file."""
    write(Picture.from_array(texture), tmp_path / "Stained_Tissue.png")
    return tmp_path / "Stained_Tissue.png"


@pytest.fixture
def another(tmp_path: Path, photo: np.ndarray) -> Path:
    """Another painting's file, in other colours."""
    write(Picture.from_array(1 - photo[..., ::-1]), tmp_path / "night.png")
    return tmp_path / "night.png"
