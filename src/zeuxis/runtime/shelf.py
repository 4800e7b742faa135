"""Where values are kept between passes: half precision, in memory as far as it goes, then in a file."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError

HALF = np.dtype(np.float16)
LARGEST = float(np.finfo(HALF).max)

Read = Callable[[int, int], NDArray[Any]]  # rows of a chunk, from and to before
Forget = Callable[[], None]


@dataclass(frozen=True)
class _Chunk:
    """Consecutive rows of a value: rows x channels x columns, so that a part of them is read in one go."""

    first: int
    last: int
    read: Read
    forget: Forget


class Shelf:
    """Keeps values by name until they are forgotten. Use it in a `with`, which forgets all.

    Args:
        memory: bytes that it may hold in memory; what is over that goes into an unnamed file.
    """

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._chunks: dict[str, list[_Chunk]] = {}
        self._file: IO[bytes] | None = None
        self._free: list[tuple[int, int]] = []  # (bytes, offset) of places in the file
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._chunks.clear()
        if self._file is not None:
            self._file.close()

    def put(self, name: str, rows: NDArray[np.float32]) -> None:
        """Keep the next rows of a value: 1 x channels x rows x columns."""
        chunks = self._chunks.setdefault(name, [])
        first = chunks[-1].last if chunks else 0
        half = np.clip(rows[0], -LARGEST, LARGEST).astype(HALF).transpose(1, 0, 2)
        if not half.size:
            return
        keep = self._in_memory if half.nbytes <= self._memory else self._in_file
        read, forget = keep(half)
        chunks.append(_Chunk(first, first + len(half), read, forget))

    def rows(self, name: str, first: int, last: int) -> NDArray[np.float32]:
        """Rows of a value from `first` to before `last`: 1 x channels x rows x columns."""
        parts = [
            chunk.read(max(first, chunk.first) - chunk.first, min(last, chunk.last) - chunk.first)
            for chunk in self._chunks[name]
            if chunk.first < last and first < chunk.last
        ]
        _, channels, columns = parts[0].shape
        found = np.empty((1, channels, last - first, columns), np.float32)
        row = 0
        for part in parts:
            found[0, :, row : row + len(part)] = part.transpose(1, 0, 2)
            row += len(part)
        return found

    def forget(self, name: str, above: int | None = None) -> None:
        """Let go of a value, or of those of its chunks that are wholly above a row."""
        kept = []
        for chunk in self._chunks.pop(name, []):
            if above is None or chunk.last <= above:
                chunk.forget()
            else:
                kept.append(chunk)
        if above is not None:
            self._chunks[name] = kept

    def _in_memory(self, half: NDArray[Any]) -> tuple[Read, Forget]:
        # Pages of its own, for the system gets those back at once; what malloc frees it often keeps.
        size = half.nbytes
        array = np.frombuffer(mmap.mmap(-1, size), HALF).reshape(half.shape)
        array[...] = half
        self._memory -= size

        def forget() -> None:
            self._memory += size

        return lambda first, last: array[first:last], forget

    def _in_file(self, half: NDArray[Any]) -> tuple[Read, Forget]:
        shape, size = half.shape, half.nbytes
        place = next((each for each in self._free if each[0] == size), None)
        if place is None:
            place = size, self._end
            self._end += size
        else:
            self._free.remove(place)
        file = self._opened()
        try:
            file.seek(place[1])
            file.write(np.ascontiguousarray(half).data)
        except OSError as error:
            raise ZeuxisError(
                f"no room for {self._end / 1e9:.1f} GB of what the painting needs in "
                f"{tempfile.gettempdir()} ({error.strerror}): make room there, set TMPDIR to another "
                "folder or allow more memory"
            ) from error

        def read(first: int, last: int) -> NDArray[Any]:
            part = np.empty((last - first, *shape[1:]), HALF)
            file.seek(place[1] + first * (size // shape[0]))
            file.readinto(part.data)  # type: ignore[attr-defined]
            return part

        return read, lambda: self._free.append(place)

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed in __exit__
        return self._file
