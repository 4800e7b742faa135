"""What is kept between passes comes back, from memory as far as that goes and then from a file."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np
import pytest

from zeuxis.runtime.shelf import Shelf

ROWS = 4 * 3 * 5 * 2  # bytes of what `rows` gives, in half precision


def rows(seed: int) -> np.ndarray:
    """Four rows of five columns and three channels."""
    return np.random.default_rng(seed).integers(-99, 99, (1, 3, 4, 5)).astype(np.float32)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The files that are opened."""
    opened: list[Any] = []
    real = tempfile.TemporaryFile

    def recorded(buffering: int) -> Any:
        opened.append(real(buffering=buffering))
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", recorded)
    return opened


@pytest.mark.parametrize("memory", [0, ROWS, 10 * ROWS])
def test_what_was_put_comes_back(memory: float) -> None:
    with Shelf(memory) as shelf:
        parts = [rows(seed) for seed in range(3)]
        for part in parts:
            shelf.put("a", part)
            shelf.put("b", -part)
        whole = np.concatenate(parts, axis=2)
        for first, last in ((0, 12), (0, 1), (3, 5), (2, 11), (11, 12)):
            assert np.array_equal(shelf.rows("a", first, last), whole[:, :, first:last])
            assert np.array_equal(shelf.rows("b", first, last), -whole[:, :, first:last])


def test_memory_comes_first_and_is_not_overdrawn(files: list[Any]) -> None:
    with Shelf(2 * ROWS) as shelf:
        shelf.put("a", rows(0))
        shelf.put("a", rows(1))
        assert not files
        shelf.put("a", rows(2))
        (file,) = files
        assert file.seek(0, 2) == ROWS
    assert file.closed


@pytest.mark.parametrize("above", [4, 7])
def test_what_is_forgotten_makes_room(files: list[Any], above: int) -> None:
    with Shelf(2 * ROWS) as shelf:
        shelf.put("a", rows(0))
        shelf.put("a", rows(1))
        shelf.forget("a", above)
        shelf.put("b", rows(2))
        assert not files
        assert np.array_equal(shelf.rows("a", 4, 8), rows(1))
        shelf.forget("a")
        shelf.put("b", rows(3))
        assert not files
        assert np.array_equal(shelf.rows("b", 4, 8), rows(3))


def test_places_in_the_file_are_used_again(files: list[Any]) -> None:
    with Shelf(0) as shelf:
        for seed in range(5):
            shelf.put("a", rows(seed))
            assert np.array_equal(shelf.rows("a", 0, 4), rows(seed))
            shelf.forget("a")
        assert files[0].seek(0, 2) == ROWS


def test_what_half_precision_does_not_hold_is_as_large_as_can_be() -> None:
    with Shelf(1e6) as shelf:
        shelf.put("a", np.full((1, 1, 1, 2), 1e6, np.float32) * [1, -1])
        assert shelf.rows("a", 0, 1).ravel().tolist() == [65504, -65504]
