"""`zeuxis data inspect`: what it says, prints and writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis.cli import data as module
from zeuxis.cli.main import main
from zeuxis.data import inspect


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder to work in, with photos/: two classes of four pictures, a copy and a broken file."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for number in range(8):
        where = Path("photos", ("cat", "dog")[number % 2])
        where.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (20, 24, 3), np.uint8)).save(
            where / f"{number}.png"
        )
    Path("photos/cat/copy.png").write_bytes(Path("photos/cat/0.png").read_bytes())
    Path("photos/dog/broken.jpg").write_bytes(b"\xff\xd8\xff")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["data", "inspect", *arguments])


def test_what_it_says(folder: Path) -> None:
    result = run("photos")
    assert result.exit_code == 0 and result.stderr == ""
    size = sum(file.stat().st_size for file in Path("photos").rglob("*.*")) / 1e6
    assert result.stdout.splitlines() == [
        f"photos: a folder, 9 pictures, {size:.1f} MB",
        "  sizes      all 24x20",
        "  colours    RGB 9",
        "  formats    PNG 9",
        "  classes    cat 5, dog 4",
        "  twice      1 too many, in one group",
        "    cat/0.png = cat/copy.png",
        "  alike      none",
        "  broken     1",
        "    photos/dog/broken.jpg is damaged or cut short and cannot be read as JPEG; "
        "get a whole copy of it",
        "  train at   24x20 RGB: all are 24x20, colour",
        "  note       there are only 9 pictures: expect copies of them, or collapse; 500 and more do better",
    ]


def test_many_are_not_all_named(folder: Path) -> None:
    for number in range(7):
        Path(f"photos/{number}.png").write_bytes(b"broken")
        Path(f"photos/dog/copy{number}.png").write_bytes(Path("photos/dog/1.png").read_bytes())
    lines = run("photos").stdout.splitlines()
    assert (
        "    dog/1.png = dog/copy0.png = dog/copy1.png = dog/copy2.png = dog/copy3.png = ..."
        in lines
    )
    assert "    and 3 more: --json names them all" in lines
    assert sum("is not a picture" in line for line in lines) == 5
    Image.new("L", (40, 30)).save("photos/grey.png")
    lines = run("photos").stdout.splitlines()
    assert "  sizes      from 24x20 to 40x30, median 24x20" in lines
    assert "  classes    cat 5, dog 11; 1 in none" in lines


def test_as_json(folder: Path) -> None:
    told = json.loads(run("photos", "--json").stdout)
    assert told == json.loads(json.dumps(inspect("photos").report()))
    assert told["broken"] and told["duplicates"] == [["photos/cat/0.png", "photos/cat/copy.png"]]


def test_a_sheet(folder: Path) -> None:
    result = run("photos", "--sheet", "sheet.png")
    assert result.stderr == "wrote sheet.png\n"
    with Image.open("sheet.png") as image:
        assert image.size == (3 * 98 - 2, 3 * 98 - 2)
    again = run("photos", "--sheet", "sheet.png")
    assert again.exit_code == 2 and "exists already" in again.stderr and again.stdout == ""
    assert run("photos", "--sheet", "sheet.png", "--force").exit_code == 0


def test_parts(folder: Path) -> None:
    np.savez("a.npz", x_train=np.zeros((3, 8, 8), np.uint8), x_test=np.zeros((2, 8, 8), np.uint8))
    assert run("a.npz", "--split", "test").stdout.startswith(
        "a.npz: a file of arrays (.npz), 2 pictures"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone"], "zeuxis: there is no file or folder gone: check the path\n"),
        (["empty"], "zeuxis: there are no pictures in empty: give a folder of pictures"),
        (["photos", "--split", "test"], "zeuxis: photos has no test part"),
        (["photos", "--sheet", "sheet.xyz"], "zeuxis: cannot write sheet.xyz"),
        (["bad", "--sheet", "sheet.png"], "zeuxis: there is no picture to show on sheet.png"),
    ],
)
def test_what_it_refuses(folder: Path, arguments: list[str], message: str) -> None:
    for name in ("empty", "bad"):
        Path(name).mkdir()
    Path("bad/a.png").write_bytes(b"broken")
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(message) and result.stderr.count("\n") == 1


def test_progress_is_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zeuxis.cli.display.SECONDS_BETWEEN_LINES", 0.0)
    assert "0:00 left  10 of 10 pictures\n" in run("photos").stderr
    assert run("photos", "--quiet").stderr == ""


def test_too_many_to_compare(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zeuxis.data.duplicates.MOST", 3)
    assert "  alike      too many to compare" in run("photos").stdout.splitlines()


def test_many_classes() -> None:
    told = module._counts({str(number): 1 for number in range(30)})
    assert told.endswith("19 1, and 10 more")
