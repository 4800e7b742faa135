"""Pictures to make collections of, and a cache of one's own."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

COUNT = 20


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where prepared pictures go."""
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def pixels() -> np.ndarray:
    """Twenty smooth pictures in colour, 20 x 8 x 8 x 3, uint8, all different."""
    rows, columns = np.mgrid[:8, :8]
    grids = [
        np.stack([20 * rows + 5 * n, 20 * columns + n, np.full((8, 8), 12 * n)], 2)
        for n in range(COUNT)
    ]
    return np.stack(grids).astype(np.uint8)


@pytest.fixture(scope="session")
def png() -> Callable[[np.ndarray], bytes]:
    """The bytes of a PNG file of an array."""

    def encode(array: np.ndarray) -> bytes:
        out = io.BytesIO()
        Image.fromarray(array).save(out, "PNG")
        return out.getvalue()

    return encode


@pytest.fixture
def folder(tmp_path: Path, pixels: np.ndarray) -> Path:
    """The pictures in two class folders, ten each, one of them deeper than the other."""
    root = tmp_path / "pictures"
    for number, picture in enumerate(pixels):
        where = root / ("cat" if number < 10 else "dog/deep")
        where.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(where / f"{number:02}.png")
    return root


@pytest.fixture(scope="session")
def by_blue() -> Callable[[np.ndarray], np.ndarray]:
    """Pictures in the order of `pixels`, which their blue tells."""

    def sort(pictures: np.ndarray) -> np.ndarray:
        return pictures[np.argsort(pictures[:, 0, 0, 2])]

    return sort


@pytest.fixture(scope="session")
def idx() -> Callable[[np.ndarray], bytes]:
    """The bytes of an IDX file of an array of bytes."""

    def encode(array: np.ndarray) -> bytes:
        shape: Sequence[int] = array.shape
        head = bytes([0, 0, 8, array.ndim]) + b"".join(side.to_bytes(4, "big") for side in shape)
        return head + array.astype(np.uint8).tobytes()

    return encode
