"""What is kept of the features of a set of pictures, however many there are."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.metrics.by_class import ByClass, ClassMoments, counted
from zeuxis.metrics.frechet import Moments, MomentsAccumulator
from zeuxis.metrics.inception_score import ScoreSums

ROOM = 100_000_000  # bytes of features kept of a set: 12,207 pictures at 2048 numbers each
AT_ONCE = 1024  # rows taken in at a time


@dataclass(frozen=True, eq=False)
class SetFeatures:
    """What a network saw in a set of pictures.

    Attributes:
        network: its name.
        count: how many pictures there were.
        moments: of the features of all of them.
        rows: features, M x D, float32: of all, or of as many drawn at random as there is room for.
        numbers: of the pictures that these are of, from 0: int64 M.
        labels: classes of these, int64 M; None if there are none.
        classes: their names; empty if they have none.
        scores: sums that the inception score is made of; None if the network is no classifier.
        size: height and width of the pictures; None if there were no pictures, or several sizes.
        skipped: files that could not be used, and why.
        by_class: moments of each class; None if there are none, or nobody asked.
    """

    network: str
    count: int
    moments: Moments
    rows: np.ndarray
    numbers: np.ndarray
    labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()
    scores: ScoreSums | None = None
    size: tuple[int, int] | None = None
    skipped: dict[str, str] = field(default_factory=dict)
    by_class: ClassMoments | None = None

    @property
    def class_counts(self) -> dict[int, int] | None:
        """How many pictures each class has, by its label; None if there are no classes."""
        if self.by_class is not None:
            return self.by_class.counts
        return None if self.labels is None else counted(self.labels)

    @classmethod
    def of(
        cls,
        rows: np.ndarray,
        network: str,
        *,
        labels: np.ndarray | None = None,
        probabilities: np.ndarray | None = None,
    ) -> Self:
        """Of features that were computed elsewhere.

        Args:
            rows: N x D.
            network: what computed them; sets of different networks are not compared.
            labels: N classes.
            probabilities: N x K, for the inception score.

        Raises:
            ZeuxisError: there are fewer than two, they are not finite, or the lengths differ.
        """
        rows = np.asarray(rows)
        if rows.ndim != 2 or rows.dtype.kind not in "fiu" or not np.isfinite(rows).all():
            raise ZeuxisError(
                f"features are N x D finite numbers, not {rows.dtype} of shape {rows.shape}"
            )
        gathered = Gathering(per_class=labels is not None)
        for first in range(0, len(rows), AT_ONCE):
            here = slice(first, first + AT_ONCE)
            parts = (None if each is None else each[here] for each in (labels, probabilities))
            gathered.add(rows[here], *parts)
        return cls(network, **gathered.found())


class Gathering:
    """Takes in features part by part, and keeps moments, and so many rows drawn at random.

    Which ones are kept depends on nothing but how many came (reservoir sampling: Vitter 1985, algorithm R).

    Args:
        per_class: whether moments of each class are kept, too, if there are classes.
    """

    def __init__(self, per_class: bool = False) -> None:
        self.accumulator = MomentsAccumulator()
        self._by_class = ByClass() if per_class else None
        self.scores: ScoreSums | None = None
        self._rows = np.empty((0, 0), np.float32)
        self._numbers = np.empty(0, np.int64)
        self._labels: np.ndarray | None = None
        self._draws = np.random.default_rng(0)

    def add(
        self,
        rows: np.ndarray,
        labels: np.ndarray | None = None,
        probabilities: np.ndarray | None = None,
    ) -> None:
        """Take in N x D rows, with N labels and N x K probabilities if there are any."""
        if any(each is not None and len(each) != len(rows) for each in (labels, probabilities)):
            raise ZeuxisError(f"{len(rows)} pictures need as many labels and probabilities")
        before = self.accumulator.count
        if not before:
            self._begin(rows.shape[1], labels is not None)
        if rows.shape[1] != self._rows.shape[1]:
            raise ZeuxisError(
                f"some pictures have {self._rows.shape[1]} features, others {rows.shape[1]}: give pictures "
                "of one size, or a network that gives as many of any"
            )
        if (labels is None) != (self._labels is None):
            raise ZeuxisError("some of the pictures have classes, others have none: label all")
        self.accumulator.add(rows)
        if probabilities is not None:
            self.scores = self.scores or ScoreSums()
            self.scores.add(probabilities)
        numbers = np.arange(before, before + len(rows))
        places = self._places(numbers)
        stays = places < len(self._rows)
        self._rows[places[stays]] = rows[stays]
        self._numbers[places[stays]] = numbers[stays]
        if labels is not None and self._labels is not None:
            self._labels[places[stays]] = labels[stays]
            if self._by_class is not None:
                self._by_class.add(rows, labels)

    def found(self) -> dict[str, Any]:
        """The fields of `SetFeatures` that are known when all has come.

        Raises:
            ZeuxisError: if there are fewer than two.
        """
        count, kept = self.accumulator.count, min(self.accumulator.count, len(self._rows))
        labelled = self._labels is not None
        return {
            "count": count,
            "moments": self.accumulator.moments(),
            "rows": self._rows[:kept],
            "numbers": self._numbers[:kept],
            "labels": None if self._labels is None else self._labels[:kept],
            "scores": self.scores,
            "by_class": self._by_class.found() if labelled and self._by_class else None,
        }

    def _begin(self, dim: int, labelled: bool) -> None:
        most = max(2, ROOM // (4 * dim))
        self._rows = np.empty((most, dim), np.float32)  # takes memory only where it is written to
        self._numbers = np.empty(most, np.int64)
        self._labels = np.empty(most, np.int64) if labelled else None

    def _places(self, numbers: np.ndarray) -> np.ndarray:
        """Where the next ones go; beyond the rows for those that are not kept."""
        drawn = self._draws.integers(0, numbers + 1)
        return np.where(numbers < len(self._rows), numbers, drawn)
