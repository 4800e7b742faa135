"""The inception score where it can be written down."""

from __future__ import annotations

import numpy as np
import pytest

from zeuxis import ZeuxisError
from zeuxis.metrics.inception_score import ScoreSums, inception_score


def test_best_and_worst() -> None:
    sure = np.eye(4)[
        np.arange(80) // 10 % 4
    ]  # each split of ten sees all four classes equally often
    assert inception_score(sure) == pytest.approx((4, 0), rel=1e-12)
    assert inception_score(np.full((80, 4), 0.25)) == pytest.approx((1, 0), abs=1e-12)
    assert inception_score(np.eye(4)[np.zeros(80, int)]) == pytest.approx((1, 0), abs=1e-12)


def test_definition() -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(5), 60)
    found = []
    for split in range(3):
        part = p[split::3]
        found.append(np.exp((part * np.log(part / part.mean(0))).sum(1).mean()))
    assert inception_score(p, 3) == pytest.approx((np.mean(found), np.std(found)), rel=1e-12)


def test_parts_are_the_whole() -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(5), 47)
    sums = ScoreSums()
    for part in np.split(p, [3, 20, 21]):
        sums.add(part)
    np.testing.assert_allclose(sums.scores(), ScoreSums.of(p).scores(), rtol=1e-12)


def test_fewer_than_splits() -> None:
    with pytest.raises(ZeuxisError, match="of 10 pictures at least, not of 9"):
        inception_score(np.full((9, 3), 1 / 3))
