"""The file formats we know, and what each can hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from PIL import features

from zeuxis.errors import ZeuxisError

HEAD_BYTES = 32  # enough to tell every format apart


@dataclass(frozen=True)
class Format:
    """One file format.

    Attributes:
        name: Pillow's name for it.
        plugin: the module of Pillow that reads and writes it.
        extensions: lower case, with the dot; the first is the usual one.
        alpha: whether it holds transparency.
        profile: whether it holds an ICC profile.
        deep: whether it holds 16 bits a channel.
        max_side: the longest side it can hold, in pixels.
        feature: the optional part of Pillow that it needs.
    """

    name: str
    plugin: str
    extensions: tuple[str, ...]
    alpha: bool = True
    profile: bool = True
    deep: bool = False
    max_side: int = 2**31 - 1
    feature: str | None = None

    def require(self) -> None:
        """Raise `ZeuxisError` where this Pillow was built without the format."""
        if self.feature and not features.check(self.feature):
            raise ZeuxisError(
                f"this Pillow was built without {self.name}; install Pillow's own wheel, "
                "or use PNG or JPEG"
            )


FORMATS = (
    Format("PNG", "PngImagePlugin", (".png",), deep=True),
    Format("JPEG", "JpegImagePlugin", (".jpg", ".jpeg", ".jpe"), alpha=False, max_side=65500),
    Format("TIFF", "TiffImagePlugin", (".tif", ".tiff"), deep=True),
    Format("WEBP", "WebPImagePlugin", (".webp",), max_side=16383, feature="webp"),
    Format("AVIF", "AvifImagePlugin", (".avif",), max_side=65536, feature="avif"),
    Format("BMP", "BmpImagePlugin", (".bmp",), alpha=False, profile=False),
    Format("GIF", "GifImagePlugin", (".gif",), profile=False, max_side=65535),
)
_BY_NAME = {format.name: format for format in FORMATS}
_BY_EXTENSION = {extension: format for format in FORMATS for extension in format.extensions}
EXTENSIONS = frozenset(_BY_EXTENSION)
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"BM": "BMP",
    b"GIF8": "GIF",
}


def sniff(head: bytes) -> Format | None:
    """The format of a file that begins with these bytes; None when it is none of ours."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _BY_NAME["WEBP"]
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return _BY_NAME["AVIF"]
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return _BY_NAME[name]
    return None


def named(name: str) -> Format:
    """The format called ``name``: ``"PNG"``, ``"png"``, ``"jpg"`` and ``".jpg"`` all will do."""
    bare = name.lower().lstrip(".")
    found = _BY_NAME.get(bare.upper()) or _BY_EXTENSION.get(f".{bare}")
    if found is None:
        raise ZeuxisError(f"there is no picture format {name!r}; use one of {_known()}")
    return found


def for_path(path: PurePath) -> Format:
    """The format that the extension of ``path`` asks for."""
    found = _BY_EXTENSION.get(path.suffix.lower())
    if found is None:
        raise ZeuxisError(
            f"the extension {path.suffix!r} names no picture format; use one of {_known()}"
        )
    return found


def _known() -> str:
    return ", ".join(format.extensions[0] for format in FORMATS)
