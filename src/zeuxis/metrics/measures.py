"""The metrics of two sets of pictures by name, each from what a network saw in both."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.metrics import bootstrap
from zeuxis.metrics.enough import SCORE, Classes, check_classifier, classes_in_pairs
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
        low: lower end of its interval at 95%; None without bootstrap, of fewer than ten pictures a side, and
            for distances of classes.
        high: upper end.
        std: standard deviation over blocks (kid) or splits (inception score); None for other metrics, and
            where there are no such blocks.
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

    @property
    def intervals(self) -> bool:
        """Whether there are to be intervals, and pictures enough for them."""
        fewest = min(len(side.rows) for side in (self.made, self.real))
        return bool(self.draws) and fewest >= bootstrap.FEWEST

    def of_means(self, values: np.ndarray) -> Value:
        """The mean of one number a picture; the balls around pictures stay as they are for intervals."""
        return mean_of(values, self.draws if self.intervals else 0, self.seed)


def mean_of(values: np.ndarray, draws: int = 0, seed: int = 0) -> Value:
    """The mean of one number a picture, or a pair of them, such as the LPIPS of each.

    Args:
        values: N of them.
        draws: how many times they are drawn anew for an interval; 0 for none. There is none of fewer than
            ten values, nor of infinite ones.
        seed: of the draws.

    Raises:
        ZeuxisError: there are none.
    """
    values = np.asarray(values, np.float64)
    if not values.size:
        raise ZeuxisError("a mean is of one number at least, but there are none")
    mean = float(values.mean())
    if not draws or len(values) < bootstrap.FEWEST or not np.isfinite(mean):
        return Value(mean)
    return Value(mean, *bootstrap.interval(mean, bootstrap.means(values, draws, seed)))


METRICS: Registry[Callable[[Facts], Value]] = Registry("metric")


@METRICS.register("fid")
def fid_value(facts: Facts) -> Value:
    """Fréchet distance; its interval is drawn from the rows that were kept."""
    made, real = facts.made, facts.real
    value = fid(made.moments, real.moments)
    if not facts.intervals:
        return Value(value)
    draws = np.fromiter(bootstrap.fids(made, real, facts.draws, facts.seed), np.float64)
    low, high = bootstrap.interval(value, draws)
    return Value(value, max(0.0, low), high)


@METRICS.register("kid")
def kid_value(facts: Facts) -> Value:
    """Kernel distance."""
    made, real = facts.made.rows, facts.real.rows
    found = kid(made, real, seed=facts.seed)
    if not facts.intervals:
        return Value(found.mean, std=found.std)
    draws = bootstrap.kids(made, real, facts.draws, facts.seed)
    return Value(found.mean, *bootstrap.interval(found.mean, draws), found.std)


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
    interval = mean_of(scores, facts.draws if facts.intervals else 0, facts.seed)
    return Value(value, interval.low, interval.high, std)


def class_fids(facts: Facts) -> dict[str, Value]:
    """Fréchet distance within each class (Miyato & Koyama 2018, section 4.1).

    Raises:
        ZeuxisError: a side has no classes, two of one name, or fewer than two pictures of a class that the
            other has.
    """
    made, real = (Classes(side.class_counts, side.classes) for side in (facts.made, facts.real))
    return {
        title: Value(fid(_of_class(facts.made, ours), _of_class(facts.real, theirs)))
        for title, (ours, theirs) in classes_in_pairs(made, real).items()
    }


def _of_class(side: SetFeatures, label: int) -> Moments:
    """Of all pictures of a class, or of those whose rows were kept."""
    if side.by_class is not None and label in side.by_class.moments:
        return side.by_class.moments[label]
    return Moments.of(side.rows[side.labels == label])
