"""The sheet that is painted while a network learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read, write
from zeuxis.style.model import StyleModel, new_model
from zeuxis.style.training import previews as previews_module
from zeuxis.style.training.previews import Previews


@pytest.fixture
def model() -> StyleModel:
    model = new_model("fresco", {"widths": (4, 6, 8)}, [{"name": str(n)} for n in range(7)], 0)
    torch.manual_seed(0)
    assert model.rows is not None
    model.rows.data += torch.randn_like(model.rows)
    return model


def test_the_photo_and_every_style(
    model: StyleModel, tmp_path: Path, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photo and seven styles, six across; the rest is white, and so is the room beside a narrower one."""
    write(Picture.from_array(photo), tmp_path / "a.png")
    write(Picture.from_array(photo.transpose(1, 0, 2)), tmp_path / "b.png")
    monkeypatch.setattr(previews_module, "LONGEST", 144)
    sheet = tmp_path / "sheet.png"
    previews = Previews(model, [tmp_path / "a.png", tmp_path / "b.png"], sheet, 10)
    previews.write()
    pixels = read(sheet).pixels
    assert pixels.shape == (2 * 96 + 2 * 144, 6 * 144, 3)
    assert np.abs(pixels[:96, :144] - photo).max() < 0.01
    assert (pixels[96:192, 2 * 144 :] == 1).all() and (pixels[192:, 6 * 96 :] == 1).all()
    batch = torch.from_numpy(read(tmp_path / "a.png").batch())
    for number, (top, left) in enumerate([(0, n) for n in range(1, 6)] + [(1, 0), (1, 1)]):
        with torch.no_grad():
            painted = model(batch, torch.tensor([number]), torch.tensor([0.5]))[0]
        there = pixels[96 * top : 96 * top + 96, 144 * left : 144 * left + 144]
        assert np.abs(there - painted.permute(1, 2, 0).numpy()).max() < 0.003
    previews.write()  # again, over the one before


def test_large_photos_are_made_smaller(model: StyleModel, tmp_path: Path) -> None:
    write(Picture.from_array(np.zeros((20, 800, 3))), tmp_path / "wide.png")
    previews = Previews(model, [tmp_path / "wide.png"], tmp_path / "s.jpg", 1)
    assert previews.photos[0].shape == (1, 3, 10, 384)


def test_when(model: StyleModel, tmp_path: Path, photo: np.ndarray) -> None:
    write(Picture.from_array(photo), tmp_path / "a.png")
    previews = Previews(model, [tmp_path / "a.png"], tmp_path / "s.jpg", 3)
    assert [step for step in range(1, 8) if previews.is_due(step)] == [3, 6]
    assert not Previews(model, [], tmp_path / "s.jpg", 3).is_due(3)


def test_photos_that_are_none(model: StyleModel, tmp_path: Path) -> None:
    with pytest.raises(ZeuxisError, match="none.jpg"):
        Previews(model, [tmp_path / "none.jpg"], tmp_path / "s.jpg", 3)
