"""Where prepared pictures are kept: a folder a set, which appears whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from zeuxis.data.pictures import PictureSet
from zeuxis.errors import ZeuxisError, reason

if sys.platform != "win32":
    import fcntl

PICTURES, LABELS, ABOUT = "pictures.npy", "labels.npy", "about.json"
FORMAT = 1  # of what is kept; with another one, everything is prepared anew


def key_of(files: tuple[Path, ...], settings: dict[str, Any]) -> str:
    """What tells a set from others: names, sizes and times of its files, and how they are prepared.

    Returns:
        32 hexadecimal digits.
    """
    total = hashlib.sha256(json.dumps([FORMAT, settings], sort_keys=True).encode())
    for file in files:
        try:
            status = file.stat()
            line = f"{file.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\n"
        except OSError:  # it is gone since it was listed; reading it will say so
            line = f"{file}\0gone\n"
        total.update(line.encode(errors="surrogateescape"))
    return total.hexdigest()[:32]


def kept(place: Path) -> PictureSet | None:
    """The set in a folder; None if there is none, or not all of it."""
    try:
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        pictures = np.load(place / PICTURES, mmap_mode="r", allow_pickle=False)
        labels = np.load(place / LABELS, allow_pickle=False)
        if pictures.ndim != 4 or pictures.dtype != np.uint8 or len(pictures) != len(labels):
            return None
        classes, skipped = tuple(about["classes"]), about["skipped"]
        return PictureSet(
            pictures, labels, classes, skipped, about["digest"], int(about["enlarged"])
        )
    except (OSError, ValueError, EOFError, KeyError, TypeError):
        return None


@contextmanager
def turn(place: Path) -> Iterator[bool]:
    """Wait until no other process prepares the same set.

    Yields:
        whether it is certain that no other one does: not where files cannot be locked.
    """
    with disk(place.parent):
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = place.with_name(f".{place.name}.lock").open("w")
    with lock:
        yield _locked(lock.fileno())


def _locked(file: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # given back when the file is closed, or the process dies
    except OSError:  # some network folders know no locks
        return False
    return True


def publish(folder: Path, place: Path) -> None:
    """Give a finished folder its name; if another process was faster, its set stays."""
    with disk(place):
        try:
            folder.rename(place)
        except OSError:
            if not place.exists():
                raise
            if kept(place) is None:  # damaged
                shutil.rmtree(place)
                folder.rename(place)
            else:
                shutil.rmtree(folder)


def check_room(folder: Path, size: int) -> None:
    """Refuse to begin what a disk has no room for.

    Raises:
        ZeuxisError: there are fewer than `size` bytes left where the folder is.
    """
    with disk(folder):
        free = shutil.disk_usage(folder).free
    if free < size:
        raise ZeuxisError(
            f"the prepared pictures need {_large(size)}, but {folder} has {_large(free)} left: make room, or "
            "set ZEUXIS_CACHE to another folder"
        )


@contextmanager
def disk(folder: Path) -> Iterator[None]:
    """What the system says about a disk, in a sentence.

    Raises:
        ZeuxisError: for an OSError inside it.
    """
    try:
        yield
    except OSError as error:
        raise ZeuxisError(
            f"cannot keep prepared pictures in {folder} ({reason(error)}): make room there, or set "
            "ZEUXIS_CACHE to another folder"
        ) from error


def _large(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
