"""What all places that pictures come from have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zeuxis.data.headers import Header, header_of
from zeuxis.errors import ZeuxisError, reason
from zeuxis.images import Picture, read

CLASSLESS = -1  # the label of a picture that is in no class

Bytes = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """Where pictures are, before anything is opened.

    Attributes:
        path: what was asked for.
        kind: in words: `"a folder"`.
        files: all that the pictures depend on.
        load: opens it; raises ZeuxisError if it is damaged.
    """

    path: Path
    kind: str
    files: tuple[Path, ...]
    load: Callable[[], Source]


@dataclass
class Source(ABC):
    """Pictures by number.

    Attributes:
        names: what each is called in messages.
        labels: the class of each; `CLASSLESS` for one that is in none.
        classes: their names; empty if there are none.
        skipped: what is there but cannot be used, and why, by name; `names` has none of it.
    """

    names: Sequence[str]
    labels: Labels
    classes: tuple[str, ...]
    skipped: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    @abstractmethod
    def content(self, index: int) -> bytes:
        """The bytes of a picture as they are kept.

        Raises:
            ZeuxisError: they cannot be read.
        """

    def header(self, index: int) -> Header:
        """What a picture says of itself before it is decoded.

        Raises:
            ZeuxisError: it is damaged, or none.
        """
        return header_of(self._stream(index))

    def picture(self, index: int) -> Picture:
        """A picture, decoded.

        Raises:
            ZeuxisError: it is damaged, or none.
        """
        return read(self._stream(index))

    def ready(self, shape: tuple[int, int, int]) -> Bytes | None:  # noqa: ARG002 - for those that do
        """All pictures, N x H x W x C, if they are kept as bytes of this shape (H, W, C); else None."""
        return None

    def _stream(self, index: int) -> BytesIO:
        stream = BytesIO(self.content(index))
        stream.name = self.names[index]
        return stream


def contents(path: Path, offset: int = 0, size: int = -1) -> bytes:
    """A file's bytes, or some of them.

    Raises:
        ZeuxisError: it cannot be read, or ends before.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(size)
    except OSError as error:
        raise ZeuxisError(f"cannot read {path} ({reason(error)}): check its permissions") from error
    if len(data) < size:
        raise ZeuxisError(f"{path} is cut short: get a whole copy of it")
    return data
