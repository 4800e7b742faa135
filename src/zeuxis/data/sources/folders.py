"""A folder of picture files, at any depth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zeuxis.data.sources.labels import by_folder
from zeuxis.data.sources.source import Found, Source, contents


@dataclass
class FolderSource(Source):
    """The pictures of a folder; its first sub-folders are its classes."""

    files: tuple[Path, ...] = ()

    def content(self, index: int) -> bytes:
        """The bytes of a file."""
        return contents(self.files[index])


def found_folder(folder: Path, files: tuple[Path, ...]) -> Found:
    """Some files in a folder, to be opened one by one."""

    def load() -> Source:
        labels, classes = by_folder([file.relative_to(folder) for file in files])
        return FolderSource([str(file) for file in files], labels, classes, files=files)

    return Found(folder, "a folder", files, load)
