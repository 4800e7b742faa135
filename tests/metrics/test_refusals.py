"""What `evaluate` cannot do anything with is told in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from torch import Tensor, nn

from zeuxis import ZeuxisError
from zeuxis.metrics.sets import evaluate

PICTURES = np.random.default_rng(0).integers(0, 256, (8, 8, 8, 3), dtype=np.uint8)


class Flat(nn.Module):
    """As many features as there are pixels."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)


class Dict(nn.Module):
    """What networks of some libraries give."""

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"features": x.flatten(1)}


@pytest.mark.parametrize(
    ("made", "network", "knobs", "sentence"),
    [
        (PICTURES, Flat(), {"bootstrap": -1}, "bootstrap is -1, but must be between 0 and 10000"),
        (PICTURES, Flat(), {"seed": -1}, "seed is -1, but must be between 0 and"),
        (PICTURES, Flat(), {"metrics": ()}, "there is no metric to measure: name one"),
        (PICTURES, Dict(), {}, "Dict gives dict: a network that gives a tensor is needed"),
        (
            [PICTURES[:4], PICTURES[4:, :4]],
            Flat(),
            {},
            "some pictures have 192 features, others 96: give pictures of one size",
        ),
    ],
)
def test_a_sentence(made: Any, network: nn.Module, knobs: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ZeuxisError) as told:
        evaluate(made, PICTURES, network=network, **knobs)
    assert str(told.value).startswith(sentence)


def test_classes_alone_are_enough_to_measure() -> None:
    sides = [[(PICTURES, np.arange(8) % 2)] for _ in range(2)]
    found = evaluate(*sides, network=Flat(), metrics=(), per_class=True)
    assert list(found.values) == ["intra_fid"]
