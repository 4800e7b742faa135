"""In strips it is the painting that it is as a whole: no seam, no shift of colour."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from skimage import data
from skimage.transform import resize

from zeuxis.errors import ZeuxisError
from zeuxis.runtime import Network, load_network
from zeuxis.runtime import network as network_module
from zeuxis.runtime import shelf as shelf_module
from zeuxis.runtime.streaming import Statistics


@pytest.fixture(scope="module")
def network(styles_file: Path) -> Network:
    return load_network(styles_file)


def differences(network: Network, pixels: np.ndarray) -> np.ndarray:
    """Between the painting as a whole and in strips, for each row the largest and the mean."""
    row = network.tensors["rows"][1, 1]
    apart = np.abs(network.paint(pixels, row) - network.paint(pixels, row, max_memory=0))
    return np.stack([apart.max((1, 2)), apart.mean((1, 2))])


@pytest.mark.parametrize("strip_bytes", [1, 2e5, 1e6])
@pytest.mark.parametrize("size", [(96, 144), (97, 131), (203, 40), (16, 300)])
def test_the_painting_is_the_same(
    network: Network, size: tuple[int, int], strip_bytes: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_module, "STRIP_BYTES", (strip_bytes, strip_bytes))
    pixels = np.random.default_rng(0).random((*size, 3), np.float32)
    largest, mean = differences(network, pixels)
    assert largest.max() < 4e-3 and mean.mean() < 4e-4


def test_no_seam_where_strips_meet(
    network: Network, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strips of the last pass are one unit, 8 rows."""
    monkeypatch.setattr(network_module, "STRIP_BYTES", (1, 1))
    _, mean = differences(network, photo)
    at_seams = np.isin(np.arange(len(mean)) % 8, (0, 7))
    assert mean[at_seams].mean() < 1.5 * mean[~at_seams].mean()


def test_what_memory_does_not_hold_goes_into_a_file(
    network: Network, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = network.tensors["rows"][0, 0]
    monkeypatch.setattr(network_module, "PROCESS_BYTES", 0)
    monkeypatch.setattr(network_module, "WHOLE_BYTES", 0)
    monkeypatch.setattr(network_module, "STRIP_BYTES", (2e5, 2e5))
    in_file, in_part, in_memory = (
        network.paint(photo, row, max_memory=memory) for memory in (0, 8.5e5, 2e9)
    )
    assert np.array_equal(in_file, in_memory) and np.array_equal(in_part, in_memory)


def test_nothing_is_left_behind(
    network: Network, photo: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module.tempfile, "tempdir", str(tmp_path))

    def interrupted(share: float) -> None:
        assert list(tmp_path.iterdir()) == []  # it has no name while it is there
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        network.paint(photo, network.tensors["rows"][0, 0], max_memory=0, progress=interrupted)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk(network: Network, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(buffering: int) -> object:
        return open("/dev/full", "r+b", buffering=buffering)

    monkeypatch.setattr(shelf_module.tempfile, "TemporaryFile", full)
    with pytest.raises(ZeuxisError, match=r"cannot paint with .*no room for .* GB"):
        network.paint(photo, network.tensors["rows"][0, 0], max_memory=0)


def test_statistics_are_those_of_the_whole() -> None:
    values = np.random.default_rng(0).normal(1000, 0.01, (5, 3, 40))
    seen = Statistics(0, np.zeros(3), np.zeros(3))
    for each, count in zip(values, (40, 1, 7, 40, 3), strict=True):
        seen.add(count, each[:, :count].mean(1), each[:, :count].var(1))
    all_ = np.concatenate(
        [each[:, :n] for each, n in zip(values, (40, 1, 7, 40, 3), strict=True)], axis=1
    )
    assert seen.mean == pytest.approx(all_.mean(1)) and seen.count == 91
    assert seen.squares / 91 == pytest.approx(all_.var(1), rel=1e-6)
    scale, shift = seen.affine(np.array([1, 2, 3], "f"), np.array([0, 1, 0], "f"), 1e-5)
    assert scale == pytest.approx([1, 2, 3] / np.sqrt(all_.var(1) + 1e-5), rel=1e-5)
    assert shift == pytest.approx([0, 1, 0] - all_.mean(1) * scale, rel=1e-5)


@pytest.mark.slow
def test_a_photograph_of_2048_pixels(network: Network) -> None:
    pixels = resize(data.astronaut(), (2048, 2048)).astype(np.float32)
    largest, mean = differences(network, pixels)
    assert mean.mean() < 1 / 255 and largest.max() < 4 / 255


LARGE = """
import re, sys
import numpy as np
from zeuxis.runtime import load_network
network = load_network(sys.argv[1])
pixels = np.random.default_rng(0).integers(0, 256, (8192, 8192, 3), np.uint8)
painted = network.paint(pixels, network.tensors["rows"][0, 0])
assert painted.shape == pixels.shape and painted.min() < painted.max()
# Not ru_maxrss, which goes on from what the process had that this one was forked from.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(int(peak[1]) * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_8192_pixels_in_two_gigabytes(tmp_path: Path) -> None:
    """With a network as large as the shipped one."""
    import torch

    from zeuxis.models import Card, save
    from zeuxis.style.graphs import add_graphs
    from zeuxis.style.networks.fresco import Fresco

    torch.manual_seed(0)
    network = Fresco()
    tensors = {name: each.numpy() for name, each in network.state_dict().items()}
    tensors["rows"] = network.plain_row().expand(1, 2, -1).numpy()
    card = Card("large", "fresco", extra={"network": network.config})
    path = tmp_path / "large.safetensors"
    save(path, add_graphs(tensors, card), card)
    done = subprocess.run([sys.executable, "-c", LARGE, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 2e9
