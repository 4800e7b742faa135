"""From a `Picture` to a file, whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from zeuxis.errors import ZeuxisError
from zeuxis.images.encoding import encode
from zeuxis.images.formats import Format, for_path, named
from zeuxis.images.picture import Picture


def write(
    picture: Picture,
    target: str | Path | BinaryIO,
    *,
    overwrite: bool = False,
    bits: int | None = None,
    quality: int = 95,
    keep_metadata: bool = True,
    format: str | None = None,
) -> None:
    """Write a picture; a file appears whole or not at all.

    Alpha goes with it where the format holds any; JPEG and BMP show it over white. Colours go back
    to the picture's ICC profile, which is embedded, where it is an RGB profile and the format holds
    one; else they stay sRGB. EXIF or XMP too long for a JPEG (64 KB each) is left out.

    Args:
        picture: what to write.
        target: a path, or a binary stream.
        overwrite: replace a file that is there already.
        bits: 8 or 16 a channel; None for the picture's own depth where the format holds it.
        quality: 1 to 100, for JPEG, WebP and AVIF.
        keep_metadata: write EXIF, XMP and dots per inch as well.
        format: ``"png"``, ``"jpg"``, ...; None goes by the extension of ``target``.

    Raises:
        ZeuxisError: the target exists, cannot be written, or cannot hold the picture.
    """
    path = Path(target) if isinstance(target, (str, Path)) else None
    name = str(path) if path else "the stream"
    try:
        chosen = _format(path, format)
        if path:
            _check_target(path, overwrite)
        data = encode(picture, chosen, bits=bits, quality=quality, keep_metadata=keep_metadata)
        if isinstance(target, (str, Path)):
            _write_whole(Path(target), data, overwrite)
        else:
            target.write(data)
    except ZeuxisError as error:
        raise ZeuxisError(f"cannot write {name}: {error}") from None
    except PermissionError:
        raise ZeuxisError(
            f"cannot write {name}: its folder does not allow it; change the permissions"
        ) from None
    except MemoryError:
        raise ZeuxisError(
            f"cannot write {name}: it does not fit into memory; make it smaller"
        ) from None
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ZeuxisError(f"cannot write {name}: {reason}") from error


def _format(path: Path | None, format: str | None) -> Format:
    if format is not None:
        return named(format)
    if path is None:
        raise ZeuxisError("a stream has no extension to go by; say which format to write")
    return for_path(path)


def _check_target(path: Path, overwrite: bool) -> None:
    if not path.parent.is_dir():
        raise ZeuxisError(f"there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise ZeuxisError("it is a folder; give the name of a file")
    if path.exists() and not path.is_file():
        raise ZeuxisError("it is not an ordinary file; give another name")
    if path.exists() and not overwrite:
        raise ZeuxisError("it exists already; use --force (overwrite=True) to replace it")


def _write_whole(path: Path, data: bytes, overwrite: bool) -> None:
    """Write beside the target, then rename: nobody sees half a file."""
    path = Path(os.path.realpath(path))  # a link stays a link; what it points to is replaced
    temporary = path.with_name(f".zeuxis-{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(temporary, path.stat().st_mode)
        _check_target(path, overwrite)  # again: encoding took a while
        os.replace(temporary, path)
    except BaseException:  # Ctrl-C too
        with suppress(OSError):
            temporary.unlink()
        raise
