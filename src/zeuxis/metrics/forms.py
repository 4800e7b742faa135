"""What pictures come as that are no files: data sets, arrays, tensors, generators of them, of one or many."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images.picture import Picture

AT_ONCE = 64  # pictures of a part
MOST = 1 << 24  # pixels of a part that is put together of single pictures

Part = tuple[np.ndarray, np.ndarray | None]  # N pictures, and classes: int64 N


def parts_of(source: Any) -> Iterator[Part]:
    """The pictures of a source, as they come: uint8 N x H x W x C, or floats N x C x H x W.

    Args:
        source: whatever `zeuxis.metrics.pictures.pictures_of` takes, but no folder.

    Raises:
        ZeuxisError: it is none of these.
    """
    if hasattr(source, "pictures"):
        labels = getattr(source, "labels", None)
        return _slices(source.pictures, None if labels is None else np.asarray(labels))
    if is_array(source) or isinstance(source, Image.Image):
        return _slices(_array(source), None)
    if isinstance(source, Iterable):
        return _together(_stream(source))
    if is_indexed(source):
        return _together(_stream(source[number] for number in range(len(source))))
    raise ZeuxisError(
        f"{type(source).__name__} is no set of pictures: give a folder, a data set, an array, a tensor, or "
        "an iterable of them"
    )


def is_array(source: Any) -> bool:
    """Whether it is an array or a tensor, of whatever library."""
    return hasattr(source, "shape") and hasattr(source, "dtype")


def is_indexed(source: Any) -> bool:
    """Whether it is what torch calls a map-style data set: one asks it for its pictures by number."""
    return hasattr(source, "__getitem__") and hasattr(source, "__len__")


def over_white(pixels: np.ndarray, alpha: np.ndarray | None) -> np.ndarray:
    """H x W x 3 on white, where its H x W alpha lets that be seen."""
    if alpha is None:
        return pixels
    covered: np.ndarray = pixels * alpha[..., None] + (1 - alpha[..., None])
    return covered


def _slices(pictures: Any, labels: np.ndarray | None) -> Iterator[Part]:
    """Parts of pictures that are together already, or mapped from a file."""
    for first in range(0, len(pictures), AT_ONCE):
        here = slice(first, first + AT_ONCE)
        yield _array(pictures[here]), None if labels is None else labels[here]


def _stream(source: Iterable[Any]) -> Iterator[Part]:
    """Parts of what comes one by one, alone or with labels."""
    for item in source:
        labels = None
        if isinstance(item, tuple | list) and len(item) in (1, 2):
            item, *given = item
            labels = np.asarray(given[0], np.int64).reshape(-1) if given else None
        if is_array(item) and len(item.shape) == 3:
            item = item[None]
        pictures = _array(item)
        if labels is not None and len(labels) != len(pictures):
            raise ZeuxisError(f"{len(pictures)} pictures came with {len(labels)} labels")
        yield from _slices(pictures, labels)


def _together(parts: Iterable[Part]) -> Iterator[Part]:
    """Parts of which single pictures of one kind are put together: networks like many at once."""
    waiting: list[Part] = []
    for part in parts:
        if waiting and not _goes_with(part, waiting):
            yield _joined(waiting)
            waiting = []
        if len(part[0]) == 1:
            waiting.append(part)
        else:
            yield part
    if waiting:
        yield _joined(waiting)


def _goes_with(part: Part, waiting: list[Part]) -> bool:
    (pictures, labels), (others, marks) = part, waiting[0]
    alike = (pictures.shape, pictures.dtype) == (others.shape, others.dtype)
    room = len(waiting) < AT_ONCE and (len(waiting) + 1) * others.size <= 3 * MOST
    return alike and room and (labels is None) == (marks is None)


def _joined(parts: list[Part]) -> Part:
    labels = [labels for _, labels in parts if labels is not None]
    return np.concatenate([each for each, _ in parts]), np.concatenate(labels) if labels else None


def _array(source: Any) -> np.ndarray:
    """uint8 N x H x W x C, or floats N x C x H x W, of an array, a tensor or an image of Pillow."""
    if isinstance(source, Image.Image):
        picture = Picture.from_pil(source)
        return Picture(over_white(picture.pixels, picture.alpha)).bytes[None]
    if not is_array(source):
        raise ZeuxisError(
            f"a part of the pictures is {type(source).__name__}, not an array, a tensor or an image"
        )
    array = np.asarray(_on_cpu(source))
    if array.ndim == 4 and (
        (array.dtype == np.uint8 and array.shape[-1] in (1, 3))
        or (array.dtype.kind == "f" and array.shape[1] in (1, 3))
    ):
        return array
    raise ZeuxisError(
        f"an array of {array.dtype}, {' x '.join(map(str, array.shape))} holds no pictures: give uint8 "
        "N x H x W x C, or floats N x C x H x W in [0, 1]; C is 1 or 3"
    )


def _on_cpu(source: Any) -> Any:
    """What NumPy can take; it does not know all of torch's floats of two bytes."""
    if not hasattr(source, "detach"):
        return source
    tensor = source.detach().cpu()
    return tensor.float() if tensor.is_floating_point() and tensor.element_size() < 4 else tensor
