"""Web-dataset shards: samples of several files, classes, and tar files with garbage."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zeuxis.data import prepare
from zeuxis.data.sources import find_source
from zeuxis.errors import ZeuxisError

Sort = Callable[[np.ndarray], np.ndarray]
Png = Callable[[np.ndarray], bytes]
SETTINGS: dict[str, Any] = {"height": 8, "width": 8, "channels": 3}


def write(path: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in files:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture
def samples(pixels: np.ndarray, png: Png) -> list[tuple[str, bytes]]:
    """Twenty samples: a picture, its class, and a text that is of no use here."""
    files = []
    for number, picture in enumerate(pixels):
        files += [(f"a/{number:03}.txt", b"a caption"), (f"a/{number:03}.png", png(picture))]
        files += [(f"a/{number:03}.cls", b"%d\n" % (number % 11))]
    return files


@pytest.fixture
def shards(tmp_path: Path, samples: list[tuple[str, bytes]]) -> Path:
    """A folder of two shards."""
    (tmp_path / "shards").mkdir()
    write(tmp_path / "shards" / "000.tar", samples[:30])
    write(tmp_path / "shards" / "001.tar", samples[30:])
    return tmp_path / "shards"


def test_a_folder_of_shards(shards: Path, pixels: np.ndarray, by_blue: Sort) -> None:
    found = prepare(shards, classes=True, **SETTINGS)
    assert np.array_equal(by_blue(found.pictures), pixels)
    assert found.classes == tuple(str(number) for number in range(11))  # by number, not 0, 1, 10
    assert np.array_equal(found.labels, found.pictures[:, 0, 0, 2] // 12 % 11)


def test_one_shard(tmp_path: Path, samples: list[tuple[str, bytes]]) -> None:
    found = prepare(write(tmp_path / "a.tar", samples), **SETTINGS)
    assert len(found) == 20 and found.classes == ()


def test_names_as_classes(tmp_path: Path, pixels: np.ndarray, png: Png) -> None:
    files = [(f"{n}.jpg", png(p)) for n, p in enumerate(pixels)]
    files += [(f"{n}.cls", (b"rose", b"7")[n % 2]) for n in range(20)]
    found = prepare(write(tmp_path / "a.tar", files), classes=True, **SETTINGS)
    assert found.classes == ("7", "rose")


def test_classes_have_the_names_in_a_file(shards: Path) -> None:
    (shards / "classes.txt").write_text("\n".join("abcdefghijk"))
    assert prepare(shards, classes=True, **SETTINGS).classes == tuple("abcdefghijk")


def test_samples_without_class_or_picture(shards: Path, pixels: np.ndarray, png: Png) -> None:
    picture = png(pixels[3])
    extra = [
        ("lost.png", picture), ("long.png", picture), ("long.cls", b"x" * 999), ("odd.png", picture),
        ("odd.cls", b"\xff"), ("only.txt", b"text"), ("only.cls", b"1"), ("broken.png", b"\x89PNG"),
        ("broken.cls", b"1"),
    ]  # fmt: skip
    shard = write(shards / "002.tar", extra)
    found = prepare(shards, classes=True, **SETTINGS)
    assert len(found) == 20
    assert set(found.skipped) == {f"{shard}/{n}.png" for n in ("lost", "long", "odd", "broken")}
    assert "is in no class" in found.skipped[f"{shard}/lost.png"]


def test_links_and_folders_are_left_alone(shards: Path) -> None:
    with tarfile.open(shards / "002.tar", "w") as tar:
        link = tarfile.TarInfo("x.png")
        link.type, link.linkname = tarfile.SYMTYPE, "000.tar"
        tar.addfile(link)
        deep = tarfile.TarInfo("deep.png")
        deep.type = tarfile.DIRTYPE
        tar.addfile(deep)
    assert len(find_source(shards).load()) == 20


@pytest.mark.parametrize("data", [b"garbage" * 300, b"short", b"\x1f\x8b\x08 packed"])
def test_a_tar_that_is_none(shards: Path, data: bytes) -> None:
    (shards / "002.tar").write_bytes(data)
    with pytest.raises(ZeuxisError, match=r"002\.tar is not a plain tar file, or is cut short"):
        prepare(shards, **SETTINGS)


def test_garbage_in_the_middle(shards: Path, pixels: np.ndarray) -> None:
    """What is before it is kept, and that there was more is said."""
    path = shards / "001.tar"
    with tarfile.open(path) as tar:
        third = tar.getmembers()[24].offset  # 25 is a picture
    data = bytearray(path.read_bytes())
    data[third : third + 512] = b"garbage!" * 64
    path.write_bytes(data)
    found = prepare(shards, **SETTINGS)
    assert len(found) == 18
    assert found.skipped == {
        str(path): f"{path} is damaged or cut short after 24 files: get a whole copy of it"
    }


def test_a_shard_that_is_cut(shards: Path) -> None:
    path = shards / "001.tar"
    with tarfile.open(path) as tar:
        last = tar.getmembers()[25]
    path.write_bytes(path.read_bytes()[: last.offset_data + 10])
    found = prepare(shards, **SETTINGS)
    assert len(found) == 18
    assert any("cut short after" in sentence for sentence in found.skipped.values())


def test_a_shard_without_its_end_is_whole(shards: Path) -> None:
    """Some programs leave out the blocks of zeros."""
    path = shards / "001.tar"
    with tarfile.open(path) as tar:
        last = tar.getmembers()[-1]
    path.write_bytes(path.read_bytes()[: last.offset_data + 512])
    found = prepare(shards, **SETTINGS)
    assert len(found) == 20 and not found.skipped
