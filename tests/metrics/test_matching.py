"""Which files make a pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from zeuxis import ZeuxisError
from zeuxis.metrics.matching import matched, pictures_at


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def pairs(first: str, second: str) -> list[tuple[str, str]]:
    return [(str(a), str(b)) for a, b in matched(Path(first), Path(second)).pairs]


def test_two_files_whatever_they_are_called(here: Path) -> None:
    make("a.png", "b.jpg")
    assert pairs("a.png", "b.jpg") == [("a.png", "b.jpg")]


def test_two_folders_by_place_and_name(here: Path) -> None:
    make("one/a.png", "one/in/b.png", "one/c.png", "two/a.jpg", "two/in/b.png", "two/b.png")
    found = matched(Path("one"), Path("two"))
    assert pairs("one", "two") == [("one/a.png", "two/a.jpg"), ("one/in/b.png", "two/in/b.png")]
    assert [str(path) for path in found.alone] == ["one/c.png", "two/b.png"]


def test_a_file_and_a_folder(here: Path) -> None:
    make("one/a.png", "one/b.png", "all/photo.jpg", "all/other.jpg", "x.jpg", "photo.png")
    assert pairs("one", "x.jpg") == [("one/a.png", "x.jpg"), ("one/b.png", "x.jpg")]
    assert pairs("photo.png", "all") == [("photo.png", "all/photo.jpg")]
    assert matched(Path("photo.png"), Path("all")).alone == ()


def test_the_very_name_comes_first(here: Path) -> None:
    make("one/a.png", "two/a.png", "two/a.jpg")
    assert pairs("one", "two") == [("one/a.png", "two/a.png")]
    make("three/a.webp", "three/a.jpg")
    with pytest.raises(
        ZeuxisError, match=r"three/a\.jpg and three/a\.webp are both called as a\.png"
    ):
        pairs("one", "three")


def test_nothing_to_match(here: Path) -> None:
    make("one/a.png", "two/b.png", "empty/readme.txt", "a.png")
    with pytest.raises(ZeuxisError, match="no picture of two has the name of one of one"):
        pairs("one", "two")
    for first, second in (("empty", "one"), ("one", "empty"), ("empty", "a.png")):
        with pytest.raises(ZeuxisError, match="no pictures in empty"):
            pairs(first, second)


def test_pictures_at_a_place(here: Path) -> None:
    make("one/b.png", "one/a.png", "x.png")
    assert pictures_at(Path("one")) == [Path("one/a.png"), Path("one/b.png")]
    assert pictures_at(Path("x.png")) == [Path("x.png")]


@pytest.mark.parametrize(("first", "second"), [("one", "gone"), ("gone", "one"), ("a.png", "gone")])
def test_what_is_not_there_is_told_once(first: str, second: str, here: Path) -> None:
    make("one/a.png", "one/b.png", "a.png")
    with pytest.raises(ZeuxisError, match="there is no file gone; check the path"):
        pairs(first, second)
