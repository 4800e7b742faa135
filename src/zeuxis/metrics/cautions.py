"""What one should know before believing a number."""

from collections.abc import Iterator

import numpy as np

from zeuxis.metrics.kid import SIZE
from zeuxis.metrics.measures import Facts, Value
from zeuxis.metrics.neighbours import Neighbourhoods
from zeuxis.metrics.telling import number

ENOUGH = 10_000  # pictures, from which the bias of a Fréchet distance is small
LOW = 0.2  # of precision: a recall below makes it doubtful
TOLD = 0.1  # a precision that is no praise, whatever recall is
OF_ROWS = {"kid", "precision", "recall", "density", "coverage"}


def cautions(facts: Facts, metrics: tuple[str, ...], per_class: dict[str, Value]) -> Iterator[str]:
    """A sentence for each thing that makes the numbers less than they seem."""
    sides = {"made": facts.made, "real": facts.real}
    for name, side in sides.items():
        if side.skipped:
            first = next(iter(side.skipped.values()))
            yield f"{len(side.skipped):,} of the {name} pictures could not be used, the first: {first}"
    if "fid" in metrics:
        yield from _of_distance(facts)
    fewest = min(len(side.rows) for side in sides.values())
    if "precision" in metrics:
        yield from _of_precision(facts.neighbourhoods)
    if "kid" in metrics and fewest < SIZE:
        yield f"kid is of blocks of {fewest:,} pictures, where {SIZE:,} are usual: its std is larger"
    for name, side in sides.items():
        if OF_ROWS & set(metrics) and len(side.rows) < side.count:
            yield (
                f"{', '.join(m for m in metrics if m in OF_ROWS)}: of {len(side.rows):,} of the "
                f"{side.count:,} {name} pictures, drawn at random, for want of room"
            )
    if facts.made.size and facts.real.size and facts.made.size != facts.real.size:
        yield (
            f"made pictures are {_size(facts.made.size)}, real ones {_size(facts.real.size)}: what differs "
            "may be the sharpness alone"
        )
    if per_class:
        yield from _of_classes(facts)


def _of_distance(facts: Facts) -> Iterator[str]:
    count, dim = min(facts.made.count, facts.real.count), facts.real.rows.shape[1]
    if count <= dim:
        yield (
            f"fid is of {count:,} pictures but {dim:,} features, which are too few to know their covariance: "
            "it is far too large; give more pictures, or look at kid"
        )
    elif count < ENOUGH:
        yield (
            f"fid grows where pictures are few, and {count:,} are: compare it only with one of as many "
            "pictures"
        )


def _of_precision(near: Neighbourhoods) -> Iterator[str]:
    """A few real pictures far from all others have balls so wide that noise lies in them."""
    if near.precision >= TOLD and near.recall < LOW * near.precision:
        yield (
            f"precision is {number(near.precision)}, but recall {number(near.recall)}: precision flatters "
            "pictures that are few, blurred or noise, which can lie within reach of a few odd real ones; go "
            "by recall and coverage, and look at the pictures"
        )


def _of_classes(facts: Facts) -> Iterator[str]:
    dim = facts.real.rows.shape[1]
    counts = [
        int(np.unique(side.labels, return_counts=True)[1].min())
        for side in (facts.made, facts.real)
        if side.labels is not None
    ]
    if min(counts) <= dim:
        yield (
            f"the smallest class has {min(counts):,} pictures for {dim:,} features: the distances of classes "
            "are too large, and tell only which is worse than which"
        )


def _size(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"
