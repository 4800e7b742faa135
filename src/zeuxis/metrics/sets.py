"""How good a set of pictures is beside real ones: the numbers that papers report, and how sure they are."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from zeuxis.errors import ZeuxisError
from zeuxis.metrics.cautions import cautions
from zeuxis.metrics.describing import Progress, describe
from zeuxis.metrics.enough import Classes, check_classifier, check_counts, classes_in_pairs
from zeuxis.metrics.features import FeatureNetwork, feature_network
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.measures import METRICS, Facts, Value, class_fids
from zeuxis.metrics.pictures import Known, known_of
from zeuxis.metrics.settings import USUAL, EvaluateSettings
from zeuxis.settings import validate

__all__ = ["METRICS", "Evaluation", "SetFeatures", "Value", "describe", "evaluate"]


@dataclass(frozen=True)
class Evaluation:
    """What was found of made pictures beside real ones.

    Attributes:
        network: that looked at both; numbers of different networks cannot be compared.
        made: how many made pictures there were.
        real: how many real ones.
        values: the numbers, by the name of the metric.
        per_class: Fréchet distance of each class, by its name; empty if nobody asked.
        warnings: what one should know before believing the numbers, a sentence each.
    """

    network: str
    made: int
    real: int
    values: dict[str, Value]
    per_class: dict[str, Value] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """All of it, of types that JSON has."""
        return asdict(self) | {"warnings": list(self.warnings)}


def evaluate(
    made: Any,
    real: Any,
    *,
    network: str | Path | nn.Module | FeatureNetwork = "vgg16",
    metrics: Sequence[str] = USUAL,
    bootstrap: int = 0,
    seed: int = 0,
    per_class: bool = False,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Evaluation:
    """Measure made pictures against real ones.

    Memory is bounded: moments are of all pictures, whatever needs pictures side by side is of as many drawn
    at random as 100 MB of features hold, on either side. What is seen of a folder or a data set of real
    pictures is kept in the cache folder, by content.

    Args:
        made: a folder, whose first sub-folders are its classes; anything with `.pictures`, uint8
            N x H x W x C (and `.labels`, `.classes`); an array or tensor: uint8 N x H x W x C or floats
            N x C x H x W in [0, 1]; an iterable, or a data set of torch, of these, of single pictures (less
            the N, or of Pillow), or of pairs of these and labels; or what `describe` gave.
        real: the same. A folder's pictures are brought to the size of the made ones.
        network: to look with, see `zeuxis.metrics.features.feature_network`.
        metrics: names from `METRICS`.
        bootstrap: how many times to draw pictures anew for intervals; 0 for none, 200 will do.
        seed: of all draws.
        per_class: also the distance of each class (intra-FID), and `intra_fid`, their mean, among the
            values; both sides need labels. Classes go by their names, if both sides have some. It takes 33 MB
            more a class and side at 2048 numbers a picture, and 400 MB a side at most: of more classes only
            those pictures count that are drawn at random.
        device: where the network computes; a torch module does on its own.
        progress: called with how many pictures of a side have been looked at, and of how many.

    Raises:
        ZeuxisError: an unknown metric or network, a knob out of range, a side with fewer pictures than the
            metrics need (two at least), or without labels or probabilities where they are needed. What is
            known of that beforehand is told before anything is looked at.
    """
    measures = {name: METRICS.get(name) for name in metrics}
    validate(EvaluateSettings(bootstrap=bootstrap, seed=seed))
    seen = isinstance(made, SetFeatures) and isinstance(real, SetFeatures)
    sides = _Sides(made, real, None if seen else feature_network(network, device), progress)
    asked = (*metrics, "intra_fid") if per_class else tuple(metrics)
    facts = Facts(*sides.seen(asked, per_class), bootstrap, seed)
    values = {name: measure(facts) for name, measure in measures.items()}
    classes: dict[str, Value] = {}
    if per_class:
        classes = class_fids(facts)
        values["intra_fid"] = Value(float(np.mean([each.value for each in classes.values()])))
    warnings = (*sides.warnings, *cautions(facts, tuple(metrics), classes))
    return Evaluation(
        facts.made.network, facts.made.count, facts.real.count, values, classes, warnings
    )


class _Sides:
    """Both sets of pictures, as the network sees them."""

    def __init__(
        self, made: Any, real: Any, network: FeatureNetwork | None, progress: Progress | None
    ) -> None:
        self.made, self.real, self.network, self.progress = made, real, network, progress
        self.warnings: list[str] = []

    def seen(self, metrics: tuple[str, ...], per_class: bool) -> tuple[SetFeatures, SetFeatures]:
        """The features of both.

        Args:
            metrics: that are to be measured of them.
            per_class: whether each class is, too.

        Raises:
            ZeuxisError: they cannot be had, do not do for the metrics, or are of different networks.
        """
        self._check(metrics, per_class)
        made = self._seen(self.made, None, per_class, kept=False)
        check_counts(metrics, made.count, None)  # fewer than there were, if files are broken
        real = self._seen(self.real, made.size, per_class, kept=True)
        check_counts(metrics, None, real.count)
        if made.network != real.network or made.rows.shape[1] != real.rows.shape[1]:
            raise ZeuxisError(
                f"features of {made.network} cannot be compared with those of {real.network}: look at both "
                "sets with one network"
            )
        return made, real

    def _check(self, metrics: tuple[str, ...], per_class: bool) -> None:
        """Refuse what can be told to be in vain before anything is looked at."""
        made, real = (_known(side) for side in (self.made, self.real))
        check_counts(metrics, *(side.count if side else None for side in (made, real)))
        if per_class and made and real:
            classes_in_pairs(*(Classes(each.class_counts, each.classes) for each in (made, real)))
        if self.network is not None:
            check_classifier(metrics, self.network.name, self.network.classifies)

    def _seen(
        self, side: Any, size: tuple[int, int] | None, per_class: bool, *, kept: bool
    ) -> SetFeatures:
        if isinstance(side, SetFeatures) or self.network is None:
            return side  # type: ignore[no-any-return]
        return describe(
            side,
            self.network,
            size=size,
            per_class=per_class,
            kept=kept,
            progress=self.progress,
            complaints=self.warnings,
        )


def _known(side: Any) -> Known | None:
    if isinstance(side, SetFeatures):
        return Known(side.count, side.class_counts, side.classes)
    return known_of(side)
