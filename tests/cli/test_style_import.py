from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from zeuxis.cli.main import main
from zeuxis.models import read_card
from zeuxis.runtime import load_network
from zeuxis.style.layouts import LAYOUTS
from zeuxis.style.networks import NETWORKS


@pytest.fixture
def candy(tmp_path):
    """A file of pytorch/examples, with weights that are all as small."""
    layout = LAYOUTS[0]
    shapes = NETWORKS.get("transformer-net")(**layout.network).state_dict()
    generator = torch.Generator().manual_seed(0)
    state = {
        theirs: 0.05 * torch.rand(shapes[ours].shape, generator=generator)
        for ours, theirs in layout.names.items()
    }
    torch.save(state, tmp_path / "candy.pth")
    return tmp_path / "candy.pth"


def run(*arguments):
    return CliRunner().invoke(main, ["style", *map(str, arguments)])


def test_import(candy, tmp_path):
    output = tmp_path / "models" / "sweet.safetensors"
    result = run("import", candy, "-o", output, "--name", "sweet")
    assert (result.exit_code, result.stdout) == (0, f"{output}\n")
    card = read_card(output)
    assert card.name == "sweet"
    assert card.command == "zeuxis style import candy.pth -o sweet.safetensors --name sweet"
    photo = np.random.default_rng(0).integers(0, 256, (20, 23, 3), np.uint8)
    painted = load_network(output).paint(photo)
    assert painted.shape == photo.shape and painted.dtype == np.uint8


def test_it_is_put_beside_the_file_and_nothing_is_replaced(candy, tmp_path):
    output = tmp_path / "candy.safetensors"
    assert run("import", candy).stdout == f"{output}\n"
    assert read_card(output).extra["styles"] == [{"name": "candy"}]
    output.write_bytes(b"dear")
    again = run("import", candy)
    assert again.exit_code == 2
    assert again.stderr == f"zeuxis: {output} exists already: give --force to replace it\n"
    assert output.read_bytes() == b"dear"
    assert run("import", candy, "--force").exit_code == 0
    assert read_card(output).name == "candy"


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 and so on", b"\x80\x02}q\x00."])
def test_a_mistake_is_one_sentence(content, tmp_path):
    path = tmp_path / "odd.pth"
    if content is not None:
        path.write_bytes(content)
    result = run("import", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("zeuxis: ")
    assert str(path) in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "odd.safetensors").exists()


def test_a_place_that_cannot_be_written(candy, tmp_path):
    (tmp_path / "file").touch()
    result = run("import", candy, "-o", tmp_path / "file" / "a.safetensors")
    assert result.exit_code == 2
    assert result.stderr.startswith("zeuxis: cannot write ")


def test_without_torch(candy, monkeypatch):
    monkeypatch.setitem(sys.modules, "zeuxis.style.importing", None)
    result = run("import", candy)
    assert result.exit_code == 2
    assert "pip install 'zeuxis[train]'" in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["import", "--help"]])
def test_help_needs_no_torch(arguments):
    code = (
        "import sys\n"
        "from zeuxis.cli.main import main\n"
        f"main({['style', *arguments]!r}, standalone_mode=False)\n"
        "assert not {'torch', 'onnx', 'onnxruntime'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "import" in done.stdout
