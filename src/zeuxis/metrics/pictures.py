"""What sets of pictures come as: folders, data sets, arrays, tensors, generators of them.

Whatever they come as, a network sees the same: 8 bits a colour, as a file of them would hold. Pictures in
pairs are another matter (`zeuxis.metrics.pairing`): they are compared as they are.
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
from zeuxis.metrics.by_class import counted
from zeuxis.metrics.forms import AT_ONCE, Part, is_array, is_indexed, over_white, parts_of
from zeuxis.perception.download import file_digest

WORKERS = 4  # threads that read files
SLACK = 0.05  # that a network's output may lie outside [0, 1]


@dataclass(frozen=True, eq=False)
class Known:
    """What a source tells of its pictures without a look at them.

    Attributes:
        count: how many there are, broken ones included.
        class_counts: pictures of each class, by its label; None if they have none.
        classes: names of the classes; empty if they have none.
    """

    count: int
    class_counts: dict[int, int] | None = None
    classes: tuple[str, ...] = ()


@dataclass
class Pictures:
    """A set of pictures, in parts, to be gone through once.

    Attributes:
        parts: uint8 N x H x W x C, and classes; each of pictures of one size.
        total: how many there are, broken ones included; None if nobody knows before the end.
        classes: names of the classes; empty if there are none.
        digest: of the content, where it is worth keeping what was found; else empty.
        names: of the files, in their order; empty if there are none.
        skipped: files that could not be used, and why; filled while the parts are gone through.
    """

    parts: Iterable[Part]
    total: int | None = None
    classes: tuple[str, ...] = ()
    digest: str = ""
    names: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)


def pictures_of(source: Any, size: tuple[int, int] | None = None) -> Pictures:
    """The pictures of a source.

    Args:
        source: a folder, whose first sub-folders are its classes; anything with `.pictures`, uint8
            N x H x W x C, and maybe `.labels`, `.classes` and `.digest`; an array or a tensor: uint8
            N x H x W x C, or floats N x C x H x W in [0, 1]; or an iterable, or a data set of torch, of such
            arrays or tensors, of single pictures (less the N, or of Pillow), or of pairs of these and their
            labels. C is 1 or 3.
        size: height and width that the pictures of a folder are brought to, cut in the middle to their
            shape; None for the size of its first picture.

    Raises:
        ZeuxisError: it is none of these.
    """
    if isinstance(source, str | Path):
        return _folder(Path(source), size)
    parts = ((_bytes(pictures), labels) for pictures, labels in parts_of(source))
    if is_array(source):
        return Pictures(parts, len(source))
    classes = tuple(map(str, getattr(source, "classes", ())))
    if hasattr(source, "pictures"):
        return Pictures(parts, len(source.pictures), classes, getattr(source, "digest", ""))
    one_by_one = is_indexed(source) and not isinstance(source, Iterable)
    return Pictures(parts, len(source) if one_by_one else None, classes)


def known_of(source: Any) -> Known | None:
    """What a source as `pictures_of` takes it tells beforehand; None if one has to go through it.

    Raises:
        ZeuxisError: it is a folder that is not there, or without pictures.
    """
    if isinstance(source, str | Path):
        files = _files(Path(source))
        labels, classes = _classes(Path(source), files)
        return Known(len(files), None if labels is None else counted(labels), classes)
    if hasattr(source, "pictures"):
        labels = getattr(source, "labels", None)
        classes = tuple(getattr(source, "classes", ()))
        counts = None if labels is None else counted(np.asarray(labels))
        return Known(len(source.pictures), counts, classes)
    if not is_array(source) or len(source.shape) != 4:
        return None
    channels = source.shape[1 if "float" in str(source.dtype) else 3]
    return Known(len(source)) if channels in (1, 3) else None  # what holds none is refused later


def _bytes(pictures: np.ndarray) -> np.ndarray:
    """uint8 N x H x W x C."""
    if pictures.dtype == np.uint8:
        return pictures
    return _levels(pictures).transpose(0, 2, 3, 1)


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
    labels, classes = _classes(folder, files)
    pictures = Pictures((), len(files), classes, names=tuple(map(str, files)))
    pictures.parts = _read(files, labels, size, pictures.skipped)
    pictures.digest = _digest(files, labels, classes, size)
    return pictures


def _classes(folder: Path, files: list[Path]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Classes after the first sub-folders, -1 for what lies in none, as `zeuxis.data` has them."""
    places = [file.relative_to(folder).parts for file in files]
    classes = sorted({place[0] for place in places if len(place) > 1})
    if not classes:
        return None, ()
    number = {name: each for each, name in enumerate(classes)}
    labels = [number[place[0]] if len(place) > 1 else -1 for place in places]
    return np.array(labels, np.int64), tuple(classes)


def _digest(
    files: list[Path],
    labels: np.ndarray | None,
    classes: tuple[str, ...],
    size: tuple[int, int] | None,
) -> str:
    """Of what is in the files, in their order, of their classes, and of the size they are brought to."""
    total = hashlib.sha256(str(size).encode())
    if labels is not None:
        total.update(f"{classes} {labels.tolist()}".encode())
    for file in files:
        try:
            total.update(bytes.fromhex(file_digest(file)))
        except OSError:  # reading it will say so
            total.update(b"unreadable")
    return total.hexdigest()


def _read(
    files: list[Path],
    labels: np.ndarray | None,
    size: tuple[int, int] | None,
    skipped: dict[str, str],
) -> Iterator[Part]:
    """Pictures of files, all of one size; what cannot be read is put down and left out."""
    with ThreadPoolExecutor(WORKERS) as pool:
        for first in range(0, len(files), AT_ONCE):
            here = range(first, min(first + AT_ONCE, len(files)))
            kept, numbers = [], []
            for number, found in zip(
                here, pool.map(_try, (files[each] for each in here)), strict=True
            ):
                if isinstance(found, str):
                    skipped[str(files[number])] = found
                    continue
                size = size or (found.height, found.width)
                kept.append(_fitted(found, size))
                numbers.append(number)
            if kept:
                yield np.stack(kept), None if labels is None else labels[numbers]


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
    alpha = None if picture.alpha is None else picture.alpha[middle]
    return Picture(over_white(picture.pixels[middle], alpha)).resized(size).bytes
