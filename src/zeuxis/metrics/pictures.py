"""What sets of pictures come as: folders, data sets, arrays, tensors, generators of them.

Whatever they come as, a network sees the same: 8 bits a colour, as a file of them would hold.
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, picture_files, read
from zeuxis.images.picture import quantized
from zeuxis.perception.download import file_digest

AT_ONCE = 64  # pictures of a part
WORKERS = 4  # threads that read files
SLACK = 0.05  # that a network's output may lie outside [0, 1]

Part = tuple[np.ndarray, np.ndarray | None]  # uint8 N x H x W x C, and classes: int64 N


@dataclass(frozen=True, eq=False)
class Known:
    """What a source tells of its pictures without a look at them.

    Attributes:
        count: how many there are, broken ones included.
        labels: the class of each; None if they have none.
        classes: names of the classes; empty if they have none.
    """

    count: int
    labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()


@dataclass
class Pictures:
    """A set of pictures, in parts, to be gone through once.

    Attributes:
        parts: each of pictures of one size.
        total: how many there are, broken ones included; None if nobody knows before the end.
        classes: names of the classes; empty if there are none.
        digest: of the content, where it is worth keeping what was found; else empty.
        skipped: files that could not be used, and why; filled while the parts are gone through.
    """

    parts: Iterable[Part]
    total: int | None = None
    classes: tuple[str, ...] = ()
    digest: str = ""
    skipped: dict[str, str] = field(default_factory=dict)


def pictures_of(source: Any, size: tuple[int, int] | None = None) -> Pictures:
    """The pictures of a source.

    Args:
        source: a folder; anything with `.pictures`, uint8 N x H x W x C, and maybe `.labels`, `.classes` and
            `.digest`; an array or a tensor: uint8 N x H x W x C, or floats N x C x H x W in [0, 1]; or an
            iterable of arrays or tensors, or of pairs of them and their labels. C is 1 or 3.
        size: height and width that the pictures of a folder are brought to, cut in the middle to their
            shape; None for the size of its first picture.

    Raises:
        ZeuxisError: it is none of these.
    """
    if isinstance(source, str | Path):
        return _folder(Path(source), size)
    if hasattr(source, "pictures"):
        return _data_set(source)
    if _is_array(source):
        pictures = _bytes(source)
        return Pictures(_slices(pictures, None), len(pictures))
    if isinstance(source, Iterable):
        return Pictures(_stream(source))
    raise ZeuxisError(
        f"{type(source).__name__} is no set of pictures: give a folder, a data set, an array, a tensor, or "
        "an iterable of them"
    )


def known_of(source: Any) -> Known | None:
    """What a source as `pictures_of` takes it tells beforehand; None if one has to go through it.

    Raises:
        ZeuxisError: it is a folder that is not there, or without pictures.
    """
    if isinstance(source, str | Path):
        return Known(len(_files(Path(source))))
    if hasattr(source, "pictures"):
        labels = getattr(source, "labels", None)
        classes = tuple(getattr(source, "classes", ()))
        return Known(len(source.pictures), None if labels is None else np.asarray(labels), classes)
    if not _is_array(source) or len(source.shape) != 4:
        return None
    channels = source.shape[1 if "float" in str(source.dtype) else 3]
    return Known(len(source)) if channels in (1, 3) else None  # what holds none is refused later


def _data_set(source: Any) -> Pictures:
    labels = getattr(source, "labels", None)
    classes = tuple(getattr(source, "classes", ()))
    parts = _slices(source.pictures, None if labels is None else np.asarray(labels))
    digest = getattr(source, "digest", "")
    return Pictures(parts, len(source.pictures), classes, digest)


def _slices(pictures: Any, labels: np.ndarray | None) -> Iterator[Part]:
    """Parts of pictures that are together already, or mapped from a file."""
    for first in range(0, len(pictures), AT_ONCE):
        here = slice(first, first + AT_ONCE)
        yield _bytes(pictures[here]), None if labels is None else labels[here]


def _stream(source: Iterable[Any]) -> Iterator[Part]:
    """Parts of what comes one by one, alone or with labels."""
    for item in source:
        labels = None
        if isinstance(item, tuple | list) and len(item) == 2:
            item, given = item
            labels = np.asarray(given, np.int64).reshape(-1)
        pictures = _bytes(item)
        if labels is not None and len(labels) != len(pictures):
            raise ZeuxisError(f"{len(pictures)} pictures came with {len(labels)} labels")
        yield from _slices(pictures, labels)


def _is_array(source: Any) -> bool:
    return hasattr(source, "shape") and hasattr(source, "dtype")


def _bytes(source: Any) -> np.ndarray:
    """uint8 N x H x W x C of an array or a tensor of either kind."""
    if not _is_array(source):
        raise ZeuxisError(
            f"a part of the pictures is {type(source).__name__}, not an array or a tensor"
        )
    array = source.detach().cpu().float() if _is_float_tensor(source) else source
    array = np.asarray(array.cpu() if hasattr(array, "cpu") else array)
    if array.dtype == np.uint8 and array.ndim == 4 and array.shape[-1] in (1, 3):
        return array
    if array.dtype.kind == "f" and array.ndim == 4 and array.shape[1] in (1, 3):
        return _levels(array).transpose(0, 2, 3, 1)
    raise ZeuxisError(
        f"an array of {array.dtype}, {' x '.join(map(str, array.shape))} holds no pictures: give uint8 "
        "N x H x W x C, or floats N x C x H x W in [0, 1]; C is 1 or 3"
    )


def _is_float_tensor(source: Any) -> bool:
    return hasattr(source, "detach") and source.is_floating_point()


def _levels(array: np.ndarray) -> np.ndarray:
    """Floats in [0, 1] as the nearest of 256 levels."""
    low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 1.0)
    if not (low >= -SLACK and high <= 1 + SLACK):  # so that NaN is refused as well
        raise ZeuxisError(
            f"the pictures hold values from {low:g} to {high:g}, but must be in [0, 1]: rescale them"
        )
    return quantized(array, np.uint8)


def _files(folder: Path) -> list[Path]:
    files = picture_files(folder)
    if not files:
        raise ZeuxisError(f"there are no pictures in {folder}: give a folder with some")
    return files


def _folder(folder: Path, size: tuple[int, int] | None) -> Pictures:
    files = _files(folder)
    pictures = Pictures((), len(files))
    pictures.parts = _read(files, size, pictures.skipped)
    pictures.digest = _digest(files, size)
    return pictures


def _digest(files: list[Path], size: tuple[int, int] | None) -> str:
    """Of what is in the files, in their order, and of the size they are brought to."""
    total = hashlib.sha256(str(size).encode())
    for file in files:
        try:
            total.update(bytes.fromhex(file_digest(file)))
        except OSError:  # reading it will say so
            total.update(b"unreadable")
    return total.hexdigest()


def _read(
    files: list[Path], size: tuple[int, int] | None, skipped: dict[str, str]
) -> Iterator[Part]:
    """Pictures of files, all of one size; what cannot be read is put down and left out."""
    with ThreadPoolExecutor(WORKERS) as pool:
        for first in range(0, len(files), AT_ONCE):
            here = files[first : first + AT_ONCE]
            kept = []
            for file, found in zip(here, pool.map(_try, here), strict=True):
                if isinstance(found, str):
                    skipped[str(file)] = found
                    continue
                size = size or (found.height, found.width)
                kept.append(_fitted(found, size))
            if kept:
                yield np.stack(kept), None


def _try(file: Path) -> Picture | str:
    try:
        return read(file)
    except ZeuxisError as error:
        return str(error)


def _fitted(picture: Picture, size: tuple[int, int]) -> np.ndarray:
    """The largest middle part of the right shape, resized, over white: uint8 H x W x 3."""
    if (picture.height, picture.width) == size and picture.alpha is None:
        return picture.bytes
    scale = min(picture.height / size[0], picture.width / size[1])
    height, width = (max(1, round(side * scale)) for side in size)
    top, left = (picture.height - height) // 2, (picture.width - width) // 2
    middle = slice(top, top + height), slice(left, left + width)
    pixels = picture.pixels[middle]
    if picture.alpha is not None:
        cover = picture.alpha[middle][..., None]
        pixels = pixels * cover + (1 - cover)
    return Picture(pixels).resized(size).bytes
