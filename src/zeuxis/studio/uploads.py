"""Pictures that strangers send: known by their first bytes, measured by their headers, never decoded here."""

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images.bombs import check_size, pillow_limit
from zeuxis.images.deep import tiff_size, tiff_tags
from zeuxis.images.formats import EXTENSIONS, HEAD_BYTES, Format, sniff
from zeuxis.studio.refusal import Refused

LONGEST_NAME = 60  # of a file, without its extension
LONGEST_TYPED = 255  # of a file, as file systems have it
LONGEST_SIDE = 65_500  # pixels


@dataclass(frozen=True)
class Received:
    """A picture that was sent, in its job's folder.

    Attributes:
        file: its name there, which we chose.
        name: what its owner calls it, made harmless: for messages and to save results by.
        width: as its header says, in pixels.
        height: likewise.
        called: how its owner gives it to a command, see `typed`.
    """

    file: str
    name: str
    width: int
    height: int
    called: str

    @property
    def stem(self) -> str:
        """The name without its extension."""
        return Path(self.name).stem


def harmless(name: str | None) -> str:
    """A file's name that is no path, no option and no trick, and still tells its owner which file it is."""
    last = re.split(r"[/\\]", name or "")[-1]
    stem, dot, extension = last.rpartition(".")
    stem, extension = (stem, extension.lower()) if dot else (last, "")
    plain = re.sub(r"[^\w-]+", "-", stem)[:LONGEST_NAME].strip("-_") or "picture"
    return f"{plain}.{extension}" if f".{extension}" in EXTENSIONS else plain


def typed(name: str | None) -> str:
    """A file's name as a command takes it (it is quoted there): whole, but no path and no option."""
    last = re.split(r"[/\\]", name or "")[-1]
    shown = "".join(each for each in last if each.isprintable())[:LONGEST_TYPED]
    if not shown.strip(". "):
        return "picture"
    return f"./{shown}" if shown.startswith("-") else shown


def measured(path: Path, name: str, max_megapixels: float) -> tuple[int, int]:
    """Width and height of a picture's file, before any of its pixels is decoded.

    Args:
        path: of the file.
        name: to call it in messages.
        max_megapixels: the largest picture to take.

    Raises:
        Refused: 415 for what is no picture, or damaged; 413 for one that is too large.
    """
    data = path.read_bytes()
    format = sniff(data[:HEAD_BYTES])
    if not data:
        raise Refused(415, f"{name} is empty: send a picture")
    if format is None:
        kinds = ", ".join(sorted(extension[1:] for extension in EXTENSIONS))
        raise Refused(415, f"{name} is not a picture of a kind we read: send one of {kinds}")
    try:
        format.require()
        size = _size(data, format)
    except ZeuxisError as error:
        raise Refused(415, f"cannot read {name}: {error}") from None
    except Exception:  # noqa: BLE001 - on broken files Pillow raises a dozen kinds
        raise Refused(
            415,
            f"{name} is damaged or cut short and cannot be read as {format.name}: send it again",
        ) from None
    try:
        check_size(size, max_megapixels)
    except ZeuxisError as error:
        limit = str(error).split(";")[0].replace("it ", "", 1)
        raise Refused(413, f"{name} {limit}: make it smaller first") from None
    if max(size) > LONGEST_SIDE:
        raise Refused(413, f"{name} is {size[0]}x{size[1]}: sides may have {LONGEST_SIDE} pixels")
    return size


def _size(data: bytes, format: Format) -> tuple[int, int]:
    if format.name == "TIFF":  # some of those that we read Pillow does not
        return tiff_size(tiff_tags(data))
    # Pillow's own limit must not be the one that speaks; nothing is decoded here.
    with pillow_limit(1e6), Image.open(BytesIO(data), formats=[format.name]) as image:
        return image.size
