"""Arrays: .npy and .npz, their types and shapes, labels, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zeuxis.data import prepare
from zeuxis.data.sources import find_source
from zeuxis.errors import ZeuxisError

Sort = Callable[[np.ndarray], np.ndarray]
SETTINGS: dict[str, Any] = {"height": 8, "width": 8, "channels": 3}


CHANGES = (
    np.uint8,
    lambda x: x / 255,
    lambda x: np.float32(x) / 255,
    lambda x: x.astype(np.uint16) * 257,
)
NO_LABELS = np.zeros(19, int), np.zeros((20, 2), int), np.zeros(20), np.array([None] * 20)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("ending", [".npy", ".npz"])
def test_kinds_of_numbers(
    tmp_path: Path, pixels: np.ndarray, by_blue: Sort, change: Any, ending: str
) -> None:
    file = tmp_path / f"a{ending}"
    array = change(pixels)
    np.save(file, array) if ending == ".npy" else np.savez(file, images=array)
    found = prepare(file, **SETTINGS)
    assert np.array_equal(by_blue(found.pictures), pixels)


def test_grey_without_channels(tmp_path: Path, pixels: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", pixels[..., 2])
    found = prepare(tmp_path / "a.npy", height=8, width=8, channels=1)
    assert np.array_equal(np.sort(found.pictures[:, 0, 0, 0]), pixels[:, 0, 0, 2])


def test_transparent_arrays_lie_on_the_background(tmp_path: Path, pixels: np.ndarray) -> None:
    cover = np.zeros((20, 8, 8, 1), np.uint8)
    np.save(tmp_path / "a.npy", np.concatenate([pixels, cover], 3))
    found = prepare(tmp_path / "a.npy", background="#102030", **SETTINGS)
    assert (found.pictures == (16, 32, 48)).all()


@pytest.mark.parametrize("keys", [("images", "labels"), ("x", "y"), ("x_train", "y_train")])
@pytest.mark.parametrize("values", [np.arange(20) % 3 * 5, (np.arange(20) % 3 * 5)[:, None]])
def test_labels(
    tmp_path: Path, pixels: np.ndarray, keys: tuple[str, str], values: np.ndarray
) -> None:
    np.savez_compressed(tmp_path / "a.npz", **dict(zip(keys, (pixels, values), strict=True)))
    found = prepare(tmp_path / "a.npz", classes=True, **SETTINGS)
    assert found.classes == ("0", "5", "10")
    number = found.pictures[:, 0, 0, 2] // 12
    assert np.array_equal(found.labels, number % 3)


def test_names_as_labels(tmp_path: Path, pixels: np.ndarray) -> None:
    names = np.array(["shoe", "bag"] * 10)
    np.savez(tmp_path / "a.npz", images=pixels, labels=names)
    found = prepare(tmp_path / "a.npz", classes=True, **SETTINGS)
    assert found.classes == ("bag", "shoe")
    assert np.array_equal(found.labels, found.pictures[:, 0, 0, 2] // 12 % 2 == 0)


def test_the_parts_of_a_file(tmp_path: Path, pixels: np.ndarray) -> None:
    file = tmp_path / "a.npz"
    np.savez(
        file, x_train=pixels, y_train=np.zeros(20, int), x_test=pixels[:17], y_test=np.ones(17, int)
    )
    assert len(prepare(file, **SETTINGS)) == 20
    test = prepare(file, split="test", classes=True, **SETTINGS)
    assert len(test) == 17 and test.classes == ("1",)
    np.savez(file, images=pixels)
    with pytest.raises(ZeuxisError, match="has no test part"):
        prepare(file, split="test", **SETTINGS)
    np.save(tmp_path / "a.npy", pixels)
    with pytest.raises(ZeuxisError, match="has no test part"):
        prepare(tmp_path / "a.npy", split="test", **SETTINGS)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((20, 64), np.uint8), r"has the shape 20 x 64: pictures are N x H x W"),
        (np.zeros((20, 3, 8, 8), np.uint8), "20 x 3 x 8 x 8: .*; move the second axis to the end"),
        (np.zeros((0, 8, 8), np.uint8), "has the shape 0 x 8 x 8"),
        (np.uint8(3), "has the shape of one number"),
        (np.zeros((20, 8, 8), np.int64), "holds int64: save pictures as uint8"),
        (np.zeros((20, 8, 8), complex), "holds complex128"),
        (np.full((20, 8, 8), 255.0), r"holds floats from 255 to 255: bring them into \[0, 1\]"),
        (np.full((20, 8, 8), -0.1), "holds floats from -0.1"),
        (np.full((20, 8, 8), np.nan), "holds floats from nan"),
        (np.array([{"a": 1}] * 20, object), "holds Python objects, which could run code"),
    ],
)
@pytest.mark.parametrize("ending", [".npy", ".npz"])
def test_arrays_that_are_no_pictures(tmp_path: Path, array: Any, message: str, ending: str) -> None:
    file = tmp_path / f"a{ending}"
    np.save(file, array) if ending == ".npy" else np.savez(file, x=array)
    with pytest.raises(ZeuxisError, match=message) as caught:
        prepare(file, **SETTINGS)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("labels", NO_LABELS)
def test_labels_that_are_none(tmp_path: Path, pixels: np.ndarray, labels: np.ndarray) -> None:
    np.savez(tmp_path / "a.npz", images=pixels, labels=labels)
    with pytest.raises(ZeuxisError, match="one whole number|holds Python objects"):
        prepare(tmp_path / "a.npz", **SETTINGS)


@pytest.mark.parametrize("ending", [".npy", ".npz"])
def test_files_that_numpy_did_not_write(tmp_path: Path, pixels: np.ndarray, ending: str) -> None:
    file = tmp_path / f"a{ending}"
    np.save(file, pixels) if ending == ".npy" else np.savez_compressed(file, x=pixels)
    whole = file.read_bytes()
    middle = len(whole) // 2
    damaged = whole[:middle] + bytes(20) + whole[middle + 20 :]
    for data in (whole[:-50], b"neither of them", *([damaged] if ending == ".npz" else [])):
        file.write_bytes(data)
        with pytest.raises(ZeuxisError, match="is cut short or was not written by numpy"):
            prepare(file, **SETTINGS)


@pytest.mark.parametrize("damage", [b"\x81\xb6(", b"{'a'", b"'" * 9])
def test_a_header_that_is_damaged(tmp_path: Path, pixels: np.ndarray, damage: bytes) -> None:
    np.save(tmp_path / "a.npy", pixels)
    data = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(data[:11] + damage + data[11 + len(damage) :])
    with pytest.raises(ZeuxisError, match="is cut short or was not written by numpy"):
        prepare(tmp_path / "a.npy", **SETTINGS)


def test_an_array_under_a_wrong_name(tmp_path: Path, pixels: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", pixels)
    (tmp_path / "a.npy").rename(tmp_path / "a.npz")
    with pytest.raises(ZeuxisError, match=r"is a single array: give it a name that ends in \.npy"):
        prepare(tmp_path / "a.npz", **SETTINGS)


def test_keys_that_say_nothing(tmp_path: Path, pixels: np.ndarray) -> None:
    np.savez(tmp_path / "a.npz", data=pixels)
    with pytest.raises(ZeuxisError, match=r"holds data: name its pictures images \(or x\)"):
        prepare(tmp_path / "a.npz", **SETTINGS)


def test_an_npy_file_is_read_in_parts(tmp_path: Path, pixels: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", pixels)
    ready = find_source(tmp_path / "a.npy").load().ready((8, 8, 3))
    assert isinstance(ready, np.memmap)
