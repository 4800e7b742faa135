"""From files to files: what can be refused before the work, and a folder of photos one by one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

import numpy as np

from zeuxis.errors import ZeuxisError, reason
from zeuxis.images.formats import EXTENSIONS, for_path, named
from zeuxis.images.heads import notes_on
from zeuxis.images.picture import Picture
from zeuxis.images.reading import picture_files
from zeuxis.images.writing import write

Begin = Callable[[Path, int, int], None]


class Painted(Protocol):
    """What a way of painting gives: a picture, and how it came to be."""

    @property
    def picture(self) -> Picture:
        """What was painted."""

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped before it was done."""

    def save(self, target: str | Path | BinaryIO, **options: Any) -> None:
        """Write it; the options are those of `zeuxis.images.write`."""

    def report(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""


P = TypeVar("P", bound=Painted)


@dataclass(frozen=True)
class Outcome(Generic[P]):
    """What became of a photo.

    Attributes:
        source: its file name.
        output: the painting's.
        painting: None if it was skipped or failed.
        skipped: whether it had been painted before.
        error: what went wrong, a sentence.
        notes: on what of the photo's file was not taken along, a sentence each.
    """

    source: str
    output: str
    painting: P | None = None
    skipped: bool = False
    error: str | None = None
    notes: tuple[str, ...] = ()

    def report(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""
        where = {"source": self.source, "output": self.output}
        if self.painting is not None:
            told = where | self.painting.report()
            notes = [*told.get("notes", ()), *self.notes]
            return told | ({"notes": notes} if self.notes else {})
        return where | ({"skipped": True} if self.error is None else {"error": self.error})


def photos_in(folder: Path, output: Path) -> list[Path]:
    """The photos of a folder that are to be painted into another, at any depth.

    Raises:
        ZeuxisError: there are none, or the output cannot be a folder, or written to, or is the same one.
    """
    inside, painted = folder.resolve(), output.resolve()
    if inside == painted:
        raise ZeuxisError(f"the results would replace the photos in {folder}: give another folder")
    if output.exists() and not output.is_dir():
        raise ZeuxisError(f"{output} is a file: the results of a folder need a folder")
    if not output.exists() and output.suffix.lower() in EXTENSIONS:
        raise ZeuxisError(
            f"{output} is the name of a picture: the results of a folder need a folder"
        )
    photos = [p for p in picture_files(folder) if not p.resolve().is_relative_to(painted)]
    if not photos:
        raise ZeuxisError(f"there are no pictures in {folder}: give a folder with some")
    _check_folder(output)
    return photos


def paint_each(
    photos: Sequence[Path],
    folder: Path,
    output: Path,
    paint: Callable[[Path, Path], P],
    *,
    force: bool = False,
    unfinished: Callable[[Path], bool] | None = None,
    begin: Begin | None = None,
) -> Iterator[Outcome[P]]:
    """Paint photos of a folder into a folder of the same shape; one that fails does not stop the others.

    Args:
        photos: of `folder`, as `photos_in` gives them.
        folder: of the photos.
        output: a folder, made if there is none.
        paint: from a photo's file to a painting's.
        force: paint also what is there already.
        unfinished: whether a painting that is there is not done yet; None: what is there is done.
        begin: called with a photo, its number from 1, and how many there are, before it is painted.

    Yields:
        an `Outcome` a photo, when it is done; that of a photo that was interrupted is the last.
    """
    for number, photo in enumerate(photos, start=1):
        target = output / photo.relative_to(folder)
        done = unfinished is None or not unfinished(target)
        if done and target.exists() and not force:
            yield Outcome(str(photo), str(target), skipped=True)
            continue
        if begin is not None:
            begin(photo, number, len(photos))
        notes = notes_on(photo)  # now: the painting may replace it
        try:
            make_folder(target.parent)
            painting = paint(photo, target)
        except ZeuxisError as error:
            yield Outcome(str(photo), str(target), error=str(error))
        else:
            yield Outcome(str(photo), str(target), painting, notes=notes)
            if painting.interrupted:
                return


def check_output(output: Path, overwrite: bool) -> None:
    """Refuse what `write` would refuse, before the work.

    Raises:
        ZeuxisError: the file cannot be written, or is there already.
    """
    if output.is_dir():
        raise ZeuxisError(f"cannot write {output}: it is a folder; give the name of a file")
    if output.suffix.lower() not in EXTENSIONS:
        known = ", ".join(sorted(EXTENSIONS))
        raise ZeuxisError(
            f"cannot write {output}: its extension {output.suffix!r} names no picture format; use one of "
            f"{known}"
        )
    if not output.parent.is_dir():
        raise ZeuxisError(
            f"cannot write {output}: there is no folder {output.parent}; make it first"
        )
    if output.exists() and not overwrite:
        raise ZeuxisError(
            f"{output} exists already; use --force (force=True) to replace it, or give another name"
        )
    try:
        with tempfile.TemporaryFile(dir=output.parent):
            pass
    except OSError as error:
        raise ZeuxisError(
            f"cannot write {output}: {error.strerror}; choose another folder"
        ) from error


def rehearse(format: str, how: dict[str, Any]) -> None:
    """Write one pixel as a painting will be written, to see that it can be.

    Raises:
        ZeuxisError: it cannot.
    """
    write(Picture.from_array(np.zeros((1, 1, 3))), BytesIO(), format=format, **how)


class Target:
    """Where a picture goes, found to be writable before the work.

    Args:
        output: a file, or a binary stream, which gets a PNG.
        force: replace a file that is there already.
        **how: `bits`, `quality` and `keep_metadata`, as `zeuxis.images.write` takes them.

    Attributes:
        format: that is written.

    Raises:
        ZeuxisError: it cannot be written.
    """

    def __init__(self, output: str | Path | BinaryIO, force: bool, **how: Any) -> None:
        self._output = Path(output) if isinstance(output, str | Path) else output
        if isinstance(self._output, Path):
            check_output(self._output, force)
            self.format = for_path(self._output)
            self._how = how | {"overwrite": force}
        else:
            self.format = named("PNG")
            self._how = how | {"format": self.format.name}
        rehearse(self.format.name, how)

    def take(self, painting: Painted) -> None:
        """Write it, as `deliver` does."""
        deliver(painting, self._output, self._how)


def deliver(painting: Painted, output: Path | BinaryIO, how: dict[str, Any]) -> None:
    """Write a painting; somewhere else if it cannot be where it should.

    Raises:
        ZeuxisError: it could not, and where it is now.
    """
    try:
        painting.save(output, **how)
    except ZeuxisError as error:
        rescue = Path(tempfile.mkdtemp(prefix="zeuxis-")) / "result.png"
        painting.save(rescue)
        raise ZeuxisError(f"{error}; the result was saved as {rescue}") from error


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it is in.

    Raises:
        ZeuxisError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ZeuxisError(
            f"cannot make the folder {folder} ({error.strerror}): choose another"
        ) from error


def _check_folder(output: Path) -> None:
    """Refuse once what would be refused for each photo: a folder that may not be written to or made."""
    there = output
    while not os.path.exists(there):
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise ZeuxisError(
            f"cannot write into {output}: {reason(error)} ({there}); choose another folder"
        ) from error
