"""Bring pictures to one size, once, into a cache that many processes share."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zeuxis.data.cache import check_room, kept, key_of, publish, turn
from zeuxis.data.fitting import Bytes, Fit, color
from zeuxis.data.pictures import PictureSet
from zeuxis.data.sources import CLASSLESS, Found, Source, find_source
from zeuxis.data.threads import parts, shared_out
from zeuxis.data.writing import Unfinished
from zeuxis.errors import ZeuxisError
from zeuxis.places import cache_folder

FEWEST = 16  # pictures, below which there is nothing to learn from
_MANY = 4096  # pictures copied at once that need no work

Progress = Callable[[int, int], None]
Fitted = tuple[Bytes, bool] | str  # a picture and whether it was enlarged, or why there is none


def prepare(
    source: str | Path,
    *,
    height: int,
    width: int,
    channels: int,
    classes: bool = False,
    split: str = "train",
    background: str = "white",
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> PictureSet:
    """Pictures to train on: cut in the middle to the right shape, resized, kept in a cache.

    The second call for the same files and settings, by whatever process, finds what the first has made.
    Interrupted, it goes on where it was.

    Args:
        source: a folder of pictures at any depth, a .zip, .npy, .npz, .tar, or IDX files (see docs/data.md).
        height: of the pictures made, in pixels.
        width: of the pictures made, in pixels.
        channels: 1 for grey, 3 for RGB.
        classes: whether to learn which class each is of; else all labels are 0.
        split: `"train"` or `"test"`, for data that comes in these parts.
        background: what transparent pictures are laid on: a name, or #rrggbb.
        cache: a folder; None for `ZEUXIS_CACHE`, or the user's cache folder.
        progress: called now and then with how many pictures are done, and of how many.

    Raises:
        ZeuxisError: there are fewer than 16 pictures that can be used, no classes where they are asked for,
            or the cache cannot be written.
    """
    fit = Fit(height, width, channels, color(background))
    found = find_source(source, split)
    how = [*fit.shape, fit.background, classes, split]
    place = Path(cache_folder("data") if cache is None else cache) / key_of(
        found.files, {"how": how}
    )
    there = kept(place)
    if there is not None:
        return there
    with turn(place) as alone:
        there = kept(place)
        if there is None:
            _make(found, fit, classes, place, alone, progress)
            there = kept(place)
    if there is None:
        raise ZeuxisError(f"what was prepared in {place} is gone: run the same again")
    return there


def _make(
    found: Found, fit: Fit, classes: bool, place: Path, alone: bool, progress: Progress | None
) -> None:
    """Prepare a set, under another name until it is whole."""
    source = found.load()
    if classes and not source.classes:
        raise ZeuxisError(
            f"{found.path} has no classes: give a folder with a folder of pictures for each class, or leave "
            "classes out"
        )
    own = "" if alone else f"-{os.getpid()}-{secrets.token_hex(4)}"
    folder = place.with_name(f".{place.name}{own}")
    check_room(place.parent, len(source) * int(np.prod(fit.shape)))
    unfinished = Unfinished(folder, fit.shape)
    try:
        unfinished.skipped |= source.skipped
        _fill(unfinished, source, fit, classes, progress)
        if len(unfinished.labels) >= FEWEST:
            unfinished.finish(source.classes if classes else ())
            publish(folder, place)
            return
    finally:
        unfinished.close()
        if not alone:  # nobody else would find it
            shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    raise _too_few(found, unfinished)


def _too_few(found: Found, unfinished: Unfinished) -> ZeuxisError:
    count, skipped = len(unfinished.labels), unfinished.skipped
    why = (
        f"; of {len(skipped)} that cannot, the first: {next(iter(skipped.values()))}"
        if skipped
        else ""
    )
    only = (
        f"are only {count} pictures"
        if count > 1
        else f"is {'one picture' if count else 'no picture'}"
    )
    return ZeuxisError(
        f"there {only} in {found.path} that can be used: give at least {FEWEST}{why}"
    )


def _fill(
    unfinished: Unfinished, source: Source, fit: Fit, classes: bool, progress: Progress | None
) -> None:
    """Add all pictures of a source that are not in yet, in an order shuffled once and for all."""
    order = np.random.default_rng(0).permutation(len(source))[unfinished.seen :]
    for numbers, results in _blocks(source, order, fit):
        labels, pictures, skipped, enlarged = [], [], {}, 0
        for number, result in zip(numbers, results, strict=True):
            if classes and source.labels[number] == CLASSLESS:
                result = f"{source.names[number]} is in no class: move it to one"
            if isinstance(result, str):
                skipped[source.names[number]] = result
                continue
            pictures.append(result[0])
            labels.append(int(source.labels[number]) if classes else 0)
            enlarged += result[1]
        stacked = np.stack(pictures) if pictures else np.empty((0, *fit.shape), np.uint8)
        unfinished.add(stacked, labels, seen=len(numbers), skipped=skipped, enlarged=enlarged)
        if progress is not None:
            progress(unfinished.seen, len(source))


def _blocks(
    source: Source, order: NDArray[np.int64], fit: Fit
) -> Iterator[tuple[NDArray[np.int64], Sequence[Fitted]]]:
    """Pictures of the source by number, fitted, some at a time."""

    def fitted(number: int) -> Fitted:
        try:
            return fit(source.picture(number))
        except ZeuxisError as error:
            return str(error)

    ready = source.ready(fit.shape)
    if ready is not None:
        for numbers in parts(order, _MANY):
            yield numbers, [(picture, False) for picture in ready[numbers]]
        return
    yield from shared_out(fitted, order)
