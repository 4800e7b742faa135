"""What metrics need of both sets of pictures; asked before these are looked at, which takes minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zeuxis.errors import ZeuxisError
from zeuxis.metrics.inception_score import SPLITS
from zeuxis.metrics.neighbours import DENSE, NEAREST

AT_ALL = 2  # pictures of a set, and of a class: one has no covariance
IN_BALLS = ("precision", "recall", "density", "coverage")  # metrics of neighbours
NEIGHBOURLY = max(NEAREST, DENSE) + 1
SCORE = "inception_score"


def check_counts(metrics: Sequence[str], made: int | None, real: int | None) -> None:
    """Refuse fewer pictures than the metrics need.

    Args:
        metrics: that are to be measured.
        made: how many made pictures there are, as far as is known; None for who knows.
        real: the same of real ones.

    Raises:
        ZeuxisError: there are too few, or no metric.
    """
    if not metrics:
        raise ZeuxisError("there is no metric to measure: name one at least, such as fid")
    sides = {"made": made, "real": real}
    counts = {name: count for name, count in sides.items() if count is not None}
    balls = [name for name in metrics if name in IN_BALLS]
    for name, count in counts.items():
        if count < AT_ALL:
            raise too_few(count)
        if balls and count < NEIGHBOURLY:
            need = "needs" if len(balls) == 1 else "need"
            raise ZeuxisError(
                f"{', '.join(balls)} {need} {NEIGHBOURLY} pictures of either side, but {count} {name} ones "
                "are there: give more, or choose other metrics"
            )
    if SCORE in metrics and made is not None and made < SPLITS:
        raise ZeuxisError(
            f"{SCORE} needs {SPLITS} made pictures, but {made} are there: give more, or choose other metrics"
        )


def check_classifier(metrics: Sequence[str], network: str, classifies: bool | None) -> None:
    """Refuse a network that knows no classes where there have to be some.

    Args:
        metrics: that are to be measured.
        network: its name.
        classifies: whether it knows any; None if only the first pictures will tell.

    Raises:
        ZeuxisError: it knows none.
    """
    if SCORE in metrics and classifies is False:
        raise ZeuxisError(
            f"an inception score needs a classifier, which {network} is not: choose inception, or leave "
            f"{SCORE} out"
        )


@dataclass(frozen=True)
class Classes:
    """The classes of a set.

    Attributes:
        counts: pictures of each, by its label; None if the set has no classes.
        names: of the classes, by label; empty if they go by their numbers.
    """

    counts: Mapping[int, int] | None
    names: Sequence[str] = ()


def classes_in_pairs(made: Classes, real: Classes) -> dict[str, tuple[int, int]]:
    """Which class is to be held against which: by their names, or by number if a side has no names.

    Returns:
        the labels, made and real, by the name of the class; in the order of the real ones.

    Raises:
        ZeuxisError: a side has no classes, two of one name, or fewer than two pictures of a class that the
            other has.
    """
    sides = {"made": made, "real": real}
    named = made.names and real.names
    labels: dict[str, dict[str, int]] = {}
    for side, classes in sides.items():
        if not classes.counts:
            raise ZeuxisError(
                f"the {side} pictures have no classes: give a set that has labels, or leave per_class out"
            )
        names = classes.names if named else real.names or made.names
        for name in names:
            if list(names).count(name) > 1:
                raise ZeuxisError(
                    f"two classes of the {side} pictures are called {name}: give each a name of its own"
                )
        labels[side] = {class_title(names, label): label for label in classes.counts}
    for title in {**labels["real"], **labels["made"]}:
        for side, classes in sides.items():
            count = (classes.counts or {}).get(labels[side].get(title, -1), 0)
            if count < AT_ALL:
                raise ZeuxisError(
                    f"there are {count} {side} pictures of class {title}: a distance needs two at least"
                )
    return {title: (labels["made"][title], label) for title, label in labels["real"].items()}


def class_title(names: Sequence[str], label: int) -> str:
    """A class's name, or its number if it has none."""
    return names[label] if 0 <= label < len(names) else str(label)


def too_few(count: int, skipped: Mapping[str, str] | None = None) -> ZeuxisError:
    """What is said of so few pictures, and of files that were no use."""
    why = (
        f"; {len(skipped):,} could not be used, the first because: {next(iter(skipped.values()))}"
        if skipped
        else ""
    )
    return ZeuxisError(f"a set of pictures to be measured needs two at least, but has {count}{why}")
