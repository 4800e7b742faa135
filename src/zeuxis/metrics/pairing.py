"""Pictures in pairs, from whatever they come as; a pair is seen as it is, and not rounded to 8 bits."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.images.picture import Picture
from zeuxis.images.sources import as_picture
from zeuxis.metrics.forms import AT_ONCE, parts_of
from zeuxis.metrics.matching import matched, pictures_at

MOST = 1 << 20  # pixels of a part that is put together of several pairs

Pair = tuple[Tensor, Tensor]


def in_pairs(first: Any, second: Any) -> Iterator[Pair]:
    """Pairs of pictures, some at a time: N x C x H x W twice, as floats.

    Two folders, or files, are paired as `zeuxis.metrics.matching.matched` does; all else by order.

    Args:
        first: a folder or a file, or whatever `zeuxis.metrics.pictures.pictures_of` takes.
        second: the same.

    Raises:
        ZeuxisError: a picture is without a partner, a file cannot be read, or two of a pair differ in size.
    """
    if isinstance(first, str | Path) and isinstance(second, str | Path):
        pairs = _of_files(Path(first), Path(second))
    else:
        pairs = _by_order(_one_by_one(first), _one_by_one(second))
    waiting: list[Pair] = []
    for pair in pairs:
        if waiting and not _goes_with(pair, waiting):
            yield _joined(waiting)
            waiting = []
        waiting.append(pair)
    if not waiting:
        raise ZeuxisError("there are no pictures to compare: give a pair at least")
    yield _joined(waiting)


def pair_of(first: Any, second: Any, max_megapixels: float = 200.0) -> tuple[Picture, Picture]:
    """Two pictures of one size.

    Args:
        first: a file, a Pillow image, an array or a `Picture`.
        second: the same.
        max_megapixels: the largest file that is read.

    Raises:
        ZeuxisError: if one cannot be read, or their sizes differ.
    """
    one, other = (as_picture(each, max_megapixels) for each in (first, second))
    if (one.height, one.width) != (other.height, other.width):
        raise ZeuxisError(
            f"{named(first, one)} cannot be compared with {named(second, other)}: "
            "bring them to one size"
        )
    return one, other


def named(source: Any, picture: Picture) -> str:
    """What to call a picture in a message: its file, and its size."""
    name = source if isinstance(source, str | Path) else "a picture"
    return f"{name} ({picture.width}x{picture.height})"


def _of_files(first: Path, second: Path) -> Iterator[Pair]:
    matches = matched(first, second)
    if matches.alone:
        alone = matches.alone[0]
        folder = second if alone.is_relative_to(first) else first
        raise ZeuxisError(
            f"no picture of {folder} has the name of {alone}: leave it out, or give one"
        )
    for files in matches.pairs:
        one, other = (torch.from_numpy(each.batch()) for each in pair_of(*files))
        yield one, other


def _by_order(first: Iterator[Tensor], second: Iterator[Tensor]) -> Iterator[Pair]:
    for number, (one, other) in enumerate(zip_longest(first, second)):
        if one is None or other is None:
            side = "first" if one is None else "second"
            raise ZeuxisError(
                f"the {side} pictures are {number:,}, and the others more: give as many of both"
            )
        channels = max(one.shape[1], other.shape[1])  # files are never grey
        yield one.expand(-1, channels, -1, -1), other.expand(-1, channels, -1, -1)


def _one_by_one(source: Any) -> Iterator[Tensor]:
    if isinstance(source, str | Path):
        for file in pictures_at(Path(source)):
            yield torch.from_numpy(as_picture(file).batch())
        return
    for part, _ in parts_of(source):
        yield from (picture[None] for picture in _floats(part))


def _floats(part: np.ndarray) -> Tensor:
    if part.dtype == np.uint8:
        return torch.from_numpy(part.transpose(0, 3, 1, 2).astype(np.float32) / 255)
    return torch.from_numpy(np.ascontiguousarray(part))


def _goes_with(pair: Pair, waiting: list[Pair]) -> bool:
    alike = all(
        (a.shape, a.dtype) == (b.shape, b.dtype) for a, b in zip(pair, waiting[0], strict=True)
    )
    pixels = pair[0].shape[-2] * pair[0].shape[-1]
    return alike and len(waiting) < AT_ONCE and (len(waiting) + 1) * pixels <= MOST


def _joined(pairs: list[Pair]) -> Pair:
    one, other = (torch.cat(each) for each in zip(*pairs, strict=True))
    return one, other
