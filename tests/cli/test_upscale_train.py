"""`zeuxis upscale-train` as it is typed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from zeuxis.cli import display
from zeuxis.cli.main import main
from zeuxis.images import Picture, write
from zeuxis.models import read_card

LITTLE = ["--scale", "2", "--width", "8", "--blocks", "1", "--steps", "2", "--batch-size", "1",
          "--crop", "16", "--precision", "float32", "--device", "cpu"]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(display, "SECONDS_BETWEEN_LINES", -1.0)
    Path("photos").mkdir()
    for name in ("a", "b"):
        write(Picture.from_array(photo), f"photos/{name}.png")
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["upscale-train", *words])


def test_a_model(folder: Path) -> None:
    result = typed("photos", "-o", "mine.safetensors", *LITTLE, "--exam-every", "1")
    assert result.exit_code == 0, result.output
    assert "step 1: PSNR" in result.output and "LPIPS" in result.output
    assert "mine.safetensors enlarges 2 times" in result.output
    assert "try: zeuxis upscale photo.jpg --model mine.safetensors" in result.output
    card = read_card("mine.safetensors")
    again = card.command.replace("zeuxis upscale-train", "").split()
    assert again[:3] == ["photos", "-o", "mine.safetensors"]
    assert typed(*again, "--force", "--quiet").exit_code == 0
    assert read_card("mine.safetensors").command == card.command


def test_what_is_refused() -> None:
    for words, message in (
        (("nowhere", "-o", "m.safetensors"), "nowhere"),
        (("photos", "-o", "m.pth"), "ends in .safetensors"),
        (("photos", "-o", "m.safetensors", "--start", "none.safetensors"), "none.safetensors"),
        (("photos", "-o", "m.safetensors", "--pixel-weight", "0"), "all weights are 0"),
        (("photos", "-o", "m.safetensors", "--scale", "5"), "'5' is not one of"),
    ):
        result = typed(*words)
        assert result.exit_code == 2 and message in result.output, result.output
        assert "Traceback" not in result.output


def test_help_has_units_and_ranges() -> None:
    text = typed("--help").output
    for part in (
        "--perceptual-weight",
        "--adversarial-weight",
        "bicubic",
        "--crop PIXELS",
        "pixels",
    ):
        assert part in text
