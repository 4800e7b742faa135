"""The folder of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from zeuxis import ZeuxisError
from zeuxis.models.files import writing
from zeuxis.training.folder import RunFolder


def test_where_things_are() -> None:
    folder = RunFolder(Path("run"))
    assert folder.sample(123) == Path("run/samples/000123.png")
    assert folder.kept(500) == Path("run/checkpoints/kimg-000500.safetensors")
    assert folder.kept(0.25) == Path("run/checkpoints/kimg-000000.25.safetensors")
    assert folder.kept(1200) == Path("run/checkpoints/kimg-001200.safetensors")
    assert folder.last.name == "last.safetensors" and folder.best.name == "best.safetensors"


def test_what_a_run_is_comes_back(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "runs" / "1")
    folder.check_new()
    folder.begin({"steps": 3})
    assert folder.about() == {"steps": 3}


def test_two_runs_do_not_mix(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.begin({})
    with pytest.raises(ZeuxisError, match="there is a run in .* already: go on with"):
        folder.check_new()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(ZeuxisError, match="run is a file: give a folder"):
        RunFolder(tmp_path / "run").check_new()


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"steps": '])
def test_a_damaged_description_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(ZeuxisError, match="settings.json"):
        RunFolder(tmp_path).about()


def test_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(ZeuxisError, match="there is no run in"):
        RunFolder(tmp_path).about()


def test_what_was_left_behind_is_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.begin({})
    folder.last.parent.mkdir()
    with writing(folder.last) as file:
        half = Path(file.name)
        (tmp_path / "checkpoints" / half.name.replace("last", "best")).touch()
        half.with_name(".gitignore").touch()
        file.write(b"whole")
    folder.clean()
    assert sorted(p.name for p in folder.last.parent.iterdir()) == [
        ".gitignore",
        "last.safetensors",
    ]
    assert folder.settings.exists()
