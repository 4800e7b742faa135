"""`zeuxis evaluate folder`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from zeuxis.cli.main import main

FEW = ["--quiet"]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight made pictures of noise, and as many real ones of another size; the third real one is broken."""
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for name, side in (("made", 24), ("real/deep", 40)):
        Path(name).mkdir(parents=True)
        for number in range(8):
            pixels = random.integers(0, 255, (side, side, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(Path(name) / f"<{number}>.png")
    Path("real/deep/<2>.png").write_bytes(b"\x89PNG broken")
    Path("none").mkdir()
    Path("few").mkdir()
    Image.new("RGB", (24, 24)).save("few/one.png")


def zeuxis(*arguments: str | Path) -> Result:
    return CliRunner().invoke(
        main, ["evaluate", "folder", *map(str, arguments)], catch_exceptions=False
    )


def test_a_table_and_a_page(folders: None) -> None:
    done = zeuxis("made", "--against", "real", *FEW, "--report", "out/a.html")
    assert done.exit_code == 0, done.output
    for said in (
        "made, 8 pictures, beside real, 7 pictures\n",
        "network: vgg16 (relu3_3 + relu5_3)\n",
        "note: 1 of the real pictures could not be used, the first: ",
        "note: fid is of 7 pictures but 768 features",
    ):
        assert said in done.output
    page = Path("out/a.html").read_text(encoding="utf-8")
    assert "&lt;3&gt;.png" in page and "<3>" not in page
    assert "zeuxis evaluate folder made --against real" in page


def test_json_and_what_is_seen_twice_is_the_same(folders: None) -> None:
    first, second = (
        json.loads(zeuxis("made", "--against", "real", *FEW, "--json").output) for _ in range(2)
    )
    assert first == second
    assert (first["made_folder"], first["real_folder"]) == ("made", "real")
    assert (first["made"], first["real"]) == (8, 7)
    assert first["values"]["fid"]["low"] is None
    own = json.loads(zeuxis("made", "--against", "made", *FEW, "--json").output)
    assert own["values"]["precision"]["value"] == 1
    assert abs(own["values"]["fid"]["value"]) < 1e-3 < first["values"]["fid"]["value"]


def test_a_folder_that_was_seen_elsewhere(folders: None) -> None:
    zeuxis("made", "--against", "real", *FEW)
    Path("real").rename("moved")
    done = zeuxis("made", "--against", Path("moved").absolute(), *FEW, "--report", "a.html")
    assert done.exit_code == 0, done.output
    assert str(Path("moved/deep/<2>.png").absolute()) in done.output
    assert "real/deep" not in done.output
    assert Path("a.html").exists()  # with the pictures that are there now


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none", "--against", "real"], "there are no pictures in none"),
        (["made", "--against", "nothing"], ""),
        (["made", "--against", "real", "--metrics", ""], "there is no metric to measure"),
        (
            ["made", "--against", "few"],
            "a set of pictures to be measured needs two at least, but has 1",
        ),
        (
            ["made", "--against", "real", "--network", "vgg99"],
            "there is no feature network 'vgg99'",
        ),
        (["made", "--against", "real", "--report", "few"], "few would be a page"),
        (
            ["made", "--against", "real", "--report", "few/one.png/a.html"],
            "cannot write few/one.png",
        ),
    ],
)
def test_mistakes_are_sentences(arguments: list[str], sentence: str, folders: None) -> None:
    done = zeuxis(*arguments, "--quiet")
    assert done.exit_code == 2
    assert done.output.startswith(f"zeuxis: {sentence}") and done.output.count("\n") == 1


def test_too_few_are_refused_at_once(folders: None) -> None:
    for number in range(2, 6):
        Path(f"made/<{number}>.png").unlink()
    done = zeuxis("made", "--against", "real")
    assert done.exit_code == 2
    assert done.output == (
        "zeuxis: precision, recall, density, coverage need 6 pictures of either side, but 4 made ones are "
        "there: give more, or choose other metrics\n"
    )
    assert zeuxis("made", "--against", "real", *FEW, "--metrics", "fid,kid").exit_code == 0


def test_a_report_that_is_there_stays(folders: None) -> None:
    Path("a.html").write_text("mine")
    done = zeuxis("made", "--against", "real", *FEW, "--report", "a.html")
    assert (
        done.exit_code == 2 and "a.html exists already; use --force (overwrite=True)" in done.output
    )
    assert Path("a.html").read_text() == "mine"
    assert zeuxis("made", "--against", "real", *FEW, "--report", "a.html", "--force").exit_code == 0
    assert Path("a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
