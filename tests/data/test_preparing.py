"""The cache: found again, shared by processes, gone on with, whole or not at all; and what is said."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from zeuxis.data import PictureSet, cache, prepare, preparing, threads, writing
from zeuxis.data.fitting import Fit
from zeuxis.errors import ZeuxisError

SETTINGS: dict[str, Any] = {"height": 8, "width": 8, "channels": 3}
IN_A_PROCESS = """
import sys, time
from zeuxis.data import prepare
while time.time() < float(sys.argv[2]): pass
found = prepare(sys.argv[1], height=24, width=24, channels=3, classes=True)
print(found.digest, len(found), int(found.pictures.sum(dtype=int)), int(found.labels.sum()))
"""


def refused(*arguments: Any, **keywords: Any) -> None:
    raise AssertionError("it was prepared again")


def sets(cache: Path) -> list[Path]:
    """The sets that are whole."""
    return list((cache / "data").glob("[!.]*"))


def unfinished(cache: Path) -> list[Path]:
    """Those that are not."""
    return [path for path in (cache / "data").glob(".*") if path.is_dir()]


def test_the_second_call_finds_the_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prepare(folder, **SETTINGS)
    monkeypatch.setattr(preparing, "_make", refused)
    again = prepare(folder, **SETTINGS)
    assert again.digest == first.digest and np.array_equal(again.pictures, first.pictures)
    assert isinstance(again.pictures, np.memmap) and not again.pictures.flags.writeable
    for changed in ({"height": 9}, {"channels": 1}, {"classes": True}, {"background": "red"}):
        with pytest.raises(AssertionError, match="prepared again"):
            prepare(folder, **SETTINGS | changed)


def test_a_file_that_changed_is_noticed(folder: Path) -> None:
    first = prepare(folder, **SETTINGS)
    file = folder / "cat" / "00.png"
    status = file.stat()
    Image.new("RGB", (8, 8), "red").save(file)
    changed = prepare(folder, **SETTINGS)
    assert changed.digest != first.digest
    (folder / "cat" / "01.png").unlink()
    assert len(prepare(folder, **SETTINGS)) == 19
    assert file.stat().st_mtime_ns != status.st_mtime_ns


def test_the_digest_is_of_what_is_in_it(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    both = [prepare(each, classes=True, **SETTINGS) for each in (folder, tmp_path / "copy")]
    assert both[0].digest == both[1].digest and len(both[0].digest) == 64
    assert np.array_equal(both[0].pictures, both[1].pictures)  # the order too
    assert prepare(folder, **SETTINGS).digest != both[0].digest


def test_the_order_is_shuffled(folder: Path) -> None:
    numbers = prepare(folder, **SETTINGS).pictures[:, 0, 0, 2] // 12
    assert sorted(numbers) == list(range(20)) and list(numbers) != list(range(20))


def test_where_it_is_kept(folder: Path, cache: Path, tmp_path: Path) -> None:
    prepare(folder, **SETTINGS)
    (place,) = sets(cache)
    assert {path.name for path in place.iterdir()} == {"pictures.npy", "labels.npy", "about.json"}
    assert np.load(place / "pictures.npy").shape == (20, 8, 8, 3)
    prepare(folder, cache=tmp_path / "elsewhere", **SETTINGS)
    assert [path.name for path in (tmp_path / "elsewhere").glob("[!.]*")] == [place.name]


@pytest.mark.parametrize("name", ["pictures.npy", "labels.npy", "about.json"])
@pytest.mark.parametrize("harm", ["cut", "empty", "gone"])
def test_a_damaged_cache_is_made_anew(folder: Path, cache: Path, name: str, harm: str) -> None:
    first = prepare(folder, **SETTINGS)
    expected, digest = np.array(first.pictures), first.digest
    del first
    (place,) = sets(cache)
    file = place / name
    data = file.read_bytes()
    file.unlink()
    if harm != "gone":
        file.write_bytes(data[: len(data) - 9] if harm == "cut" else b"")
    found = prepare(folder, **SETTINGS)
    assert np.array_equal(found.pictures, expected) and found.digest == digest
    assert len(sets(cache)) == 1 and not unfinished(cache)


def test_progress(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    prepare(folder, height=9, width=9, channels=3, progress=lambda *each: told.append(each))
    assert told[-1] == (20, 20) and all(done <= 20 for done, _ in told)


def test_two_processes_at_the_same_time(folder: Path, cache: Path) -> None:
    start = str(time.time() + 2)
    command = [sys.executable, "-c", IN_A_PROCESS, str(folder), start]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert told[0] == told[1] and told[0].split()[1] == "20"
    assert len(sets(cache)) == 1 and not unfinished(cache)


def test_without_locks_each_makes_its_own(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network folder: the second one finds that the first was faster, and takes what it made."""
    from zeuxis.data import cache as module

    monkeypatch.setattr(module, "_locked", lambda _: False)
    make, inside = preparing._make, []

    def twice(*arguments: Any) -> None:
        if not inside:
            inside.append(True)
            inside.append(prepare(folder, **SETTINGS).digest)
        make(*arguments)

    monkeypatch.setattr(preparing, "_make", twice)
    found = prepare(folder, **SETTINGS)
    assert found.digest == inside[1]
    assert len(sets(cache)) == 1 and not unfinished(cache)


class Stopped(BaseException):
    """As Ctrl-C."""


@pytest.mark.parametrize("torn", ["", "line", "pictures"])
def test_interrupted_it_goes_on(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, torn: str
) -> None:
    (folder / "bad.png").write_bytes(b"none")
    whole = prepare(folder, cache=cache / "other", classes=True, **SETTINGS)
    monkeypatch.setattr(threads, "AT_ONCE", 4)
    monkeypatch.setattr(writing, "SECONDS", 0.0)
    fitted: list[int] = []
    fit = Fit.__call__

    def stopping(self: Fit, picture: Any) -> Any:
        fitted.append(1)
        if len(fitted) == 14:
            raise Stopped
        return fit(self, picture)

    monkeypatch.setattr(Fit, "__call__", stopping)
    with pytest.raises(Stopped):
        prepare(folder, classes=True, **SETTINGS)
    assert not sets(cache)
    (left,) = unfinished(cache)
    if torn == "line":
        with (left / "journal.jsonl").open("a") as file:
            file.write('{"seen": 99, "lab')
    if torn == "pictures":  # the disk had not yet what the journal says
        os.truncate(left / "pictures.npy", 300)
    before = len(fitted)
    found = prepare(folder, classes=True, **SETTINGS)
    assert len(fitted) - before == 20 if torn == "pictures" else len(fitted) - before <= 20 - 8
    assert found.digest == whole.digest and found.skipped == whole.skipped
    assert np.array_equal(found.labels, whole.labels)


def test_a_cache_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ZeuxisError, match="set ZEUXIS_CACHE to another folder") as caught:
        prepare(folder, cache=tmp_path / "file" / "cache", **SETTINGS)
    assert "\n" not in str(caught.value)


def test_a_read_only_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(ZeuxisError, match="read-only file system"):
        prepare(folder, **SETTINGS)


def test_a_read_only_cache_that_has_it_will_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(folder, **SETTINGS)
    monkeypatch.setattr(Path, "mkdir", refused)
    monkeypatch.setattr(cache, "turn", refused)
    assert len(prepare(folder, **SETTINGS)) == 20


def test_a_disk_without_room(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ZeuxisError, match=r"need 0\.0 MB, but .* has 0\.0 MB left: make room"):
        prepare(folder, **SETTINGS)
    assert not sets(cache)


def test_a_disk_that_fills_up(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(ZeuxisError, match="no space left on device"):
            prepare(folder, **SETTINGS)
    assert not sets(cache)
    assert len(prepare(folder, **SETTINGS)) == 20


def test_too_few_pictures(folder: Path, cache: Path, tmp_path: Path) -> None:
    for number in range(5):
        (folder / "cat" / f"{number:02}.png").write_bytes(b"broken")
    with pytest.raises(
        ZeuxisError, match=r"are only 15 pictures in .* at least 16; of 5 that cannot"
    ):
        prepare(folder, **SETTINGS)
    assert not sets(cache) and not unfinished(cache)
    np.save(tmp_path / "one.npy", np.zeros((1, 8, 8), np.uint8))
    with pytest.raises(ZeuxisError, match=r"there is one picture in"):
        prepare(tmp_path / "one.npy", **SETTINGS)


def test_no_classes(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((20, 8, 8), np.uint8))
    with pytest.raises(
        ZeuxisError, match="has no classes: give a folder with a folder of pictures"
    ):
        prepare(tmp_path / "a.npy", classes=True, **SETTINGS)


def test_settings_are_looked_at_first() -> None:
    with pytest.raises(ZeuxisError, match="is no colour"):
        prepare("gone", background="nocolor", **SETTINGS)
    with pytest.raises(ZeuxisError, match="the size 0x8 is out of range"):
        prepare("gone", height=8, width=0, channels=3)


def test_what_one_should_know(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((20, 8, 8), np.uint8))
    found = prepare(tmp_path / "a.npy", height=16, width=12, channels=1)
    few, small = found.notes
    assert few.startswith("there are only 20 pictures")
    assert small.startswith("20 of 20 pictures are smaller than 12x16 and were enlarged")
    np.save(tmp_path / "b.npy", np.zeros((500, 8, 8), np.uint8))
    assert prepare(tmp_path / "b.npy", height=8, width=8, channels=1).notes == ()


def test_what_is_kept_says_what_it_is(folder: Path, cache: Path) -> None:
    found = prepare(folder, classes=True, **SETTINGS)
    told = json.loads((sets(cache)[0] / "about.json").read_text())
    assert told == {"classes": ["cat", "dog"], "skipped": {}, "enlarged": 0, "digest": found.digest}


def test_a_set_is_split_the_same_way_each_time(folder: Path) -> None:
    whole = prepare(folder, classes=True, **SETTINGS)
    for held_out, count in ((0.25, 5), (3, 3), (0.01 + 0.04, 1)):
        rest, held = whole.split(held_out)
        again = whole.split(held_out)
        assert (len(rest), len(held)) == (20 - count, count)
        assert np.array_equal(np.concatenate([rest.pictures, held.pictures]), whole.pictures)
        assert np.array_equal(np.concatenate([rest.labels, held.labels]), whole.labels)
        assert (rest.digest, held.digest) == (again[0].digest, again[1].digest)
        assert len({rest.digest, held.digest, whole.digest}) == 3
        assert rest.classes == held.classes == ("cat", "dog")
    assert np.shares_memory(rest.pictures, whole.pictures)


@pytest.mark.parametrize("held_out", [0, 0.001, 20, 99, -1, 0.999])
def test_a_set_cannot_be_split_so(pixels: np.ndarray, held_out: float) -> None:
    whole = PictureSet(pixels, np.zeros(20, np.int64))
    with pytest.raises(ZeuxisError, match="cannot hold back"):
        whole.split(held_out)
