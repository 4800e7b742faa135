"""TensorBoard, where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zeuxis.training import board as board_module
from zeuxis.training.board import Board


def test_without_it_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "find_spec", lambda name: None)
    board = Board(tmp_path)
    board.line({"step": 1, "loss": 0.5})
    board.picture("samples", np.zeros((8, 8, 3)), 1)
    board.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore")  # of TensorBoard itself
def test_with_it_numbers_and_pictures_are(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = Board(tmp_path)
    for step in (1, 2, 3):
        board.line({"step": step, "loss": 0.5 * step, "warnings": ["a word"], "held_out": None})
    board.picture("samples", np.zeros((8, 8, 3), np.float32), 3)
    board.close()
    Board(tmp_path, step=1).close()  # resumed from step 1
    events = EventAccumulator(str(tmp_path)).Reload()
    assert events.Tags()["scalars"] == ["loss"] and events.Tags()["images"] == ["samples"]
    assert [(each.step, each.value) for each in events.Scalars("loss")] == [(1, 0.5)]
