"""Moments of each class by itself: of all its pictures, as long as there is room for them."""

from dataclasses import dataclass, field

import numpy as np

from zeuxis.metrics.frechet import Moments, MomentsAccumulator

ROOM = 400_000_000  # bytes of covariances of a set: 11 classes at 2048 numbers a picture, 84 at 768
AT_ONCE = 4096  # rows that are gathered before they go to their classes: adding to one is slow


@dataclass(frozen=True, eq=False)
class ClassMoments:
    """What is known of each class.

    Attributes:
        counts: pictures of each, by its label.
        moments: of the features of all of them, by label, for two pictures at least; empty if there was no
            room for so many classes.
    """

    counts: dict[int, int]
    moments: dict[int, Moments] = field(default_factory=dict)

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, to be kept in a file."""
        found = {"labels": np.array([*self.counts]), "counts": np.array([*self.counts.values()])}
        for label, moments in self.moments.items():
            found |= {f"{name}.{label}": value for name, value in vars(moments).items()}
        return found

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "ClassMoments":
        """What `arrays` gave."""
        counts = dict(zip(arrays["labels"].tolist(), arrays["counts"].tolist(), strict=True))
        known = [label for label in counts if f"mean.{label}" in arrays]
        moments = {n: Moments(arrays[f"mean.{n}"], arrays[f"covariance.{n}"]) for n in known}
        return cls(counts, moments)


class ByClass:
    """Takes in features and labels part by part."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._classes: dict[int, MomentsAccumulator] = {}
        self._waiting: list[tuple[np.ndarray, np.ndarray]] = []
        self._full = False

    def add(self, rows: np.ndarray, labels: np.ndarray) -> None:
        """Take in N x D rows of N classes."""
        for label, count in counted(labels).items():
            self._counts[label] = self._counts.get(label, 0) + count
        self._full = self._full or 8 * rows.shape[1] ** 2 * len(self._counts) > ROOM
        if self._full:
            self._classes, self._waiting = {}, []
            return
        self._waiting.append((rows, labels))
        if sum(len(part) for part, _ in self._waiting) >= AT_ONCE:
            self._sort()

    def found(self) -> ClassMoments:
        """Of all that came; it is given away, for two of it would be too much."""
        self._sort()
        given, self._classes = self._classes, {}
        moments = {}
        for label in sorted(given):
            if (one := given.pop(label)).count > 1:
                moments[label] = one.moments()
        return ClassMoments(dict(sorted(self._counts.items())), moments)

    def _sort(self) -> None:
        if not self._waiting:
            return
        rows, labels = (np.concatenate(each) for each in zip(*self._waiting, strict=True))
        self._waiting = []
        for label in counted(labels):
            self._classes.setdefault(label, MomentsAccumulator()).add(rows[labels == label])


def counted(labels: np.ndarray) -> dict[int, int]:
    """How many there are of each; what has a label below 0 is of no class."""
    found, counts = np.unique(labels[labels >= 0], return_counts=True)
    return dict(zip(found.astype(np.int64).tolist(), counts.tolist(), strict=True))
