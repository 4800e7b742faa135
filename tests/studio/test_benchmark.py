"""`benchmarks/service.py`, with small numbers: nothing is lost, mixed up or forgotten."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "service.py"


@pytest.mark.slow
@pytest.mark.skipif(not SCRIPT.exists(), reason="benchmarks are not part of the package")
def test_nothing_is_lost(tmp_path: Path) -> None:
    small = ["--clients", "5", "--seconds", "2", "--side", "64", "--jobs", "16"]
    subprocess.run([sys.executable, SCRIPT, *small, "--out", tmp_path], check=True, timeout=300)
    found = json.loads((tmp_path / "service.json").read_text())
    load, kills = found["load"], found["kills"]
    assert load["right"] == load["jobs"] > 0 and load["states"] == {"done": load["jobs"]}
    assert load["another's"] == load["nobody's"] == load["429 without Retry-After"] == 0
    assert found["growth"]["right"] == found["growth"]["jobs"] == 16
    assert kills["a worker killed"] == {"done, right": kills["jobs"]}
    ends = kills["the server killed"]
    assert ends.keys() <= {"done, right", "failed, and said so"}
    assert kills["of those still there"] == kills["done before that"]
    assert kills["of the jobs before still there"] == kills["jobs"]
    assert "| lost | 0 |" in (tmp_path / "service.md").read_text()
