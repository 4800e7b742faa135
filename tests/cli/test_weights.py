import json
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from zeuxis.cli.weights import weights
from zeuxis.models import Card, save
from zeuxis.perception import sources


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    folder = tmp_path / "cache"
    monkeypatch.setenv("ZEUXIS_CACHE", str(folder))
    monkeypatch.setattr(sources, "SHIPPED", tmp_path / "vgg16.safetensors")
    save(sources.SHIPPED, {"x": np.zeros(2_000_000)}, Card("vgg16", "vgg16", licence="CC-BY-4.0"))
    return folder


def run(*arguments):
    return CliRunner().invoke(weights, arguments)


def test_table():
    result = run("list")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows == [
        ["name", "network", "where", "size", "licence"],
        ["vgg16", "vgg16", "shipped", "16", "MB", "CC-BY-4.0"],
        ["vgg16-torchvision", "vgg16", "to", "fetch", "553", "MB", "BSD-3-Clause"],
        ["vgg19-torchvision", "vgg19", "to", "fetch", "575", "MB", "BSD-3-Clause"],
        ["inception", "inception", "to", "fetch", "96", "MB", "Apache-2.0"],
    ]


def test_json(cache):
    save(cache / "mine.safetensors", {}, Card("mine", "vgg19", licence="MIT"))
    rows = json.loads(run("list", "--json").stdout)
    assert [row["name"] for row in rows] == [row.name for row in sources.available()]
    size = (cache / "mine.safetensors").stat().st_size
    assert rows[-1] == {
        "name": "mine",
        "kind": "vgg19",
        "where": "cached",
        "size": size,
        "licence": "MIT",
    }


def test_fetch_prints_the_file():
    result = run("fetch", "vgg16")
    assert (result.exit_code, result.stdout) == (0, f"{sources.SHIPPED}\n")


def test_import_prints_the_file(cache, tmp_path, monkeypatch):
    calls = []

    def record(path, **options):
        calls.append((path, options))
        return cache / "made"

    monkeypatch.setattr(sources, "import_file", record)
    file = tmp_path / "net.pth"
    result = run("import", str(file), "--name", "mine", "--input", "caffe")
    assert (result.exit_code, result.stdout) == (0, f"{cache / 'made'}\n")
    assert run("import", str(file)).exit_code == 0
    assert calls == [
        (file, {"name": "mine", "input": "caffe"}),
        (file, {"name": None, "input": None}),
    ]


@pytest.mark.parametrize("arguments", [("fetch", "monet"), ("import", "gone.pth")])
def test_a_users_mistake_is_a_sentence(arguments):
    result = run(*arguments)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith("zeuxis: ") and result.stderr.count("\n") == 1


def test_input_is_one_of_two():
    result = run("import", "net.pth", "--input", "keras")
    assert result.exit_code == 2
    assert "'caffe', 'torchvision'" in result.output


@pytest.mark.parametrize("arguments", [[], ["list"], ["fetch"], ["import"]])
def test_help(arguments):
    result = run(*arguments, "--help")
    assert result.exit_code == 0
    assert "weights" in result.stdout


def test_import_is_free_of_torch_and_of_rich():
    code = "import sys, zeuxis.cli.weights; print({'torch', 'rich'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "set()", result.stderr
