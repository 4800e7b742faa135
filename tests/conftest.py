"""What all tests share: one thread, and a photograph and a texture to paint with."""

from __future__ import annotations

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

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


@pytest.fixture(scope="session")
def styles_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file as those that are shipped, with three styles, that nobody has trained."""
    import torch

    from zeuxis.models import Card, save
    from zeuxis.style.graphs import add_graphs
    from zeuxis.style.networks.fresco import Fresco

    torch.manual_seed(0)
    network = Fresco((8, 12, 16), 1)
    plain = network.plain_row()
    rows = plain + 0.5 * torch.randn(3, 2, len(plain))
    tensors = {name: each.numpy() for name, each in network.state_dict().items()}
    tensors |= {"rows": rows.numpy(), "plain": plain.numpy()}
    styles = [
        {"name": "starry-night", "title": "The Starry Night", "painter": "Vincent van Gogh", "year": "1889"},
        {"name": "great-wave", "title": "The Great Wave off Kanagawa", "painter": "Katsushika Hokusai"},
        {"name": "scream"},
    ]  # fmt: skip
    extra = {"network": {"widths": [8, 12, 16], "blocks": 1}, "styles": styles}
    card = Card(name="styles", kind="fresco", extra=extra)
    path = tmp_path_factory.mktemp("models") / "styles.safetensors"
    save(path, add_graphs(tensors, card), card)
    return path


@pytest.fixture
def shipped(styles_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That file in the place of the shipped one."""
    from zeuxis.style import gallery

    monkeypatch.setattr(gallery, "SHIPPED", styles_file)
    return styles_file


@pytest.fixture
def folder(
    tmp_path: Path, shipped: Path, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder to work in, with photo.jpg, and in/ with three photos of which one is none."""
    from zeuxis.images import Picture, write

    monkeypatch.chdir(tmp_path)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("photo.jpg", "in/a.png", "in/deep/c.jpg"):
        write(Picture.from_array(photo), name)
    Path("in/b.jpg").write_bytes(b"\xff\xd8\xff broken, as a camera's card leaves it behind")
    return tmp_path


@pytest.fixture(scope="session")
def stand_in() -> ModuleType:
    """The module that makes networks that enlarge, for want of trained ones."""
    path = Path(__file__).parent / "upscaling" / "stand_in.py"
    spec = spec_from_file_location("enlarging_stand_in", path)
    assert spec is not None and spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="session")
def enlarging_files(tmp_path_factory: pytest.TempPathFactory, stand_in: ModuleType) -> Path:
    """A folder of model files that enlarge as those that are shipped do, that nobody has trained."""
    models = tmp_path_factory.mktemp("upscaling")
    for scale in (2, 4, 8):
        stand_in.save_stand_in(models / f"x{scale}.safetensors", scale, sharp=scale != 8)
    return models


@pytest.fixture
def enlargers(enlarging_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That folder in the place of the shipped one."""
    from zeuxis.upscaling import gallery

    monkeypatch.setattr(gallery, "MODELS", enlarging_files)
    return enlarging_files
