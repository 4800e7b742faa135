"""Pictures in arrays: those of .npy and .npz files, and what IDX files share with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.data.headers import Header
from zeuxis.data.sources.labels import NAMES, by_value
from zeuxis.data.sources.source import CLASSLESS, Bytes, Found, Source
from zeuxis.errors import ZeuxisError, reason
from zeuxis.images import Picture

PICTURES, LABELS = ("images", "x"), ("labels", "y")  # keys of an .npz
_MODES = {1: "grey", 2: "grey with alpha", 3: "RGB", 4: "RGB with alpha"}
_ROWS = 1024  # pictures looked at in one go


@dataclass
class ArraySource(Source):
    """Pictures of an array, N x H x W x C."""

    array: NDArray[Any] | None = None

    def content(self, index: int) -> bytes:
        """The numbers of a picture."""
        return bytes(self._values(index).tobytes())

    def header(self, index: int) -> Header:
        """The shape of a picture."""
        height, width, channels = self._values(index).shape
        return Header(width, height, _MODES[channels], "", channels < 3)

    def picture(self, index: int) -> Picture:
        """A picture, copied."""
        return Picture.from_array(self._values(index))

    def ready(self, shape: tuple[int, int, int]) -> Bytes | None:
        """The array, if it holds bytes of this shape."""
        array = self.array
        fits = array is not None and array.dtype == np.uint8 and array.shape[1:] == shape
        return array if fits else None

    def _values(self, index: int) -> NDArray[Any]:
        assert self.array is not None
        values: NDArray[Any] = self.array[index]
        return values


def array_source(path: Path, array: NDArray[Any], values: Any, names_file: Path) -> Source:
    """Pictures and their classes.

    Args:
        path: of the file, for messages.
        array: N x H x W or N x H x W x C, bytes or floats.
        values: N labels, or None.
        names_file: of the classes; need not exist.

    Raises:
        ZeuxisError: they are no pictures, or no labels of them.
    """
    array = _pictures(path, array)
    names = [f"{path} number {number}" for number in range(len(array))]
    if values is None:
        return ArraySource(names, np.full(len(array), CLASSLESS), (), array=array)
    labels, classes = by_value(_values(path, values, len(array)), names_file)
    return ArraySource(names, labels, classes, array=array)


def found_arrays(path: Path, split: str) -> Found:
    """The pictures of an .npy or .npz file."""
    names_file = path.with_name(NAMES)
    files = (path, *([names_file] if names_file.is_file() else []))
    return Found(path, f"a file of arrays ({path.suffix})", files, lambda: _load(path, split))


def _load(path: Path, split: str) -> Source:
    try:
        array, values = _read(path, split)
    except ZeuxisError:
        raise
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}") from error
    except MemoryError:
        raise ZeuxisError(
            f"{path} does not fit into memory: save its pictures as .npy, which is read in parts"
        ) from None
    except Exception as error:  # on broken headers numpy raises a dozen kinds
        if "Object arrays" in str(error) or "Python objects" in str(error):
            raise ZeuxisError(
                f"{path} holds Python objects, which could run code: save plain numbers with numpy"
            ) from error
        raise ZeuxisError(
            f"{path} is cut short or was not written by numpy: get a whole copy of it"
        ) from error
    return array_source(path, array, values, path.with_name(NAMES))


def _read(path: Path, split: str) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """The pictures of a file, and the labels if it has any."""
    if path.suffix.lower() == ".npy":
        _only_train(path, split)
        return np.lib.format.open_memmap(path, mode="r"), None
    with path.open("rb") as file:  # numpy would leave a broken one open
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise ZeuxisError(f"{path} is a single array: give it a name that ends in .npy")
        pictures, labels = _keys(path, loaded, split)
        return loaded[pictures], None if labels is None else loaded[labels]


def _keys(path: Path, loaded: Any, split: str) -> tuple[str, str | None]:
    """The keys of an .npz that pictures and labels are under; x_test goes with the test part."""
    for pictures, labels in zip(PICTURES, LABELS, strict=True):
        parted = (f"{pictures}_{split}", f"{split}_{pictures}")
        found = next((key for key in parted if key in loaded), None)
        if found is not None:
            beside = found.replace(pictures, labels)
            return found, beside if beside in loaded else None
    _only_train(path, split)
    key = next((key for key in PICTURES if key in loaded), None)
    if key is None:
        held = ", ".join(loaded.files) or "nothing"
        raise ZeuxisError(
            f"{path} holds {held}: name its pictures images (or x), and their labels labels (or y)"
        )
    return key, next((key for key in LABELS if key in loaded), None)


def _only_train(path: Path, split: str) -> None:
    if split != "train":
        raise ZeuxisError(f"{path} has no {split} part: leave the split out, or give another file")


def _pictures(path: Path, array: NDArray[Any]) -> NDArray[Any]:
    """The array as N x H x W x C."""
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim != 4 or not array.size or array.shape[3] not in _MODES:
        turned = array.ndim == 4 and array.shape[1] in _MODES
        shape = " x ".join(map(str, array.shape[:3] if array.shape[3:] == (1,) else array.shape))
        raise ZeuxisError(
            f"{path} has the shape {shape or 'of one number'}: pictures are N x H x W, or N x H x W x C "
            f"with C from 1 to 4{'; move the second axis to the end' if turned else ''}"
        )
    if array.dtype.kind == "f":
        _check_range(path, array)
    elif array.dtype not in (np.uint8, np.uint16):
        raise ZeuxisError(
            f"{path} holds {array.dtype}: save pictures as uint8, or floats in [0, 1]"
        )
    return array


def _check_range(path: Path, array: NDArray[Any]) -> None:
    for first in range(0, len(array), _ROWS):
        part = array[first : first + _ROWS]
        low, high = part.min(), part.max()
        if not (low >= 0 and high <= 1):  # not a number is neither
            raise ZeuxisError(
                f"{path} holds floats from {low:g} to {high:g}: bring them into [0, 1], or save uint8"
            )


def _values(path: Path, values: NDArray[Any], count: int) -> list[Any]:
    """The labels as whole numbers or texts."""
    flat = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if flat.shape != (count,) or flat.dtype.kind not in "iuUb":
        raise ZeuxisError(
            f"the labels of {path} are {values.dtype} of shape {values.shape}: give one whole number, or "
            f"one name, for each of its {count} pictures"
        )
    kind = str if flat.dtype.kind == "U" else int
    return [kind(value) for value in flat]
