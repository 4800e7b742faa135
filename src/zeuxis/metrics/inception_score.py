"""The inception score (Salimans et al. 2016, section 4): sure of each picture, and all classes there."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from zeuxis.errors import ZeuxisError

SPLITS = 10


@dataclass(eq=False)
class ScoreSums:
    """Sums that inception scores are made of, one score a split; pictures go to the splits in turn.

    Attributes:
        counts: pictures of each split.
        certainty: sum of p log p over classes and pictures, for each split.
        classes: sum of p over pictures, splits x K.
    """

    counts: np.ndarray = field(default_factory=lambda: np.zeros(SPLITS, np.int64))
    certainty: np.ndarray = field(default_factory=lambda: np.zeros(SPLITS))
    classes: np.ndarray | None = None

    @classmethod
    def of(cls, probabilities: np.ndarray, splits: int = SPLITS) -> Self:
        """Of N x K probabilities."""
        sums = cls(np.zeros(splits, np.int64), np.zeros(splits))
        sums.add(probabilities)
        return sums

    def add(self, probabilities: np.ndarray) -> None:
        """Take in N x K more."""
        p = np.asarray(probabilities, np.float64)
        if self.classes is None:
            self.classes = np.zeros((len(self.counts), p.shape[1]))
        turn = (np.arange(len(p)) + self.counts.sum()) % len(self.counts)
        logs = np.log(p, out=np.zeros_like(p), where=p > 0)  # p log p is 0 at 0
        np.add.at(self.counts, turn, 1)
        np.add.at(self.certainty, turn, (p * logs).sum(1))
        np.add.at(self.classes, turn, p)

    def scores(self) -> np.ndarray:
        """exp(mean over pictures of KL(p(y|x) || p(y))), for each split.

        Raises:
            ZeuxisError: there are fewer pictures than splits.
        """
        if self.classes is None or not self.counts.all():
            raise ZeuxisError(
                f"an inception score is of {len(self.counts)} pictures at least, not of "
                f"{self.counts.sum()}"
            )
        p = self.classes / self.counts[:, None]
        logs = np.log(p, out=np.zeros_like(p), where=p > 0)
        scores: np.ndarray = np.exp(self.certainty / self.counts - (p * logs).sum(1))
        return scores


def inception_score(probabilities: np.ndarray, splits: int = SPLITS) -> tuple[float, float]:
    """Mean and standard deviation over splits of exp(E_x KL(p(y|x) || p(y))), in float64.

    Picture i is of split i modulo `splits`. The best of K classes is K, the worst 1.

    Args:
        probabilities: N x K, rows that sum to 1.
        splits: how many scores to take the mean of.

    Raises:
        ZeuxisError: there are fewer pictures than splits.
    """
    scores = ScoreSums.of(probabilities, splits).scores()
    return float(scores.mean()), float(scores.std())
