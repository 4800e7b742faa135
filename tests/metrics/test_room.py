"""50,000 pictures of 2048 features on either side are measured in less than 1 GB."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

CODE = """
import json, resource
import numpy as np
from zeuxis.metrics import sets
from zeuxis.metrics.gathering import Gathering, SetFeatures

def seen(seed):
    draws, gathered = np.random.default_rng(seed), Gathering()
    for _ in range(50):  # as they come from a network, and never all at once
        gathered.add(draws.standard_normal((1000, 2048), np.float32))
    return SetFeatures("random", **gathered.found())

found = sets.evaluate(seen(0), seen(1))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps(found.plain() | {"peak": peak}))
"""


@pytest.mark.slow
def test_peak_of_memory() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["peak"] < 1e9
    assert (found["made"], found["real"]) == (50_000, 50_000)
    # two samples of one normal distribution: about D (D + 1) / 4 (1 / N + 1 / M) apart
    assert found["values"]["fid"]["value"] == pytest.approx(2048 * 2049 / 4 * 2 / 50_000, rel=0.1)
    assert abs(found["values"]["kid"]["value"]) < 1e-3
    assert any("12,207 of the 50,000 made pictures" in each for each in found["warnings"])
