"""Folders and zip archives: what is found in them, classes, and what cannot be read."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zeuxis.data import prepare
from zeuxis.data.sources import find_source
from zeuxis.errors import ZeuxisError

Sort = Callable[[np.ndarray], np.ndarray]


def zipped(folder: Path, path: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, inside + file.relative_to(folder).as_posix())
    return path


@pytest.fixture(params=["folder", "zip", "zip of the folder"])
def source(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> Path:
    if request.param == "folder":
        return folder
    return zipped(folder, tmp_path / "a.zip", "pictures/" if "of" in request.param else "")


def test_all_pictures_come_as_they_are(source: Path, pixels: np.ndarray, by_blue: Sort) -> None:
    found = prepare(source, height=8, width=8, channels=3)
    assert np.array_equal(by_blue(found.pictures), pixels)
    assert found.classes == () and not found.labels.any() and not found.skipped


def test_classes_are_the_first_folders(source: Path) -> None:
    found = prepare(source, height=8, width=8, channels=3, classes=True)
    assert found.classes == ("cat", "dog")
    number = found.pictures[:, 0, 0, 2] // 12
    assert np.array_equal(found.labels, number >= 10) and found.labels.dtype == np.int64


def test_hidden_files_are_no_pictures(folder: Path, tmp_path: Path, pixels: np.ndarray) -> None:
    (folder / "__MACOSX").mkdir()
    for name in (".hidden.png", "__MACOSX/x.png", "notes.txt"):
        (folder / name).write_bytes(b"no picture")
    archive = find_source(zipped(folder, tmp_path / "a.zip")).load()
    assert len(archive) == len(pixels) and archive.classes == ("cat", "dog")


def test_what_lies_outside_the_classes_is_skipped(folder: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels[0]).save(folder / "stray.png")
    found = prepare(folder, height=8, width=8, channels=3, classes=True)
    assert len(found) == 20
    (sentence,) = found.skipped.values()
    assert sentence == f"{folder / 'stray.png'} is in no class: move it to one"
    assert len(prepare(folder, height=8, width=8, channels=3)) == 21


def test_broken_pictures_are_skipped(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "cat" / "00.png").read_bytes()
    (folder / "cat" / "cut.png").write_bytes(whole[:50])
    (folder / "empty.png").touch()
    (folder / "text.jpg").write_text("this is text")
    for source in (folder, zipped(folder, tmp_path / "a.zip")):
        found = prepare(source, height=8, width=8, channels=3)
        assert len(found) == 20
        told = {Path(name).name: sentence for name, sentence in found.skipped.items()}
        assert set(told) == {"cut.png", "empty.png", "text.jpg"}
        assert all(name in sentence and "\n" not in sentence for name, sentence in told.items())
        assert "3 could not be used, the first because: " in found.notes[-1]


def test_a_file_that_may_not_be_read_is_skipped(folder: Path) -> None:
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    found = prepare(folder, height=8, width=8, channels=3)
    assert "cannot read" in found.skipped[str(folder / "gone.png")]


def test_a_zip_with_damaged_members(folder: Path, tmp_path: Path) -> None:
    path = zipped(folder, tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        first, second = archive.infolist()[:2]
    data[first.header_offset + 60] ^= 0xFF  # in its bytes
    at = data.index(b"PK\x01\x02")
    at = data.index(b"PK\x01\x02", at + 1)
    data[at + 8] |= 1  # the flag that says the second is encrypted
    path.write_bytes(data)
    found = prepare(path, height=8, width=8, channels=3)
    assert set(found.skipped) == {f"{path}/{first.filename}", f"{path}/{second.filename}"}
    assert "cannot be unpacked" in found.skipped[f"{path}/{first.filename}"]
    assert "is encrypted" in found.skipped[f"{path}/{second.filename}"]


def test_zips_that_are_none(folder: Path, tmp_path: Path) -> None:
    path = zipped(folder, tmp_path / "a.zip")
    whole = path.read_bytes()
    version = whole.index(b"PK\x01\x02") + 6
    for data in (whole[:-40], whole[:version] + b"\xd8" + whole[version + 1 :]):
        path.write_bytes(data)
        with pytest.raises(ZeuxisError, match="a.zip is cut short or is no zip archive"):
            prepare(path, height=8, width=8, channels=3)
    (tmp_path / "none.zip").write_bytes(b"nothing")
    with pytest.raises(ZeuxisError, match="none.zip is cut short or is no zip"):
        prepare(tmp_path / "none.zip", height=8, width=8, channels=3)


def test_a_zip_without_pictures(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("notes.txt", "no picture")
    with pytest.raises(ZeuxisError, match=r"there is no picture in .*a\.zip that can be used"):
        prepare(tmp_path / "a.zip", height=8, width=8, channels=3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone", None, "there is no file or folder"),
        ("empty", b"", "is empty"),
        ("a.txt", b"text", r"is not data that we read: give a folder of pictures, \.zip"),
        ("a.tar.gz", b"x", "is a packed tar: unpack it"),
        ("a.jpg", b"\xff\xd8\xff", "is one picture: give the folder"),
    ],
)
def test_what_is_no_source(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ZeuxisError, match=message) as caught:
        find_source(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_folders_without_pictures_or_parts(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(ZeuxisError, match="there are no pictures in"):
        find_source(tmp_path / "none")
    with pytest.raises(ZeuxisError, match="has no test part"):
        find_source(folder, "test")
    with pytest.raises(ZeuxisError, match="no split 'valid'"):
        find_source(folder, "valid")
