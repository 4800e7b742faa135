"""From a file, or anything that can be read, to a `Picture`."""

from __future__ import annotations

import importlib
import os
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import deep
from zeuxis.images.bombs import check_size, pillow_limit
from zeuxis.images.formats import EXTENSIONS, HEAD_BYTES, Format, sniff
from zeuxis.images.picture import Picture


def read(source: str | Path | BinaryIO, *, max_megapixels: float = 200.0) -> Picture:
    """Read a picture: turned upright, in sRGB, alpha apart.

    Reads JPEG, PNG, WebP, TIFF, BMP, GIF (its first frame) and, where Pillow has it, AVIF, told by
    what is in the file and not by its name; grey, palette, CMYK and 16-bit pictures too.

    Args:
        source: a path, or a binary stream, which need not be seekable and is read to its end.
        max_megapixels: refuse larger pictures, before any pixel is decoded.

    Raises:
        ZeuxisError: the file is missing, not allowed, empty, not a picture, damaged or too large.
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
    return _decode(data, format, name, max_megapixels)


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


def _decode(data: bytes, format: Format, name: str, max_megapixels: float) -> Picture:
    try:
        format.require()
        if format.name == "TIFF":
            return _decode_tiff(data, format, max_megapixels)
        image = _open(data, format, max_megapixels)
        if format.name == "PNG" and deep.is_deep_png(data):
            return deep.png_picture(data, image)
        return Picture.from_pil(image)
    except ZeuxisError as error:
        raise ZeuxisError(f"cannot read {name}: {error}") from None
    except MemoryError:
        raise ZeuxisError(f"{name} does not fit into memory; make it smaller first") from None
    except Exception as error:  # on broken files decoders raise a dozen kinds
        raise ZeuxisError(
            f"{name} is damaged or cut short and cannot be read as {format.name}; "
            "get a whole copy of it"
        ) from error


def _decode_tiff(data: bytes, format: Format, max_megapixels: float) -> Picture:
    tags = deep.tiff_tags(data)
    check_size(deep.tiff_size(tags), max_megapixels)
    if deep.is_deep_tiff(tags):
        return deep.tiff_picture(data, tags)
    return Picture.from_pil(_open(data, format, max_megapixels))


def _open(data: bytes, format: Format, max_megapixels: float) -> Image.Image:
    """Open with the one plugin that fits, check the size and decode."""
    importlib.import_module(f"PIL.{format.plugin}")
    factory, _ = Image.OPEN[format.name]
    with pillow_limit(max_megapixels):
        image = factory(BytesIO(data), "")
    check_size(image.size, max_megapixels)
    if Image.MAX_IMAGE_PIXELS and image.width * image.height > Image.MAX_IMAGE_PIXELS:
        with pillow_limit(max_megapixels):
            image.load()
    return image
