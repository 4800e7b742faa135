"""Files that somebody might send who means no good, or whose disk is broken. All made here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

SIZE = (48, 32)
SCRIPT = b"<script>alert(document.cookie)</script>"


def picture(
    format: str, size: tuple[int, int] = SIZE, mode: str = "RGB", **options: object
) -> bytes:
    random = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(random).convert(mode).save(content, format, **options)
    return content.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, depth: int = 8, color: int = 2, data: bytes = b"", more: bytes = b""
) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + more
        + chunk(b"IDAT", zlib.compress(data, 9))
        + chunk(b"IEND", b"")
    )


def gif(width: int, height: int) -> bytes:
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0, 0, 0)
        + (b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00\x3b")
    )


def bmp(width: int, height: int, bits: int = 24) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header


def tiff(width: int, height: int, *more: tuple[int, int, int, int]) -> bytes:
    tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (279, 4, 1, 9),
    ]
    tags = sorted([*tags, *more])
    body = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + struct.pack("<I", 0)


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose header says another size than its data has."""
    content = bytearray(picture("JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def webp_of_size(width: int, height: int) -> bytes:
    body = (
        b"VP8L"
        + struct.pack("<I", 5)
        + b"\x2f"
        + struct.pack("<I", (width - 1) | (height - 1) << 14)
        + b"\0"
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("../../evil.py", "raise SystemExit")
    return content.getvalue()


def animated(format: str) -> bytes:
    frames = [Image.new("RGB", SIZE, (shade, 0, 255 - shade)) for shade in (0, 99, 255)]
    content = io.BytesIO()
    frames[0].save(content, format, save_all=True, append_images=frames[1:])
    return content.getvalue()


def broken() -> dict[str, bytes]:
    """What cannot be read: by name, with an extension that may lie."""
    found: dict[str, bytes] = {
        "empty.png": b"",
        "a-zero.png": b"\0",
        "zeros.jpg": bytes(5000),
        "text.png": b"hello there\n" * 9,
        "noise.jpg": np.random.default_rng(1).bytes(9999),
        "newline.gif": b"\n",
        "short.bmp": b"BM",
        "page.png": b"<!doctype html><html>" + SCRIPT + b"</html>",
        "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
        "drawing.png": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>',
        "svgz.png": zlib.compress(b"<svg/>"),
        "paper.pdf": b"%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>endobj",
        "script.ps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (r) file\n",
        "vector.mvg": b"push graphic-context\nfill 'url(https://example.com/\"|id\")'\n",
        "pickle.jpg": b"\x80\x04\x95cos\nsystem\n(S'id'\ntR.",
        "archive.png": archive(),
        "elf.jpg": b"\x7fELF" + bytes(99),
        "icon.ico": picture("ICO"),
        "layers.psd": b"8BPS\0\1" + bytes(30),
        "film.mp4": b"\0\0\0\x18ftypmp42" + bytes(64),
        "heif.heic": b"\0\0\0\x18ftypheic" + bytes(64),
        "exe.bmp": b"MZ" + bytes(200),
        "pnm.ppm": b"P6 9 9 255\n" + bytes(243),
        "raw.dng": b"IIRO" + bytes(99),
        "shell.png": b"#!/bin/sh\nid\n",
        "json.webp": b'{"image": 1}',
    }
    for format in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF"):
        whole = picture(format)
        extension = format.lower()
        found[f"head.{extension}"] = whole[:12]
        found[f"start.{extension}"] = whole[:32]
        if format != "GIF":  # whose first rows Pillow shows anyway
            found[f"half.{extension}"] = whole[: len(whole) // 2]
    found |= {
        "no-size.png": png(0, 0),
        "flat.png": png(9, 0),
        "wrong-crc.png": picture("PNG")[:20] + b"\xff" + picture("PNG")[21:],
        "odd-depth.png": png(9, 9, depth=7),
        "odd-color.png": png(9, 9, color=5),
        "no-data.png": png(9, 9),
        "loop.tif": b"II*\0" + struct.pack("<I", 8) + struct.pack("<HHHIII", 1, 256, 4, 1, 9, 8),
        "far.tif": b"II*\0" + struct.pack("<I", 2**31),
        "no-tags.tif": b"II*\0" + struct.pack("<IHI", 8, 0, 0),
        "many-tags.tif": b"MM\0*" + struct.pack(">IH", 8, 65535),
        "no-strips.tif": tiff(9, 9, (277, 3, 1, 9999)),
        "big.tif": b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**63),
        "minus.bmp": bmp(-9, 9),
        "odd-bits.bmp": bmp(9, 9, 77),
        "riff.webp": b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        "brand.avif": b"\0\0\0\x20ftypavif" + b"\xff" * 40,
        "garbage.jpg": b"\xff\xd8\xff\xe0" + b"\xff" * 500,
        "only-ends.jpg": b"\xff\xd8\xff\xd9",
        "no-frame.gif": b"GIF89a\1\0\1\0\0\0\0;",
    }
    return found


def chunky(*chunks: bytes) -> bytes:
    """A PNG that has these after its header."""
    whole = picture("PNG")
    return whole[:33] + b"".join(chunks) + whole[33:]


def two_minds(width: int, height: int) -> bytes:
    """A JPEG that says its size twice, and not the same."""
    whole = picture("JPEG")
    at = whole.index(b"\xff\xc0")
    end = at + 2 + int.from_bytes(whole[at + 2 : at + 4])
    other = whole[at : at + 5] + struct.pack(">HH", height, width) + whole[at + 9 : end]
    return whole[:end] + other + whole[end:]


def vast() -> dict[str, bytes]:
    """What says that it is larger than it may be; some of it would be, once decoded."""
    nothing = zlib.compress(bytes(100_000_000), 9)
    return {
        "text.png": chunky(chunk(b"zTXt", b"a\0\0" + nothing)),
        "profile.png": chunky(chunk(b"iCCP", b"a\0\0" + nothing)),
        "twice.png": chunky(chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0))),
        "twice.jpg": two_minds(65_000, 65_000),
        "frame.gif": gif(10, 10).replace(
            struct.pack("<HHB", 10, 10, 0) + b"\x02",
            struct.pack("<HHB", 60_000, 60_000, 0) + b"\x02",
        ),
        "bomb.png": png(20_000, 20_000, color=0, data=bytes(20_001 * 20_000 // 400)),
        "widest.png": png(2**31 - 1, 2**31 - 1),
        "strip.png": png(60_000_000, 1),
        "deep.png": png(30_000, 30_000, depth=16),
        "vast.gif": gif(65535, 65535),
        "vast.bmp": bmp(60_000, 60_000),
        "vast.jpg": jpeg_of_size(65_000, 65_000),
        "vast.webp": webp_of_size(16_383, 16_383),
        "vast.tif": tiff(2**32 - 1, 2**32 - 1),
        "thin.tif": tiff(100_000_000, 1),
    }


def harmless() -> dict[str, bytes]:
    """What is a picture all the same, and has something in it that must not come out again."""
    zipped = archive()
    text = chunk(b"tEXt", b"Comment\0" + SCRIPT)
    clean = picture("PNG")
    return {
        "polyglot.gif": picture("GIF") + b"/*" + SCRIPT + b"*/",
        "polyglot.jpg": picture("JPEG") + zipped,
        "polyglot.png": clean + zipped,
        "comment.jpg": picture("JPEG", comment=SCRIPT),
        "text.png": clean[:33] + text + clean[33:],
        "page.html": picture("PNG"),
        "drawing.svg": picture("JPEG"),
        "moving.gif": animated("GIF"),
        "moving.webp": animated("WEBP"),
        "moving.png": animated("PNG"),
        "print.jpg": picture("JPEG", mode="CMYK"),
        "bits.png": picture("PNG", mode="1"),
        "one.png": picture("PNG", (1, 1)),
        "../../../../etc/cron.d/evil.png": clean,
        "..\\..\\evil.png": clean,
        "/dev/null": clean,
        "-rf.png": clean,
        "con.png": clean,
        "a\x00b.png": clean,
        "$(id).png": clean,
        "`id`;id|id&.png": clean,
        "\u202egnp.exe": clean,
        "x" * 3000 + ".png": clean,
        "": clean,
        ".png": clean,
        "..": clean,
        '"><script>.png': clean,
    }


MAKERS: tuple[Callable[[], dict[str, bytes]], ...] = (broken, vast, harmless)
