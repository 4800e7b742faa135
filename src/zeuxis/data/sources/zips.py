"""A zip archive of picture files."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zeuxis.data.sources.labels import by_folder
from zeuxis.data.sources.source import Found, Source
from zeuxis.errors import ZeuxisError, reason
from zeuxis.images.formats import EXTENSIONS

LARGEST = 2**30  # bytes of one picture, unpacked


@dataclass
class ZipSource(Source):
    """The pictures of an archive; its first folders are its classes.

    A folder that holds all there is does not count as one.
    """

    archive: zipfile.ZipFile | None = None
    members: tuple[zipfile.ZipInfo, ...] = ()

    def content(self, index: int) -> bytes:
        """The bytes of a member, unpacked."""
        member, name = self.members[index], self.names[index]
        if member.flag_bits & 1:
            raise ZeuxisError(f"{name} is encrypted: unpack the archive and give the folder")
        if member.file_size > LARGEST:
            raise ZeuxisError(f"{name} would unpack to over a gigabyte: leave it out")
        assert self.archive is not None
        try:
            return self.archive.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise ZeuxisError(
                f"{name} cannot be unpacked ({error}): get a whole copy of the archive"
            ) from error


def found_zip(path: Path) -> Found:
    """The pictures of an archive."""
    return Found(path, "a zip archive", (path,), lambda: _load(path))


def _load(path: Path) -> Source:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ZeuxisError(
            f"{path} is cut short or is no zip archive: get a whole copy of it"
        ) from error
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}") from error
    pictures = {PurePosixPath(member.filename): member for member in archive.infolist()}
    paths = sorted(path for path in pictures if _is_picture(path))
    labels, classes = by_folder(_without_wrapping(paths))
    members = tuple(pictures[each] for each in paths)
    return ZipSource([f"{path}/{each}" for each in paths], labels, classes, {}, archive, members)


def _is_picture(path: PurePosixPath) -> bool:
    """Whether a member is a picture, and none that a system hides or adds of its own accord."""
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() in EXTENSIONS and not hidden


def _without_wrapping(paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """The paths without a folder that is around all of them, where there are folders in it."""
    outer = {path.parts[0] for path in paths}
    if len(outer) == 1 and any(len(path.parts) > 2 for path in paths):
        return [PurePosixPath(*path.parts[1:]) for path in paths]
    return paths
