"""Which pictures are worth a look: samples, copies, the worst and the best, classes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zeuxis.images import Picture
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.nearest import Copies, copies
from zeuxis.metrics.report.contents import Line, Numbers, Row, Section, Shown
from zeuxis.metrics.report.drawings import histograms
from zeuxis.metrics.report.verdict import percent, verdict
from zeuxis.metrics.sets import Evaluation
from zeuxis.metrics.telling import between, meaning, number

SAMPLES = 60
NEIGHBOURS = 5  # of a made picture
SUSPECTS, DRAWN = 6, 6  # made pictures whose neighbours are shown: the nearest to one, and any
EXTREMES = 20  # the worst, and the best
OF_CLASS, CLASSES = 4, 24  # pictures of a class, made ones and real ones, and classes at most


@dataclass(frozen=True, eq=False)
class Side:
    """A set of pictures that was looked at.

    Attributes:
        found: what was seen.
        picture: one by its number.
        name: what one is called, by its number: its class, or its file.
        labels: classes of all, by number; None if there are none.
    """

    found: SetFeatures
    picture: Callable[[int], Picture]
    name: Callable[[int], str] = lambda _: ""
    labels: NDArray[np.int64] | None = None

    def shown(self, number: int, caption: str = "") -> Shown:
        """One of them, with its name if there is nothing else to say."""
        return Shown(self.picture(number), caption or self.name(number))


def numbers_of(evaluation: Evaluation) -> Numbers:
    """The numbers of an evaluation, as a page tells them."""
    lines = []
    for name, value in evaluation.values.items():
        about = meaning(name)
        told = Line(about.title, number(value.value), between(value), about.better, about.says)
        lines.append(told)
    counts = f"{evaluation.made:,} made pictures beside {evaluation.real:,} real ones"
    summary = f"{counts}, as {evaluation.network} sees them."
    return Numbers(summary, "95% interval", tuple(lines), evaluation.warnings)


def sections(
    made: Side, real: Side, evaluation: Evaluation, *, what: str, known: Side | None = None
) -> tuple[Section, ...]:
    """All that is to be looked at.

    Args:
        made: the made pictures.
        real: what they were compared with.
        evaluation: of both.
        what: the pictures in `known` are, in words.
        known: real ones that may have been learned by heart; None for `real`.
    """
    known = known or real
    near = copies(made.found.rows, known.found.rows, min(NEIGHBOURS, len(known.found.rows) - 1))
    order = made.found.numbers, known.found.numbers
    found = [_samples(made), _copied(made, known, near, order, what), _extremes(made, near, order)]
    if evaluation.per_class and made.labels is not None and real.labels is not None:
        found.append(_classes(made, real, evaluation))
    return tuple(found)


def _samples(made: Side) -> Section:
    count = made.found.count
    chosen = _any(count, SAMPLES)
    shown = tuple(made.shown(int(each)) for each in chosen)
    text = f"{len(chosen)} of {count:,}, drawn at random and not picked."
    return Section("Samples", (text,), (Row(shown),))


def _copied(
    made: Side, known: Side, near: Copies, order: tuple[np.ndarray, np.ndarray], what: str
) -> Section:
    ranks, distances = near.ranks, near.nearest.distances
    first = np.argsort(distances[:, 0], kind="stable")[:SUSPECTS]
    others = [each for each in _any(len(ranks), SUSPECTS + DRAWN) if each not in first][:DRAWN]
    chosen = {"The nearest to a real picture": first, "Drawn at random": np.array(others, int)}
    rows = []
    for title, numbers in chosen.items():
        for place, row in enumerate(numbers):
            beside = tuple(
                known.shown(int(order[1][other]), number(float(distance)))
                for other, distance in zip(near.nearest.numbers[row], distances[row], strict=True)
            )
            shown = (made.shown(int(order[0][row]), percent(ranks[row])),)
            rows.append(Row(shown, beside, title if place == 0 else ""))
    drawing = histograms(
        "Distances from the nearest real picture",
        "distance from the nearest real picture",
        [("of real pictures", near.usual), ("of made pictures", distances[:, 0])],
    )
    return Section("Learned by heart?", verdict(near, what), tuple(rows), (drawing,))


def _extremes(made: Side, near: Copies, order: tuple[np.ndarray, np.ndarray]) -> Section:
    distances = near.nearest.distances[:, 0]
    ranked = np.argsort(distances, kind="stable")
    count = min(EXTREMES, max(1, len(ranked) // 2))
    rows = tuple(
        Row(
            tuple(made.shown(int(order[0][row]), number(float(distances[row]))) for row in chosen),
            title=title,
        )
        for title, chosen in (
            ("The worst: the farthest from any real picture", ranked[::-1][:count]),
            ("The best: the nearest to one", ranked[:count]),
        )
    )
    text = (
        "By the distance from the nearest real picture. The network prefers what is plain: the best are "
        "often the simplest."
    )
    return Section("Worst and best", (text,), rows)


def _classes(made: Side, real: Side, evaluation: Evaluation) -> Section:
    rows = []
    labels = np.union1d(*(np.asarray(side.labels) for side in (made, real)))
    told = list(zip(labels, evaluation.per_class.items(), strict=True))
    told.sort(key=lambda each: -each[1][1].value)
    for label, (name, value) in told[:CLASSES]:
        sides = [
            tuple(
                Shown(side.picture(int(each)))
                for each in np.flatnonzero(side.labels == label)[:OF_CLASS]
            )
            for side in (made, real)
        ]
        rows.append(Row(sides[0], sides[1], f"{name}: FID {number(value.value)}"))
    text = "Made pictures of each class and, beside them, real ones; the worst class first."
    if len(told) > CLASSES:
        text += f" These are {CLASSES} of {len(told)}."
    return Section("Class by class", (text,), tuple(rows))


def _any(count: int, most: int) -> NDArray[np.int64]:
    """Some of so many, the same ones every time."""
    chosen: NDArray[np.int64] = np.random.default_rng(0).permutation(count)[:most]
    return chosen
