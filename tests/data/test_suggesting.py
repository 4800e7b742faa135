"""Which size and colours suit some pictures, from a look at the headers of a few."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zeuxis.data import suggest_shape
from zeuxis.data.headers import Header, header_of
from zeuxis.data.suggesting import shape_for
from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, write


def header(width: int, height: int, grey: bool = False) -> Header:
    return Header(width, height, "grey" if grey else "RGB", "PNG", grey)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(28, 28)] * 3, (28, 28)),
        ([(48, 32)] * 3, (32, 48)),
        ([(64, 64)], (64, 64)),
        ([(16, 16)], (16, 16)),
        ([(12, 12)], (16, 16)),
        ([(50, 50)] * 3, (32, 32)),
        ([(128, 128)] * 3, (64, 64)),
        ([(640, 480), (320, 480)], (64, 64)),
        ([(640, 40), (320, 480)], (32, 32)),
        ([(1000, 1000)] * 30 + [(10, 10)], (64, 64)),  # one odd one does not make them all small
    ],
)
def test_sizes(sizes: list[tuple[int, int]], expected: tuple[int, int]) -> None:
    suggested = shape_for([header(*size) for size in sizes])
    assert (suggested.height, suggested.width, suggested.channels) == (*expected, 3)
    assert suggested.why


def test_colors() -> None:
    assert shape_for([header(28, 28, True)] * 3).channels == 1
    assert shape_for([header(28, 28, True), header(28, 28)]).channels == 3


def test_idx_files_are_grey(tmp_path: Path, idx: Callable[[np.ndarray], bytes]) -> None:
    file = tmp_path / "train-images-idx3-ubyte"
    file.write_bytes(idx(np.zeros((20, 28, 28))))
    suggested = suggest_shape(file)
    assert (suggested.height, suggested.width, suggested.channels) == (28, 28, 1)
    assert suggested.why == "all are 28x28, grey"


def test_folders(folder: Path) -> None:
    for file in folder.rglob("*.png"):
        Image.new("RGB", (90, 70)).save(file)
    suggested = suggest_shape(folder)
    assert (suggested.height, suggested.width, suggested.channels) == (64, 64, 3)


def test_only_some_headers_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    from zeuxis.data import suggesting
    from zeuxis.data.sources.source import Source

    read_header = Source.header
    monkeypatch.setattr(suggesting, "SAMPLE", 5)
    monkeypatch.setattr(Source, "header", lambda s, n: seen.append(n) or read_header(s, n))
    suggest_shape(folder)
    assert seen == [0, 5, 10, 14, 19]


def test_broken_pictures_do_not_matter_unless_all_are(folder: Path) -> None:
    files = sorted(folder.rglob("*.png"))
    for file in files[:-1]:
        file.write_bytes(b"broken")
    assert suggest_shape(folder).height == 16
    files[-1].write_bytes(b"broken")
    with pytest.raises(ZeuxisError, match="is not a picture of a kind we read"):
        suggest_shape(folder)


def test_nothing_to_look_at(tmp_path: Path) -> None:
    import zipfile

    zipfile.ZipFile(tmp_path / "a.zip", "w").close()
    with pytest.raises(ZeuxisError, match="there are no pictures in"):
        suggest_shape(tmp_path / "a.zip")


def stream(image: Image.Image, format: str, **options: object) -> BytesIO:
    out = BytesIO()
    image.save(out, format, **options)
    out.seek(0)
    out.name = "it"
    return out


@pytest.mark.parametrize(
    ("mode", "format", "told", "grey"),
    [
        ("1", "PNG", "black and white", True),
        ("L", "JPEG", "grey", True),
        ("LA", "PNG", "grey with alpha", True),
        ("I;16", "PNG", "16-bit grey", True),
        ("RGB", "JPEG", "RGB", False),
        ("RGBA", "PNG", "RGB with alpha", False),
        ("CMYK", "JPEG", "CMYK", False),
    ],
)
def test_modes(mode: str, format: str, told: str, grey: bool) -> None:
    found = header_of(stream(Image.new(mode, (9, 5)), format))
    assert found == Header(9, 5, told, format, grey)


def test_palettes_may_be_grey() -> None:
    for colors, grey in (([0, 0, 0, 9, 9, 9], True), ([0, 0, 0, 9, 9, 8], False)):
        image = Image.new("P", (2, 2))
        image.putpalette(colors)
        found = header_of(stream(image, "PNG"))
        assert (found.mode, found.grey) == ("palette", grey)


def test_turned_pictures_are_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = header_of(stream(Image.new("RGB", (9, 5)), "JPEG", exif=exif))
    assert (found.width, found.height) == (5, 9)


@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_deep_pictures(tmp_path: Path, ending: str) -> None:
    deep = Picture.from_array(np.zeros((5, 9, 3), np.uint16))
    write(deep, tmp_path / f"a{ending}")
    data = BytesIO((tmp_path / f"a{ending}").read_bytes())
    data.name = "it"
    found = header_of(data)
    assert (found.width, found.height, found.grey) == (9, 5, False)
    assert found.mode == "16-bit RGB"


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_what_has_no_header(data: bytes) -> None:
    broken = BytesIO(data)
    broken.name = "it"
    with pytest.raises(ZeuxisError, match="it"):
        header_of(broken)
