"""What a collection of pictures holds: sizes, kinds, classes, what is there twice, what is broken."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.data import duplicates
from zeuxis.data.fitting import Bytes, Fit
from zeuxis.data.headers import Header
from zeuxis.data.pictures import few_note
from zeuxis.data.sheet import tiled
from zeuxis.data.sources import CLASSLESS, Source, find_source
from zeuxis.data.suggesting import SuggestedShape, shape_for
from zeuxis.data.threads import shared_out
from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture

ON_SHEET = 64  # pictures, from all over
CELL = 96  # pixels of a side of each

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Attributes:
        path: what was looked at.
        kind: in words: `"a folder"`.
        count: pictures that can be used.
        bytes: of all files together.
        smallest: width and height of the picture of the least pixels; all are the right way up.
        median: the median width, and the median height.
        largest: width and height of the picture of the most pixels.
        modes: how many pictures have which colours, most first.
        formats: how many pictures are in which format; empty for arrays.
        classes: how many pictures each class has; empty if there are none.
        classless: pictures in no class where there are classes.
        duplicates: groups of pictures that are the same to the byte.
        near_duplicates: groups that look the same; those of `duplicates` are not named again.
        compared: whether near duplicates were looked for; not among more than 30,000 pictures.
        broken: what cannot be used, and why, by name.
        suggested: what to train at; None without a picture.
        sheet: some of them side by side; None without a picture.
    """

    path: str
    kind: str
    count: int
    bytes: int
    smallest: tuple[int, int]
    median: tuple[int, int]
    largest: tuple[int, int]
    modes: dict[str, int]
    formats: dict[str, int]
    classes: dict[str, int]
    classless: int
    duplicates: list[list[str]]
    near_duplicates: list[list[str]]
    compared: bool
    broken: dict[str, str]
    suggested: SuggestedShape | None
    sheet: Picture | None

    @property
    def note(self) -> str | None:
        """What to say where there are few pictures."""
        return few_note(self.count)

    def report(self) -> dict[str, Any]:
        """All but the sheet, as plain values."""
        values = {name: value for name, value in vars(self).items() if name != "sheet"}
        return values | {"suggested": asdict(self.suggested) if self.suggested else None}


@dataclass(frozen=True)
class _Look:
    """What one picture shows."""

    number: int
    header: Header
    digest: bytes
    thumb: Bytes
    cell: Bytes | None


def inspect(
    source: str | Path, *, split: str = "train", progress: Progress | None = None
) -> Inspection:
    """Look at every picture there is.

    Args:
        source: as `prepare` takes it.
        split: as `prepare` takes it.
        progress: called now and then with how many pictures are done, and of how many.

    Raises:
        ZeuxisError: there is nothing to look at, or all of it is damaged.
    """
    found = find_source(source, split)
    opened = found.load()
    looks, broken = _looks(opened, progress)
    same = duplicates.exact([look.digest for look in looks])
    compared = len(looks) <= duplicates.MOST
    alike = _near(looks, same) if compared else []
    names = [opened.names[look.number] for look in looks]
    labels = opened.labels[[look.number for look in looks]]
    cells = [look.cell for look in looks if look.cell is not None]
    headers = [look.header for look in looks]
    smallest, median, largest = _sizes(headers)
    return Inspection(
        path=str(found.path),
        kind=found.kind,
        count=len(looks),
        bytes=sum(file.stat().st_size for file in found.files),
        smallest=smallest,
        median=median,
        largest=largest,
        modes=dict(Counter(header.mode for header in headers).most_common()),
        formats=dict(Counter(h.format for h in headers if h.format).most_common()),
        classes={name: int((labels == n).sum()) for n, name in enumerate(opened.classes)},
        classless=int((labels == CLASSLESS).sum()) if opened.classes else 0,
        duplicates=[[names[number] for number in group] for group in same],
        near_duplicates=[[names[number] for number in group] for group in alike],
        compared=compared,
        broken=broken,
        suggested=shape_for(headers) if headers else None,
        sheet=tiled(cells) if cells else None,
    )


def _looks(source: Source, progress: Progress | None) -> tuple[list[_Look], dict[str, str]]:
    """What the pictures show, and why others cannot be used."""
    on_sheet = set(np.linspace(0, len(source) - 1, ON_SHEET).round().astype(int).tolist())
    thumb, cell = Fit(duplicates.THUMB, duplicates.THUMB, 1), Fit(CELL, CELL, 3)

    def look(number: int) -> _Look | str:
        try:
            digest = hashlib.sha256(source.content(number)).digest()
            header, picture = source.header(number), source.picture(number)
        except ZeuxisError as error:
            return str(error)
        shown = cell(picture)[0] if number in on_sheet else None
        return _Look(number, header, digest, thumb(picture)[0][..., 0], shown)

    looks, broken = [], dict(source.skipped)
    for numbers, results in shared_out(look, np.arange(len(source))):
        for number, result in zip(numbers, results, strict=True):
            if isinstance(result, str):
                broken[source.names[number]] = result
            else:
                looks.append(result)
        if progress is not None:
            progress(int(numbers[-1]) + 1, len(source))
    return looks, broken


def _near(looks: list[_Look], same: list[list[int]]) -> list[list[int]]:
    """Groups of pictures that look the same; of those that are the same, the first stands for all."""
    again = {number for group in same for number in group[1:]}
    kept = [number for number in range(len(looks)) if number not in again]
    thumbs: NDArray[np.uint8] = (
        np.stack([looks[n].thumb for n in kept]) if kept else np.empty((0,), "u1")
    )
    return [[kept[number] for number in group] for group in duplicates.near(thumbs)] if kept else []


def _sizes(headers: list[Header]) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The smallest, the median and the largest width and height."""
    sizes = sorted(((h.width, h.height) for h in headers), key=lambda size: size[0] * size[1])
    if not sizes:
        return (0, 0), (0, 0), (0, 0)
    width, height = np.median(np.array(sizes), axis=0).astype(int).tolist()
    return sizes[0], (width, height), sizes[-1]
