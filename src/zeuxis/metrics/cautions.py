"""What one should know before believing a number."""

from collections.abc import Iterator

from zeuxis.metrics.bootstrap import FEWEST
from zeuxis.metrics.enough import IN_BALLS
from zeuxis.metrics.gathering import SetFeatures
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
        count = min(side.count for side in sides.values())
        yield from of_distance("fid", count, facts.real.rows.shape[1], ", or look at kid")
    fewest = min(len(side.rows) for side in sides.values())
    if "precision" in metrics:
        yield from _of_precision(facts.neighbourhoods)
    if "kid" in metrics and fewest <= SIZE:
        least = min(sides, key=lambda name: len(sides[name].rows))
        yield (
            f"kid is of all {fewest:,} {least} pictures at once, and not of blocks of {SIZE:,} drawn from "
            "more: it has no std"
        )
    if facts.draws:
        yield from _of_intervals(facts, metrics, fewest)
    for name, side in sides.items():
        if len(side.rows) < side.count:
            yield from _of_rows(name, side, metrics, bool(per_class))
    if facts.made.size and facts.real.size and facts.made.size != facts.real.size:
        yield (
            f"made pictures are {_size(facts.made.size)}, real ones {_size(facts.real.size)}: what differs "
            "may be the sharpness alone"
        )
    if per_class:
        yield from _of_classes(facts)


def _of_rows(
    name: str, side: SetFeatures, metrics: tuple[str, ...], per_class: bool
) -> Iterator[str]:
    share = f"of {len(side.rows):,} of the {side.count:,} {name} pictures, drawn at random"
    of_rows = [metric for metric in metrics if metric in OF_ROWS]
    if per_class and side.by_class is None:
        yield f"intra_fid: {share}; it is of all if they are described with per_class"
    elif per_class and side.by_class is not None and not side.by_class.moments:
        of_rows.append("intra_fid")
    if of_rows:
        yield f"{', '.join(of_rows)}: {share}, for want of room"


def of_distance(name: str, count: int, dim: int, instead: str = "") -> Iterator[str]:
    """What is to be said of a Fréchet distance of few pictures.

    Args:
        name: of the number.
        count: pictures on the side that has fewer.
        dim: numbers that a network sees in each.
        instead: what else to do than to give more pictures.
    """
    if count <= dim:
        yield (
            f"{name} is of {count:,} pictures but {dim:,} features, which are too few to know their "
            f"covariance: it is far too large; give more pictures{instead}"
        )
    elif count < ENOUGH:
        yield (
            f"{name} grows where pictures are few, and {count:,} are: compare it only with one of as many "
            "pictures"
        )


def _of_intervals(facts: Facts, metrics: tuple[str, ...], fewest: int) -> Iterator[str]:
    balls = [name for name in metrics if name in IN_BALLS]
    if not facts.intervals:
        yield (
            f"there are no intervals: pictures are drawn anew from {FEWEST} at least, and one side has "
            f"{fewest}"
        )
    elif balls:
        yield (
            f"of {', '.join(balls)} the intervals are too narrow, by up to a half: other pictures would have "
            "other neighbours, too"
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
    sides = (facts.made, facts.real)
    smallest = min(min(side.class_counts.values()) for side in sides if side.class_counts)
    if smallest <= dim:
        yield (
            f"the smallest class has {smallest:,} pictures for {dim:,} features: the distances of classes "
            "are too large, and tell only which is worse than which"
        )


def _size(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"
