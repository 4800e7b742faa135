"""IDX files, in which MNIST and its family come: a header of big-endian numbers, then bytes.

Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "file formats".
"""

from __future__ import annotations

import gzip
import math
import re
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from zeuxis.data.sources.arrays import array_source
from zeuxis.data.sources.labels import NAMES
from zeuxis.data.sources.source import Bytes, Found, Source
from zeuxis.errors import ZeuxisError, reason

SPLITS = {"train": ("train",), "test": ("t10k", "test")}  # what names begin with
_IMAGES = re.compile(r"(?P<set>.*?)images(?P<dash>[-.])idx[34]-ubyte(?P<gz>\.gz)?")
_BYTES = 8  # the third byte of the header: what kind of numbers


def is_idx(path: Path) -> bool:
    """Whether a file begins as an IDX file of bytes does."""
    try:
        with _opened(path) as file:
            return file.read(3) == b"\0\0\x08"
    except (OSError, EOFError, zlib.error):
        return False


def idx_folder(folder: Path, split: str) -> Found | None:
    """The pictures of a part of MNIST or its like; None for a folder without any.

    Raises:
        ZeuxisError: the folder has the other part alone, or several of the kind.
    """
    packed_first = sorted(
        (path.name for path in folder.iterdir() if _IMAGES.fullmatch(path.name)),
        key=lambda name: not name.endswith(".gz"),
    )
    names = {name.removesuffix(".gz"): name for name in packed_first}  # the unpacked stays
    if not names:
        return None
    chosen = [name for bare, name in names.items() if _part(bare) == split]
    if len(chosen) != 1:
        raise ZeuxisError(
            f"{folder} holds {', '.join(sorted(names.values()))}: {'several are' if chosen else 'none is'} "
            f"the {split} part; give one of these files instead"
        )
    return found_idx(folder / chosen[0])


def found_idx(path: Path) -> Found:
    """The pictures of one file, with the labels that lie beside it."""
    labels, names_file = _labels_of(path), path.with_name(NAMES)
    files = [path, *([labels] if labels else []), *([names_file] if names_file.is_file() else [])]

    def load() -> Source:
        array = read_idx(path)
        values = None if labels is None else read_idx(labels)
        return array_source(path, array, values, names_file)

    return Found(path, "an IDX file", tuple(files), load)


def read_idx(path: Path) -> Bytes:
    """The array of bytes that an IDX file, or one packed with gzip, holds.

    Raises:
        ZeuxisError: it cannot be read, is something else, or is cut short or too long.
    """
    try:
        with _opened(path) as file:
            magic = file.read(4)
            if len(magic) < 4 or magic[:2] != b"\0\0" or not magic[3]:
                raise ZeuxisError(f"{path} does not begin as an IDX file does: give another file")
            if magic[2] != _BYTES:
                raise ZeuxisError(f"{path} holds numbers other than bytes: give one of pictures")
            sides = file.read(4 * magic[3])
            if len(sides) < 4 * magic[3]:
                raise ZeuxisError(f"{path} is cut short: get a whole copy of it")
            shape = tuple(np.frombuffer(sides, ">u4").tolist())
            data = file.read(math.prod(shape) + 1)
    except (OSError, EOFError, zlib.error) as error:  # gzip's BadGzipFile is an OSError
        why = reason(error) if isinstance(error, OSError) else "it is cut short or damaged"
        raise ZeuxisError(f"cannot read {path}: {why}") from error
    except (MemoryError, OverflowError):
        raise ZeuxisError(f"{path} says it is larger than memory: get a whole copy of it") from None
    if len(data) != math.prod(shape):
        says = "cut short" if len(data) < math.prod(shape) else "longer than its header says"
        raise ZeuxisError(f"{path} is {says}: get a whole copy of it")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _part(name: str) -> str | None:
    """Which part a file's name says it is."""
    words = re.split(r"[-_.]", name)
    return next((part for part, marks in SPLITS.items() if set(marks) & set(words)), None)


def _labels_of(path: Path) -> Path | None:
    """The file of labels beside one of pictures, packed or not."""
    match = _IMAGES.fullmatch(path.name)
    if match is None:
        return None
    name = f"{match['set']}labels{match['dash']}idx1-ubyte"
    beside = [path.with_name(f"{name}{ending}") for ending in (match["gz"] or "", ".gz", "")]
    return next((each for each in beside if each.is_file()), None)
