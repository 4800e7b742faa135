"""How pictures come by their classes: by folders, or by numbers and names beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from zeuxis.data.sources.source import CLASSLESS, Labels, contents
from zeuxis.errors import ZeuxisError

NAMES = "classes.txt"  # a name a line, in the order of their numbers


def by_folder(paths: Sequence[PurePath]) -> tuple[Labels, tuple[str, ...]]:
    """Classes after the first folder of each path; what lies in no folder is in no class."""
    folders = [path.parts[0] if len(path.parts) > 1 else None for path in paths]
    classes = sorted({folder for folder in folders if folder is not None})
    number = {name: each for each, name in enumerate(classes)}
    labels = [CLASSLESS if folder is None else number[folder] for folder in folders]
    return np.array(labels, np.int64), tuple(classes)


def by_value(values: Sequence[Any], names_file: Path) -> tuple[Labels, tuple[str, ...]]:
    """Classes after values, whole numbers or text, None for none; in their order.

    Args:
        values: one a picture.
        names_file: `classes.txt`, which need not exist; where it does, values are numbers of its lines.

    Raises:
        ZeuxisError: the file cannot be read, or has too few lines.
    """
    known = sorted({value for value in values if value is not None})
    names = tuple(str(value) for value in known)
    if known and names_file.is_file() and all(isinstance(value, int) for value in known):
        names = _lines(names_file)
        if not 0 <= known[0] <= known[-1] < len(names):
            raise ZeuxisError(
                f"{names_file} names {len(names)} classes, but there are labels from {known[0]} to "
                f"{known[-1]}: give it a line a class, the first for label 0"
            )
        known = list(range(len(names)))
    number = {value: each for each, value in enumerate(known)}
    labels = [CLASSLESS if value is None else number[value] for value in values]
    return np.array(labels, np.int64), names


def _lines(file: Path) -> tuple[str, ...]:
    try:
        text = contents(file).decode()
    except UnicodeDecodeError as error:
        raise ZeuxisError(f"{file} is not text in UTF-8: give it a name a line") from error
    return tuple(line.strip() for line in text.splitlines() if line.strip())
