"""Were pictures learned by heart, or are some as near to real ones as chance will have it?"""

from math import lgamma

import numpy as np

from zeuxis.metrics.nearest import Copies

NEAR = 100  # one in so many real pictures is nearer to another than what counts as near
FEWEST = NEAR  # real pictures, below which nobody can tell which distance is that of one in so many
SURE = 0.01  # probability of so many near ones by chance, below which it is said to be none


def verdict(near: Copies, what: str) -> tuple[str, ...]:
    """What is to be said of made pictures and the real ones nearest to them, in paragraphs.

    Args:
        near: both.
        what: the real pictures are, in words.
    """
    explained = (
        f"Beside each made picture, those that are nearest to it as the network sees them, and how far they "
        f"are, among {what}. Below the made one is its rank: how many real pictures have a neighbour nearer "
        "than that. Copies are at 0%; pictures as the real ones are anywhere, evenly."
    )
    real = len(near.usual)
    if real < FEWEST:
        return (
            explained,
            f"{real} real pictures are too few to say in a number whether more of the made ones are near to "
            f"one than chance would have it: that takes {FEWEST}. The rows below tell what there is to see.",
        )
    share, median = near.suspicious, float(np.median(near.ranks))
    if by_chance(round(share * len(near.ranks)), len(near.ranks), real) < SURE:
        says = (
            "That is more than chance would have it: either pictures were learned by heart, or the made ones "
            "keep to where real ones are many. The rows below tell which."
        )
    else:
        says = (
            "That is no more than chance may have it: no sign that pictures were learned by heart."
        )
    return (
        explained,
        f"{percent(share)} of the made pictures are nearer to a real one than 99% of the real ones are to "
        f"one another, where chance gives about {100 * expected(real):.2g}%; the median rank is "
        f"{percent(median)}, where chance gives 50%. {says}",
    )


def expected(real: int) -> float:
    """The share of near ones among pictures as the real ones, if so many of these tell what is near."""
    lower, upper = _shape(real)
    return lower / (lower + upper)


def by_chance(near: int, made: int, real: int) -> float:
    """How probable it is that so many made pictures or more are near if they are as the real ones.

    What is near is told by few real pictures, so that a binomial distribution would be too sure: its
    probability varies itself, as an order statistic of the real distances does (a beta-binomial).

    Args:
        near: made pictures that are near to a real one.
        made: all of them.
        real: pictures that tell what is near.
    """
    lower, upper = _shape(real)
    logs = [
        _log_binomial(made, each)
        + _log_beta(lower + each, upper + made - each)
        - _log_beta(lower, upper)
        for each in range(near, made + 1)
    ]
    return min(1.0, float(np.exp(logs).sum()))


def percent(share: float) -> str:
    """A share of 1 in words."""
    return f"{100 * share:.3g}%"


def _shape(real: int) -> tuple[float, float]:
    """Of the beta distribution of the share that is near.

    The least distances among real pictures come in pairs, there and back, so that they tell half as much.
    """
    rank = -(-real // NEAR)  # of the distance that is the farthest to count as near
    lower = -(-rank // 2)
    return lower, real / 2 + 1 - lower


def _log_binomial(many: int, few: int) -> float:
    return lgamma(many + 1) - lgamma(few + 1) - lgamma(many - few + 1)


def _log_beta(one: float, other: float) -> float:
    return lgamma(one) + lgamma(other) - lgamma(one + other)
