"""A folder of photos one by one, whatever paints them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, write
from zeuxis.images.batch import Outcome, check_output, paint_each, photos_in


@dataclass
class Drawn:
    """What some way of painting gives."""

    picture: Picture
    interrupted: bool = False

    def save(self, target: Any, **options: Any) -> None:
        write(self.picture, target, **options)

    def report(self) -> dict[str, Any]:
        return {"drawn": True}


DOT = Picture.from_array(np.zeros((1, 1, 3)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three photos, at two depths."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("a.png", "b.png", "deep/c.png"):
        write(DOT, tmp_path / "in" / name)
    return tmp_path


def outcomes(folder: Path, paint: Any, **options: Any) -> list[Any]:
    source, target = folder / "in", folder / "out"
    return list(paint_each(photos_in(source, target), source, target, paint, **options))


def draw(photo: Path, target: Path) -> Drawn:
    if photo.name == "b.png":
        raise ZeuxisError("no ink")
    write(DOT, target, overwrite=True)
    return Drawn(DOT)


def test_one_that_fails_does_not_stop_the_others(folder: Path) -> None:
    reports = [each.report() for each in outcomes(folder, draw)]
    assert [each.get("drawn", each.get("error")) for each in reports] == [True, "no ink", True]
    assert reports[2]["output"] == os.path.join(folder, "out", "deep", "c.png")
    again = [each.report() for each in outcomes(folder, draw)]
    assert [each.get("skipped") for each in again] == [True, None, True]


def test_what_is_unfinished_is_not_skipped(folder: Path) -> None:
    outcomes(folder, draw)
    again = outcomes(folder, draw, unfinished=lambda target: target.name == "a.png")
    assert [each.skipped for each in again] == [False, False, True]


def test_one_that_was_interrupted_is_the_last(folder: Path) -> None:
    found = outcomes(folder, lambda photo, target: Drawn(DOT, interrupted=True))
    assert len(found) == 1 and found[0].painting.interrupted


def test_a_mistake_of_ours_is_not_hidden(folder: Path) -> None:
    def broken(photo: Path, target: Path) -> Drawn:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        outcomes(folder, broken)


def test_a_folder_that_cannot_be_made_is_an_outcome(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "deep").write_text("a file")
    found = outcomes(folder, draw)
    assert "cannot make the folder" in found[2].error


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("x.PNG", "x.PNG is the name of a picture: the results of a folder need a folder"),
        ("in/a.png/out", "cannot write into .*out: not a directory .*a.png.; choose another"),
    ],
)
def test_where_a_folder_cannot_go_is_told_once(folder: Path, output: str, message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        photos_in(folder / "in", folder / output)


def test_a_folder_with_a_pictures_name_that_is_there_will_do(folder: Path) -> None:
    (folder / "out.png").mkdir()
    assert len(photos_in(folder / "in", folder / "out.png")) == 3


def test_notes_come_with_those_of_the_painting(folder: Path) -> None:
    outcome = Outcome("a", "b", Drawn(DOT), notes=("more",))
    assert outcome.report()["notes"] == ["more"]
    assert "notes" not in Outcome("a", "b", Drawn(DOT)).report()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to(folder: Path) -> None:
    folder.chmod(0o500)
    with pytest.raises(ZeuxisError, match="choose another folder"):
        check_output(folder / "o.png", False)
    with pytest.raises(ZeuxisError, match=r"cannot write into .*new: permission denied"):
        photos_in(folder / "in", folder / "new")
