"""What a generator made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.errors import ZeuxisError, reason
from zeuxis.gan.sheets import check_sheet, sheet
from zeuxis.images import Framed, Picture, write
from zeuxis.images.picture import quantized

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Samples(Framed):
    """Pictures that a generator made. In a notebook they show themselves, as a sheet.

    Attributes:
        array: N x H x W x C, C = 1 or 3.
        labels: the number of each one's class; None without classes.
        columns: pictures of a row of the sheet; None for about as many as rows.
    """

    array: Bytes
    labels: NDArray[np.int64] | None = None
    columns: int | None = None

    @cached_property
    def picture(self) -> Picture:  # type: ignore[override]
        """All of them on a sheet."""
        return self.sheet(self.columns)

    def sheet(self, columns: int | None = None, scale: int | None = None) -> Picture:
        """All of them on a sheet, with the arguments of `zeuxis.gan.sheets.sheet`.

        Raises:
            ZeuxisError: if it would be larger than 200 megapixels.
        """
        height, width = self.array.shape[1:3]
        check_sheet(len(self), height, width, scale=scale)
        return sheet(self.array, columns, scale)

    @property
    def images(self) -> list[Image.Image]:
        """Each for Pillow, grey or RGB."""
        return [
            Image.fromarray(each.squeeze(2) if each.shape[2] == 1 else each) for each in self.array
        ]

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[Image.Image]:
        return iter(self.images)

    def save_each(
        self, folder: str | Path, *, overwrite: bool = False, **options: Any
    ) -> list[Path]:
        """Write every picture as a PNG file of its own: `0000.png`, `0001.png`, ...

        Args:
            folder: is made if it is not there.
            overwrite: replace files that are there already.
            options: those of `zeuxis.images.write`.

        Raises:
            ZeuxisError: if there is such a file already, or one cannot be written.
        """
        return list(each_written([self], folder, len(self), overwrite=overwrite, **options))


def each_written(
    parts: Iterable[Samples],
    folder: str | Path,
    count: int,
    *,
    overwrite: bool = False,
    **options: Any,
) -> Iterator[Path]:
    """Write pictures that are made in parts as `Samples.save_each` does; each file when it is asked for.

    Args:
        parts: of the pictures.
        folder: is made if it is not there, once there is a picture.
        count: of pictures in all.
        overwrite: replace files that are there already.
        options: those of `zeuxis.images.write`.

    Raises:
        ZeuxisError: if there is such a file already, before any is written, or one cannot be written.
    """
    number = 0
    for part in parts:
        if number == 0:
            _make_folder(Path(folder), count, overwrite)
        for pixels in part.array:
            path = Path(folder) / f"{number:04}.png"
            write(Picture.from_array(pixels), path, overwrite=overwrite, **options)
            number += 1
            yield path


def _make_folder(folder: Path, count: int, overwrite: bool) -> None:
    """Make a folder for so many files, if it is not there; refuse to replace any unless told to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [path for path in folder.glob("[0-9]*.png") if path.stem.isdecimal()]
    except OSError as error:
        raise ZeuxisError(f"cannot make {folder}: {reason(error)}; give another folder") from error
    taken = sorted(path for path in there if int(path.stem) < count)
    if taken and not overwrite:
        raise ZeuxisError(
            f"{taken[0]} exists already; use --force (overwrite=True) to replace it, or give another "
            "folder"
        )


def to_bytes(pictures: NDArray[np.float32]) -> Bytes:
    """N x C x H x W in [0, 1], clipped, to N x H x W x C, uint8."""
    return quantized(np.ascontiguousarray(pictures.transpose(0, 2, 3, 1)), np.uint8)
