"""A set of pictures as it is being prepared: interrupted, it is gone on with."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from zeuxis.data.cache import ABOUT, LABELS, PICTURES, disk
from zeuxis.data.pictures import Bytes

JOURNAL = "journal.jsonl"
SECONDS = 2.0  # from one entry of the journal to the next


class Unfinished:
    """A folder that pictures are added to.

    What was written and noted in the journal is kept when a process ends before its time.

    Args:
        folder: of an earlier process that did not come to its end, or a new one.
        shape: of a picture: H, W, C.

    Attributes:
        seen: how many pictures of the source are dealt with.
        labels: of those that are in.
        skipped: those that are not, and why.
        enlarged: how many were smaller than asked for.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int]) -> None:
        self.folder, self.shape = folder, shape
        self.seen, self.enlarged = 0, 0
        self.labels: list[int] = []
        self.skipped: dict[str, str] = {}
        self._head = len(self._header(0))
        self._since = time.monotonic()
        with disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._take_up()
            self._file = (folder / PICTURES).open("r+b")
            self._file.truncate(self._length())
            self._file.seek(self._length())
            self._journal = (folder / JOURNAL).open("a", encoding="utf-8")
        self._noted = len(self.labels), len(self.skipped)

    def add(
        self,
        pictures: Bytes,
        labels: Sequence[int],
        *,
        seen: int,
        skipped: dict[str, str],
        enlarged: int,
    ) -> None:
        """Add pictures of the source.

        Args:
            pictures: N x H x W x C.
            labels: of each.
            seen: how many pictures of the source these were, with those that are left out.
            skipped: those, and why.
            enlarged: how many of the pictures were smaller than asked for.
        """
        with disk(self.folder):
            self._file.write(np.ascontiguousarray(pictures).data)
            self.labels += labels
            self.skipped |= skipped
            self.enlarged += enlarged
            self.seen += seen
            if time.monotonic() - self._since > SECONDS:
                self._note()

    def close(self) -> None:
        """Close the files; what was added in the last two seconds may be lost."""
        with disk(self.folder):
            self._file.close()
            self._journal.close()

    def finish(self, classes: tuple[str, ...]) -> None:
        """Write what belongs to the pictures."""
        with disk(self.folder):
            self._file.seek(0)
            self._file.write(self._header(len(self.labels)))
            self._file.flush()
            os.fsync(self._file.fileno())
            np.save(self.folder / LABELS, np.array(self.labels, np.int64))
            about = {
                "classes": classes,
                "skipped": self.skipped,
                "enlarged": self.enlarged,
                "digest": self._digest(classes),
            }
            (self.folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
            self.close()
            (self.folder / JOURNAL).unlink()

    def _note(self) -> None:
        """Make sure that what was added so far is not lost: first the pictures, then that they are there."""
        self._file.flush()
        os.fsync(self._file.fileno())
        labels, skipped = self._noted
        line = {
            "seen": self.seen,
            "labels": self.labels[labels:],
            "skipped": list(self.skipped.items())[skipped:],
            "enlarged": self.enlarged,
        }
        self._journal.write(json.dumps(line) + "\n")
        self._journal.flush()
        self._noted = len(self.labels), len(self.skipped)
        self._since = time.monotonic()

    def _header(self, count: int) -> bytes:
        """Of an .npy file; numpy leaves room, so that its length does not depend on the count."""
        stream = BytesIO()
        about: dict[str, Any] = {"shape": (count, *self.shape), "fortran_order": False}
        np.lib.format.write_array_header_1_0(stream, about | {"descr": "|u1"})
        return stream.getvalue()

    def _length(self) -> int:
        return self._head + len(self.labels) * int(np.prod(self.shape))

    def _take_up(self) -> None:
        """Begin where the journal of an earlier process ends, as far as the pictures bear it out."""
        pictures, journal = self.folder / PICTURES, self.folder / JOURNAL
        lines = []
        if pictures.exists() and journal.exists():
            for text in journal.read_text(encoding="utf-8").splitlines(keepends=True):
                if not text.endswith("\n"):
                    break  # the process ended in the middle of this line
                lines.append(text)
                line = json.loads(text)
                self.labels += line["labels"]
                self.skipped |= dict(line["skipped"])
                self.seen, self.enlarged = line["seen"], line["enlarged"]
        if not pictures.exists() or pictures.stat().st_size < self._length():
            self.seen, self.enlarged, self.labels, self.skipped, lines = 0, 0, [], {}, []
            pictures.write_bytes(self._header(0))
        journal.write_text("".join(lines), encoding="utf-8")

    def _digest(self, classes: tuple[str, ...]) -> str:
        with (self.folder / PICTURES).open("rb") as file:
            total = hashlib.file_digest(file, "sha256")
        total.update(np.array(self.labels, "<i8").tobytes())
        total.update(json.dumps(classes).encode())
        return total.hexdigest()
