"""From a file, or anything that can be read, to a `Picture`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import bands, deep, metadata
from zeuxis.images.bombs import check_size, pillow_limit
from zeuxis.images.formats import EXTENSIONS, HEAD_BYTES, Format, sniff
from zeuxis.images.metadata import Metadata
from zeuxis.images.picture import Picture

Fit = Callable[[int, int], tuple[int, int]]  # from a height and width to what they become


def read(
    source: str | Path | BinaryIO, *, max_megapixels: float = 200.0, fit: Fit | None = None
) -> Picture:
    """Read a picture: turned upright, in sRGB, alpha apart.

    Reads JPEG, PNG, WebP, TIFF, BMP, GIF (its first frame) and, where Pillow has it, AVIF, told by
    what is in the file and not by its name; grey, palette, CMYK and 16-bit pictures too.

    Args:
        source: a path, or a binary stream, which need not be seekable and is read to its end.
        max_megapixels: refuse larger pictures, before any pixel is decoded.
        fit: from the picture's height and width, the right way up, to those to bring it to, as
            `Size.resolve` does; None for its own. A large picture takes less memory so than by
            `Picture.resized`, for never all of it is held as floats, and of a JPEG not even as bytes.

    Raises:
        ZeuxisError: the file is missing, not allowed, empty, not a picture, damaged or too large;
            or what ``fit`` raises.
    """
    name = _name(source)
    try:
        if isinstance(source, (str, Path)):
            with open(source, "rb") as file:
                format, data = _contents(file, name)
        else:
            format, data = _contents(source, name)
    except FileNotFoundError:
        raise ZeuxisError(f"there is no file {name}; check the path") from None
    except IsADirectoryError:
        raise ZeuxisError(f"{name} is a folder; give one picture file") from None
    except PermissionError:
        raise ZeuxisError(f"{name} may not be read; change its permissions") from None
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ZeuxisError(f"cannot read {name}: {reason}") from error
    with _naming(name, format):
        opened = _opened(data, format, max_megapixels)
    size = None if fit is None else fit(*opened.size)
    with _naming(name, format):
        return opened.picture(size)


def picture_files(folder: str | Path) -> list[Path]:
    """The files under ``folder``, at any depth, whose extension is one we read, sorted.

    Hidden files and folders (names that begin with a dot) are left out.

    Raises:
        ZeuxisError: there is no such folder, or it may not be read.
    """
    folder = Path(folder)
    if not os.path.isdir(folder):
        what = "is a file, not a folder" if os.path.exists(folder) else "does not exist"
        raise ZeuxisError(f"the folder {folder} {what}; give a folder of pictures")
    found = []
    for parent, folders, files in os.walk(folder, onerror=_refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in files if not name.startswith(".")]
    return sorted(path for path in found if path.suffix.lower() in EXTENSIONS)


def _refused(error: OSError) -> None:
    raise ZeuxisError(f"cannot look into the folder {error.filename}: {error.strerror}") from error


def _name(source: Any) -> str:
    """What to call a source in a message."""
    if isinstance(source, (str, Path)):
        return str(source) or "''"
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "the stream"


def _contents(stream: BinaryIO, name: str) -> tuple[Format, bytes]:
    """A stream's format and all of its bytes; of what is no picture, only the head is read."""
    head = b""
    while len(head) < HEAD_BYTES and (more := stream.read(HEAD_BYTES - len(head))):
        head += more
    if not head:
        raise ZeuxisError(f"{name} is empty; give a picture file")
    format = sniff(head)
    if format is None:
        kinds = ", ".join(sorted(extension[1:] for extension in EXTENSIONS))
        raise ZeuxisError(f"{name} is not a picture of a kind we read; give one of {kinds}")
    return format, head + stream.read()


@contextmanager
def _naming(name: str, format: Format) -> Iterator[None]:
    """Say of what goes wrong in which file it does."""
    try:
        yield
    except ZeuxisError as error:
        raise ZeuxisError(f"cannot read {name}: {error}") from None
    except MemoryError:
        raise ZeuxisError(f"{name} does not fit into memory; make it smaller first") from None
    except Exception as error:  # on broken files decoders raise a dozen kinds
        raise ZeuxisError(
            f"{name} is damaged or cut short and cannot be read as {format.name}; "
            "get a whole copy of it"
        ) from error


@dataclass(frozen=True)
class _Opened:
    """A file whose size is known.

    Attributes:
        size: its picture's height and width, the right way up.
        picture: makes the picture, brought to such a size if one is given.
    """

    size: tuple[int, int]
    picture: Callable[[tuple[int, int] | None], Picture]


def _opened(data: bytes, format: Format, max_megapixels: float) -> _Opened:
    format.require()
    if format.name == "TIFF":
        tags = deep.tiff_tags(data)
        width, height = deep.tiff_size(tags)
        check_size((width, height), max_megapixels)
        if deep.is_deep_tiff(tags):
            told = metadata.of_tiff(data)
            return _Opened(told.turned((height, width)), partial(deep.tiff_picture, data, tags))
    image = _open(data, format, max_megapixels)
    if format.name != "JPEG":  # the others may say only behind the pixels which way is up
        _load(image, max_megapixels)
    told = metadata.of_image(image)
    size = told.turned((image.height, image.width))
    if format.name == "JPEG":
        return _Opened(size, partial(_jpeg_picture, image, told, max_megapixels))
    if format.name == "PNG" and deep.is_deep_png(data):
        profile = image.info.get("icc_profile")
        return _Opened(size, partial(deep.png_picture, data, told, profile))
    return _Opened(size, partial(Picture.from_pil, image))


def _jpeg_picture(
    image: Image.Image, told: Metadata, max_megapixels: float, size: tuple[int, int] | None
) -> Picture:
    """A JPEG, brought to a size; if that is much smaller, decoded at a half, a fourth or an eighth.

    At least twice as large as it will be, so that how it looks is left to our own resampling.
    """
    box, own = None, image.size
    if size is not None and own[0] * own[1] >= bands.LARGE:
        height, width = told.turned(size)
        reduced = image.draft(None, (2 * width, 2 * height))
        if reduced is not None and image.size != own:
            box = reduced[1][3], reduced[1][2]
    _load(image, max_megapixels)
    return Picture.from_pil(image, size, box)


def _open(data: bytes, format: Format, max_megapixels: float) -> Image.Image:
    """Open with the one plugin that fits and check the size."""
    importlib.import_module(f"PIL.{format.plugin}")
    factory, _ = Image.OPEN[format.name]
    with pillow_limit(max_megapixels):
        image = factory(BytesIO(data), "")
    check_size(image.size, max_megapixels)
    return image


def _load(image: Image.Image, max_megapixels: float) -> None:
    """Decode; Pillow may look at the size once more."""
    if Image.MAX_IMAGE_PIXELS and image.width * image.height > Image.MAX_IMAGE_PIXELS:
        with pillow_limit(max_megapixels):
            image.load()
    else:
        image.load()
