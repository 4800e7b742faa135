"""What can be told of a photo's file before it is read: its format, and what of it will be left out."""

from __future__ import annotations

import importlib
from contextlib import suppress
from pathlib import Path

from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images.formats import HEAD_BYTES, Format, sniff
from zeuxis.images.reading import read

MANY = {"GIF": "frames", "WEBP": "frames", "PNG": "frames", "AVIF": "frames", "TIFF": "pages"}


def format_of(photo: str | Path) -> Format | None:
    """The format of a picture, by what its file begins with; None for anything else, and for pipes."""
    try:
        if not Path(photo).is_file():
            return None  # what is taken from a pipe is gone
        with open(photo, "rb") as file:
            return sniff(file.read(HEAD_BYTES))
    except (OSError, ValueError):
        return None


def check_photo(photo: str | Path) -> None:
    """Refuse what is no picture's file, before anything is said of the output.

    Raises:
        ZeuxisError: there is no such file, it cannot be read, or it holds no picture.
    """
    there = Path(photo).exists()
    if not there and "://" in str(photo):
        raise ZeuxisError(
            f"cannot open {photo}: addresses are not fetched; save the picture and give its file"
        )
    if there and not Path(photo).is_file():
        return  # a pipe, which can be read only once
    if format_of(photo) is None:
        read(photo)  # it knows what is wrong


def notes_on(photo: str | Path) -> tuple[str, ...]:
    """What of a photo's file is not taken along: all frames or pages but the first."""
    format = format_of(photo)
    if format is None or format.name not in MANY:
        return ()
    count = 1
    with suppress(Exception):  # a note is worth no failure; reading will say what is wrong
        importlib.import_module(f"PIL.{format.plugin}")
        with open(photo, "rb") as file:
            count = getattr(Image.OPEN[format.name][0](file, ""), "n_frames", 1)
    if count < 2:
        return ()
    return (f"{photo} has {count:,} {MANY[format.name]}, and only the first was taken",)
