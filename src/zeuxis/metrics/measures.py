"""The metrics of two sets of pictures by name, each from what a network saw in both."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zeuxis.metrics import bootstrap
from zeuxis.metrics.enough import SCORE, check_classes, check_classifier, class_title
from zeuxis.metrics.frechet import Moments, fid
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.kid import kid
from zeuxis.metrics.neighbours import Neighbourhoods, neighbourhoods
from zeuxis.registry import Registry


@dataclass(frozen=True)
class Value:
    """A number, and how sure it is.

    Attributes:
        value: the number.
        low: lower end of the interval that 95% of other sets of such pictures would give; None without
            bootstrap.
        high: upper end.
        std: standard deviation over blocks (kid) or splits (inception score); None for other metrics.
    """

    value: float
    low: float | None = None
    high: float | None = None
    std: float | None = None


@dataclass(frozen=True)
class Facts:
    """What metrics are made of.

    Attributes:
        made: what was seen in made pictures.
        real: in real ones.
        draws: for intervals; 0 for none.
        seed: of all draws.
    """

    made: SetFeatures
    real: SetFeatures
    draws: int
    seed: int

    @cached_property
    def neighbourhoods(self) -> Neighbourhoods:
        """Who lies near whom."""
        return neighbourhoods(self.made.rows, self.real.rows)

    def of_means(self, values: np.ndarray) -> Value:
        """The mean of one number a picture; the balls around pictures stay as they are for intervals."""
        mean = float(np.mean(values))
        if not self.draws:
            return Value(mean)
        draws = bootstrap.means(values, self.draws, self.seed)
        return Value(mean, *bootstrap.interval(mean, draws))


METRICS: Registry[Callable[[Facts], Value]] = Registry("metric")


@METRICS.register("fid")
def fid_value(facts: Facts) -> Value:
    """Fréchet distance; its interval is drawn from the rows that were kept."""
    made, real = facts.made, facts.real
    value = fid(made.moments, real.moments)
    if not facts.draws:
        return Value(value)
    draws = np.fromiter(bootstrap.fids(made.rows, real.rows, facts.draws, facts.seed), np.float64)
    scale = min(len(side.rows) / side.count for side in (made, real)) ** 0.5
    low, high = bootstrap.interval(value, draws, scale=scale)
    return Value(value, max(0.0, low), high)


@METRICS.register("kid")
def kid_value(facts: Facts) -> Value:
    """Kernel distance."""
    made, real = facts.made.rows, facts.real.rows
    found = kid(made, real, seed=facts.seed)
    if not facts.draws:
        return Value(found.mean, std=found.std)
    draws, scale = bootstrap.kids(made, real, facts.draws, facts.seed)
    return Value(found.mean, *bootstrap.interval(found.mean, draws, scale=scale), found.std)


@METRICS.register("precision")
def precision_value(facts: Facts) -> Value:
    """Share of made pictures that look real."""
    return facts.of_means(facts.neighbourhoods.in_real)


@METRICS.register("recall")
def recall_value(facts: Facts) -> Value:
    """Share of real pictures that could have been made."""
    return facts.of_means(facts.neighbourhoods.in_made)


@METRICS.register("density")
def density_value(facts: Facts) -> Value:
    """How crowded with real ones the places of made pictures are."""
    return facts.of_means(facts.neighbourhoods.crowds)


@METRICS.register("coverage")
def coverage_value(facts: Facts) -> Value:
    """Share of real pictures with a made one nearby."""
    return facts.of_means(facts.neighbourhoods.covered)


@METRICS.register(SCORE)
def inception_score_value(facts: Facts) -> Value:
    """Inception score of the made pictures: mean and standard deviation over its splits."""
    check_classifier([SCORE], facts.made.network, facts.made.scores is not None)
    assert facts.made.scores is not None
    scores = facts.made.scores.scores()
    value, std = float(scores.mean()), float(scores.std())
    if not facts.draws:
        return Value(value, std=std)
    draws = bootstrap.means(scores, facts.draws, facts.seed)
    return Value(value, *bootstrap.interval(value, draws), std)


def class_fids(facts: Facts) -> dict[str, Value]:
    """Fréchet distance within each class (Miyato & Koyama 2018, section 4.1), from the rows that were kept.

    Raises:
        ZeuxisError: a side has no labels, or fewer than two pictures of a class that the other has.
    """
    sides, names = (facts.made, facts.real), facts.real.classes
    check_classes({"made": facts.made.labels, "real": facts.real.labels}, names)
    found: dict[str, Value] = {}
    for label in np.unique(
        np.concatenate([side.labels for side in sides if side.labels is not None])
    ):
        moments = (Moments.of(side.rows[side.labels == label]) for side in sides)
        found[class_title(names, int(label))] = Value(fid(*moments))
    return found
