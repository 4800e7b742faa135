"""Files and profiles that the tests of this room share."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image

P3_PRIMARIES = [0.680, 0.320, 1, 0.265, 0.690, 1, 0.150, 0.060, 1]
D65 = [0.3127, 0.3290, 1.0]


@pytest.fixture(scope="session")
def p3_profile() -> bytes:
    """An RGB profile with the primaries of Display P3 and a plain gamma of 2.2."""
    return imagecodecs.cms_profile("rgb", whitepoint=D65, primaries=P3_PRIMARIES, gamma=2.2)


@pytest.fixture(scope="session")
def grey_profile() -> bytes:
    """A grey profile with a gamma of 1.0: linear light."""
    return imagecodecs.cms_profile("gray", gamma=1.0)


@pytest.fixture(scope="session")
def ink_lab() -> tuple[int, int, int]:
    """What full cyan looks like in `cmyk_profile`, in CIE Lab."""
    return 60, -30, -40


@pytest.fixture(scope="session")
def cmyk_profile() -> bytes:
    """An ICC v2 printer profile of a 2x2x2x2 table: full cyan is `ink_lab`, black is black."""
    corners = []
    for cyan, magenta, yellow, black in itertools.product((0, 1), repeat=4):
        lightness, a, b = (100 - 20 * magenta - 5 * yellow, 40 * magenta, 60 * yellow)
        if cyan:
            lightness, a, b = lightness - 40, a - 30, b - 40
        corners += [(lightness, a, b) if not black else (0, 0, 0)]
    table = b"".join(bytes([round(L * 2.55), a + 128, b + 128]) for L, a, b in corners)
    identity = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    curve = bytes(range(256))
    lut = b"mft1\0\0\0\0\4\3\2\0" + identity + curve * 4 + table + curve * 3
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    tags = {b"A2B0": lut, b"wtpt": white}
    offset = 128 + 4 + 12 * len(tags)
    directory, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        directory += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    header = struct.pack(
        ">I4sI4s4s4s12s4s",
        offset + len(body),
        b"",
        0x02100000,
        b"prtr",
        b"CMYK",
        b"Lab ",
        b"",
        b"acsp",
    )
    header = header.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + directory + body


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """A photograph, 96x128x3, uint8."""
    data = pytest.importorskip("skimage.data")
    return np.ascontiguousarray(data.astronaut()[:384:4, :512:4])


@pytest.fixture(scope="session")
def deep_rgba() -> np.ndarray:
    """A gradient over all 65,536 values, 256x256x4, uint16, another order in each channel."""
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    return np.stack([ramp, ramp[::-1], ramp.T, ramp[:, ::-1]], axis=-1)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Saves a Pillow image under ``tmp_path`` and gives the path."""

    def save(image: Image.Image, name: str, **options: Any) -> Path:
        path = tmp_path / name
        image.save(path, **options)
        return path

    return save
