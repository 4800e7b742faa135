"""What the tests share: a small training, photographs to practise on, paintings, networks of one colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis.images import Picture, write
from zeuxis.models import Card, save
from zeuxis.style import brushes, gallery
from zeuxis.style.training.settings import StyleTrainSettings

LITTLE: dict[str, Any] = {
    "widths": (4, 6, 8), "blocks": 1, "fine_blocks": 1, "steps": 4, "batch_size": 2, "crop_sizes": (64,),
    "content_layers": ("relu2_2",), "style_layers": ("relu1_2", "relu2_2"), "style_sizes": (64, 96),
    "precision": "float32", "device": "cpu",
}  # fmt: skip

RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


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


@pytest.fixture
def paintings(tmp_path: Path, texture: np.ndarray, photo: np.ndarray) -> Path:
    """A folder of two paintings."""
    folder = tmp_path / "paintings"
    folder.mkdir()
    write(Picture.from_array(texture), folder / "tissue.png")
    write(Picture.from_array(1 - photo), folder / "night.png")
    return folder


class Plain:
    """A network for which a row is a colour: it paints everything in that."""

    path = Path("any.safetensors")

    def __init__(self, rows: list[Any] | None = None, plain: Any = None) -> None:
        self.tensors = {} if rows is None else {"rows": np.array([[row, row] for row in rows])}
        if plain is not None:
            self.tensors["plain"] = np.array(plain, np.float32)
        self.calls: list[dict[str, Any]] = []

    def paint(self, pixels: np.ndarray, row: Any, **options: Any) -> np.ndarray:
        self.calls.append({"row": row, "dtype": pixels.dtype, **options})
        color = np.array([1.0, 1.0, 1.0] if row is None else row)
        if options["progress"] is not None:
            options["progress"](1.0)
        if pixels.dtype == np.uint8:
            color = np.round(color * 255)
        return np.broadcast_to(color, pixels.shape).astype(pixels.dtype)


@pytest.fixture
def networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Plain]:
    """Files that paint in red or green, in blue, and, without rows, in white."""
    made = {
        "a.safetensors": Plain([RED, GREEN], plain=(0.2, 0.2, 0.2)),
        "b.safetensors": Plain([BLUE]),
        "white.safetensors": Plain(),
    }
    for name, styles in (("a", ["red", "green"]), ("b", ["blue"]), ("white", ["white"])):
        card = Card(name, "fresco", extra={"styles": [{"name": each} for each in styles]})
        save(tmp_path / f"{name}.safetensors", {"x": np.zeros(1)}, card)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gallery, "SHIPPED", tmp_path / "a.safetensors")
    monkeypatch.setattr(brushes, "_network", lambda model: made[model.name])
    return made
