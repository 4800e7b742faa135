"""Sums of pictures."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from zeuxis.errors import ZeuxisError
from zeuxis.gan.arithmetic import arithmetic
from zeuxis.gan.latents import draw

spec = spec_from_file_location("stand_in", Path(__file__).with_name("stand_in.py"))
assert spec is not None and spec.loader is not None
made = module_from_spec(spec)
spec.loader.exec_module(made)
CLASSES, DIM, stand_in = made.CLASSES, made.DIM, made.stand_in


def test_means_are_added_and_subtracted() -> None:
    z = draw(3, 6, DIM)
    found = arithmetic(stand_in(), [[0, 1], [5]], [[2, 3, 4]], seed=3)
    assert found.style == pytest.approx(z[:2].mean(0) + z[5] - z[2:5].mean(0), abs=1e-5)


def test_sums_are_taken_around_the_mean_style() -> None:
    generator = stand_in(CLASSES[:1] + CLASSES[1:])
    generator.style_mean()[:] += 4  # a mean that is not 0
    z = draw(0, 3, DIM)
    moves = np.array([[5], [3], [5]], np.float32)
    styles, center = z + moves, 4
    two = arithmetic(generator, [[0], [1]])
    assert two.style == pytest.approx(styles[0] + styles[1] - center, abs=1e-5)
    balanced = arithmetic(generator, [[0], [1]], [[2]])
    assert balanced.style == pytest.approx(styles[0] + styles[1] - styles[2], abs=1e-5)


def test_the_sheet_has_groups_means_and_the_result() -> None:
    generator = stand_in()
    samples = generator.sample(6, seed=3).array
    found = arithmetic(generator, [[0, 1], [5]], [[2, 3, 4]], seed=3)
    assert found.sheet.columns == 4 and len(found.sheet) == 4 * (3 + 3)
    rows = found.sheet.array.reshape(6, 4, *samples.shape[1:])
    assert (rows[0, 0] == 255).all() and (rows[1, :2] == 255).all()
    assert (rows[0, 1:3] == samples[:2]).all() and (rows[2, :3] == samples[2:5]).all()
    assert (rows[1, 2] == samples[5]).all() and (rows[1, 3] == samples[5]).all()
    mean = draw(3, 2, DIM).mean(0, keepdims=True)
    assert (rows[0, 3] == generator.pictures(mean)[0]).all()
    assert (rows[4, 2] == generator.pictures(found.style[None])[0]).all()  # in the middle


def test_variations_stay_near_the_result() -> None:
    scales = np.arange(DIM, dtype=np.float32) / 4
    generator = stand_in(scales=scales)
    around = arithmetic(generator, [[0]], noise=0.5).sheet.array.reshape(-1, 3, DIM)[1:]
    apart = (around.reshape(9, DIM).astype(float) - around[1, 1]) / 255 * 20
    assert (abs(apart) <= 0.55 * scales + 0.1).all()
    assert abs(apart[0, 8:]).max() > 0.2 and apart[0, 0] == 0
    still = arithmetic(generator, [[0]], noise=0.0).sheet.array.reshape(-1, 3, DIM)[1:]
    assert (still == still[0, 0]).all()


@pytest.mark.parametrize(
    ("plus", "minus", "words"),
    [
        ([], [[1]], "there is nothing to add"),
        ([[1], []], [], "there is nothing to add"),
        ([[1]], [[-1]], "there is no sample -1: give places from 0 to 9,999"),
        ([[3, 10_000]], [], "there is no sample 10000"),
        ([[10**12]], [], "there is no sample 1000000000000"),
        ([[0] * 9999], [[1]], "a sheet holds .* not 50,000: ask for fewer"),
    ],
)
def test_what_cannot_be_is_refused(
    plus: list[list[int]], minus: list[list[int]], words: str
) -> None:
    with pytest.raises(ZeuxisError, match=words):
        arithmetic(stand_in(), plus, minus)


def test_the_last_place_there_may_be() -> None:
    assert arithmetic(stand_in(), [[9999]]).style == pytest.approx(draw(0, 10_000, DIM)[-1])
