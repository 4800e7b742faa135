"""`zeuxis evaluate gan`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from zeuxis.cli.main import main

FEW = ["--samples", "24", "--bootstrap", "5", "--quiet"]


@pytest.fixture
def data(run: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty-four pictures of noise in two classes, one three times as large."""
    monkeypatch.setenv("ZEUXIS_CACHE", "cache")
    pixels = np.random.default_rng(0).integers(0, 255, (24, 16, 16, 3), dtype=np.uint8)
    np.savez("noise.npz", images=pixels, labels=np.repeat([0, 1], [18, 6]))
    np.savez("grey.npz", images=pixels[..., 0])
    np.save("five.npy", pixels[:5])
    return Path("noise.npz")


def zeuxis(*arguments: str | Path) -> Result:
    return CliRunner().invoke(
        main, ["evaluate", "gan", *map(str, arguments)], catch_exceptions=False
    )


def test_a_table_a_page_and_json(run: Path, data: Path) -> None:
    done = zeuxis(run, "--data", data, *FEW, "--report", "a.html")
    assert done.exit_code == 0, done.output
    for said in (
        "made: 24 pictures, seed 0, truncation 1; of each class as many as there are real ones",
        "real: all 24 pictures of noise.npz\n",
        "network: vgg16 (relu3_3 + relu5_3)\n",
        "95% interval",
        "FID of shoe",
        "FID of hat",
        "note: fid is of 24 pictures but 768 features",
    ):
        assert said in done.output
    page = Path("a.html").read_text(encoding="utf-8")
    assert "shop beside noise.npz" in page and "Class by class" in page
    assert "--samples 24" in page and "--quiet" not in page
    assert zeuxis(run, "--data", data, *FEW, "--report", "a.html").exit_code == 2
    told = zeuxis(run, "--data", data, *FEW, "--json", "--report", "a.html", "--force")
    values = json.loads(told.output)
    assert values["compared"] == "all 24 pictures of noise.npz" and values["made"] == 24
    assert set(values["values"]) == {*values["settings"]["metrics"], "intra_fid"}
    assert list(values["per_class"]) == ["shoe", "hat"]
    assert values["values"]["fid"]["low"] < values["values"]["fid"]["value"]


def test_data_of_another_number_of_channels_is_told(run: Path, data: Path) -> None:
    done = zeuxis(run, "--data", "grey.npz", *FEW, "--metrics", "kid")
    assert done.exit_code == 0, done.output
    assert "the generator makes coloured pictures and those of grey.npz are grey" in done.output
    assert "precision" not in done.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["empty", "--data", "noise.npz"], "there is no generator.safetensors in empty"),
        (["nothing", "--data", "noise.npz"], "there is no generator nothing"),
        (["fashion", "--data", "nothing"], "there is no file or folder nothing"),
        (["fashion", "--data", "five.npy"], "there are only 5 pictures in five.npy"),
        (["fashion", "--data", "grey.npz", "--pictures", "test"], "grey.npz has no test part"),
        (
            ["fashion", "--data", "grey.npz", "--pictures", "held-out"],
            "nobody knows which pictures",
        ),
        (["fashion", "--data", "grey.npz", "--network", "vgg99"], "there is no feature network"),
        (["fashion", "--data", "grey.npz", "--report", "a.pdf"], "a.pdf would be a page"),
        (["fashion", "--data", "grey.npz", "--report", "five.npy/a.html"], "cannot write five.npy"),
    ],
)
def test_mistakes_are_sentences(arguments: list[str], sentence: str, data: Path) -> None:
    Path("empty").mkdir()
    done = zeuxis(*arguments, "--quiet")
    assert done.exit_code == 2
    assert done.output.startswith(f"zeuxis: {sentence}") and done.output.count("\n") == 1


def test_an_unknown_metric_lists_the_known(data: Path) -> None:
    done = zeuxis("fashion", "--data", data, "--metrics", "fid,fidd")
    assert done.exit_code == 2
    assert "'fidd' is not one of 'fid', 'kid', 'precision'" in done.output
