"""A painting that no network has seen, as a style: its row is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

import zeuxis
from zeuxis import ZeuxisError, stylize
from zeuxis.style import gallery

GREY = np.full((6, 8, 3), 51, np.uint8)  # 0.2


def color(result: zeuxis.Stylized) -> list[float]:
    return [round(float(value), 2) for value in result.picture.pixels[0, 0]]


class Predictor:
    """Says the mean colour of a painting."""

    threads: ClassVar[list[int | None]] = []

    def __init__(self, tensors: dict[str, Any], path: Path, threads: int | None) -> None:
        assert path.name == "any.safetensors"
        self.threads.append(threads)

    def row(self, pixels: np.ndarray, stroke_size: float) -> np.ndarray:
        mean: np.ndarray = pixels.mean((0, 1))
        return mean


def test_any_painting(
    networks: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from zeuxis import runtime

    path = tmp_path / "any.safetensors"
    path.touch()
    networks[path.name] = type(networks["a.safetensors"])([])
    monkeypatch.setattr(gallery, "ANY", path)
    monkeypatch.setattr(runtime, "Predictor", Predictor)
    Image.new("RGB", (9, 9), (255, 0, 51)).save("painting.png")
    result = stylize(GREY, "painting.png")
    assert color(result) == [1, 0, 0.2] and result.styles == {"painting": 1.0}
    assert color(stylize(GREY, Image.new("L", (9, 9), 255), threads=3)) == [1, 1, 1]
    assert Predictor.threads == [None, 3]
    Path("text.png").write_text("no picture, but long enough to be looked into")
    with pytest.raises(ZeuxisError, match="text.png is not a picture"):
        stylize(GREY, "text.png")


@pytest.mark.usefixtures("networks")
def test_any_painting_without_the_network_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "ANY", Path("none.safetensors"))
    with pytest.raises(ZeuxisError, match="no network that paints like any picture came with"):
        stylize(GREY, GREY)
