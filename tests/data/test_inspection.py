"""What a collection holds, and what is there twice; pictures side by side."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zeuxis.data import duplicates, inspect, tiled
from zeuxis.errors import ZeuxisError


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve different photographs in two classes, copies of some, and what is none."""
    from skimage import data

    folder = tmp_path_factory.mktemp("photos")
    whole = [data.astronaut(), data.coffee(), data.chelsea()]
    for number in range(12):
        side, place = 120, 40 * (number // 3)
        crop = whole[number % 3][place : place + side, place : place + side + 20]
        (folder / "ab"[number % 2]).mkdir(exist_ok=True)
        Image.fromarray(crop).save(folder / "ab"[number % 2] / f"{number:02}.jpg", quality=95)
    shutil.copy(folder / "a" / "00.jpg", folder / "b" / "copy.jpg")
    Image.open(folder / "b" / "01.jpg").resize((112, 96)).save(
        folder / "a" / "anew.jpg", quality=70
    )
    Image.open(folder / "b" / "03.jpg").convert("L").resize((20, 20)).save(folder / "small.png")
    (folder / "a" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing more")
    return folder


def test_a_folder(photos: Path) -> None:
    told: list[tuple[int, int]] = []
    found = inspect(photos, progress=lambda *each: told.append(each))
    assert (found.kind, found.count, found.path) == ("a folder", 15, str(photos))
    assert found.bytes == sum(file.stat().st_size for file in photos.rglob("*.*"))
    assert (found.smallest, found.median, found.largest) == ((20, 20), (140, 120), (140, 120))
    assert found.modes == {"RGB": 14, "grey": 1} and found.formats == {"JPEG": 14, "PNG": 1}
    assert found.classes == {"a": 7, "b": 7} and found.classless == 1
    assert found.duplicates == [[str(photos / "a/00.jpg"), str(photos / "b/copy.jpg")]]
    assert [set(group) for group in found.near_duplicates] == [
        {str(photos / "a/anew.jpg"), str(photos / "b/01.jpg")}
    ]
    assert list(found.broken) == [str(photos / "a/broken.jpg")]
    assert found.suggested is not None and found.suggested.height == 64
    assert found.note is not None and "only 15 pictures" in found.note
    assert told[-1] == (16, 16)
    assert found.sheet is not None and (found.sheet.width, found.sheet.height) == (390, 390)


def test_the_report_is_plain(photos: Path) -> None:
    report = json.loads(json.dumps(inspect(photos).report()))
    assert report["count"] == 15 and report["suggested"]["channels"] == 3
    assert "sheet" not in report


def test_arrays(tmp_path: Path, pixels: np.ndarray) -> None:
    array = np.concatenate([pixels[..., 2], pixels[:1, ..., 2]])
    np.savez(tmp_path / "a.npz", x=array, y=np.arange(21) % 2)
    found = inspect(tmp_path / "a.npz")
    assert (found.count, found.modes, found.formats) == (21, {"grey": 21}, {})
    assert found.classes == {"0": 11, "1": 10} and found.classless == 0
    assert found.duplicates == [[f"{tmp_path}/a.npz number 0", f"{tmp_path}/a.npz number 20"]]


def test_nothing_but_broken_files(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"broken")
    found = inspect(tmp_path)
    assert (found.count, found.suggested, found.sheet) == (0, None, None)
    assert len(found.broken) == 1 and found.largest == (0, 0)


def test_too_many_to_compare(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MOST", 14)
    found = inspect(photos)
    assert not found.compared and found.near_duplicates == [] and found.duplicates


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ZeuxisError, match="there are no pictures in"):
        inspect(tmp_path)


def test_groups_of_the_same() -> None:
    assert duplicates.exact([b"a", b"b", b"a", b"c", b"b", b"a"]) == [[0, 2, 5], [1, 4]]
    assert duplicates.exact([]) == []


def test_groups_that_look_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies with a little noise are found, also across the parts that are compared at a time."""
    random = np.random.default_rng(0)
    thumbs = random.integers(30, 220, (40, 16, 16))
    copies = thumbs[[3, 30, 3]] + random.integers(-1, 2, (3, 16, 16))
    both = np.concatenate([thumbs, copies]).astype(np.uint8)
    for rows, pairs in ((256, 4096), (7, 2)):
        monkeypatch.setattr(duplicates, "_ROWS", rows)
        monkeypatch.setattr(duplicates, "_AT_ONCE", pairs)
        assert duplicates.near(both) == [[3, 40, 42], [30, 41]]


def test_simple_pictures_are_not_all_alike() -> None:
    """Though they share hashes: dark shapes of one kind on white."""
    thumbs = np.full((8, 16, 16), 255, np.uint8)
    for number, thumb in enumerate(thumbs):
        thumb[4:12, 4:12] = 25 * number
    assert len(set(duplicates.average_hashes(thumbs).tolist())) == 1
    assert duplicates.near(thumbs) == []
    flat = np.full((3, 16, 16), 200, np.uint8)
    flat[2] += 3
    assert duplicates.near(flat) == [[0, 1]]


def test_average_hashes() -> None:
    """One bit for each part of 2 x 2 that is lighter than the mean."""
    thumb = np.zeros((1, 16, 16), np.uint8)
    thumb[0, :2, :4] = 255
    (bits,) = duplicates.average_hashes(thumb)
    assert int(bits).bit_count() == 2


@pytest.mark.parametrize(
    ("count", "columns", "size"),
    [(1, None, (4, 3)), (5, None, (16, 8)), (6, 2, (10, 13)), (3, 9, (16, 3))],
)
def test_side_by_side(count: int, columns: int | None, size: tuple[int, int]) -> None:
    pictures = [np.full((3, 4, 1), 10 * number, np.uint8) for number in range(count)]
    sheet = tiled(pictures, columns)
    assert (sheet.width, sheet.height) == size
    assert (sheet.bytes[:3, :4] == 0).all() and (sheet.bytes[3:5] == 255).all()
    last = sheet.bytes[-1][(sheet.bytes[-1] != 255).any(1)]
    assert (last[-1] == 10 * (count - 1)).all()


def test_torch_stays_out() -> None:
    code = "import sys, zeuxis.data, zeuxis.cli.data; print('torch' in sys.modules)"
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.stdout == "False\n", done.stderr
