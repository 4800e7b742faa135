"""A run that is killed at any moment goes on as if nothing had happened."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from zeuxis.models import load

DRIVER = """
import os, random, signal, sys, time
from pathlib import Path
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.training import run
from zeuxis.perception.vgg import load_vgg

data, folder, kills, steps = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
dice = random.Random(kills)
settings = GanSettings(
    network="dcgan", size="16", capacity=0.1, latent_dim=8, batch_size=4, r1_gamma=0.1,
    regularization_interval=4, steps=steps, preview_minutes=0.01, keep_kimg=0.1, precision="float32",
    mirror=True, conditional=True,
)
load_vgg("vgg16", device="cpu")  # once, for all the processes forked off


def work(output, writes):
    if writes:
        real = os.fsync

        def die(file):
            nonlocal writes
            writes -= 1
            if writes == 0:
                os.ftruncate(file, 1000)
                os.kill(os.getpid(), signal.SIGKILL)
            real(file)

        os.fsync = die  # in the middle of writing a file
    if (output / "settings.json").exists():
        run.resume(output)
    else:
        run.train(data, output, settings)


def session(output, seconds=None, writes=0):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(output, writes)
            code = 0
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


assert session(folder / "whole") == 0
number = killed = 0
while killed < kills:
    output = folder / f"killed-{number}"
    while killed < kills:
        if killed % 3 == 2:
            status = session(output, writes=dice.randint(1, 9))
        else:
            status = session(output, dice.uniform(0.1, 1.2))
        if status == 0:
            break
        assert status == signal.SIGKILL, status
        killed += 1
    else:
        assert session(output) == 0
    number += 1
"""


def killed_runs(dots: Path, folder: Path, kills: int, steps: int) -> list[Path]:
    """A run that nobody disturbed, and others that were killed so many times in all."""
    start = [sys.executable, "-c", DRIVER, str(dots), str(folder), str(kills), str(steps)]
    done = subprocess.run(start, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [folder / "whole", *sorted(folder.glob("killed-*"))]


def check_alike(whole: Path, killed: Path, steps: int) -> None:
    """The same weights, optimisers and place in the data; each step told once; nothing left lying about."""
    tensors, card = load(whole / "checkpoints" / "last.safetensors")
    again, other = load(killed / "checkpoints" / "last.safetensors")
    assert tensors.keys() == again.keys()
    assert not [name for name in tensors if not np.array_equal(tensors[name], again[name])]
    assert card.extra["step"] == other.extra["step"] == steps
    lines = [json.loads(line) for line in (killed / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "generator_loss" in line] == [*range(1, steps + 1)]
    for kept in ("kimg-000000.1", "kimg-000000.4"):
        name = f"checkpoints/{kept}.safetensors"
        one, two = load(whole / name)[0], load(killed / name)[0]
        assert not [key for key in one if not np.array_equal(one[key], two[key])]
    assert not list(killed.rglob(".*"))


@pytest.mark.parametrize(
    ("kills", "steps"), [(3, 120), pytest.param(20, 400, marks=pytest.mark.slow)]
)
def test_a_run_survives_being_killed(
    dots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int, steps: int
) -> None:
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    whole, *killed = killed_runs(dots, tmp_path, kills, steps)
    assert killed
    for each in killed:
        check_alike(whole, each, steps)
