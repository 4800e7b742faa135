"""When a game goes wrong, and what to try: each a sentence, or None while all is well.

All look at what the last examinations found, oldest first. What makes one of them speak lasts for some
examinations: a moment's trouble is usual.
"""

import math
from collections.abc import Sequence

PATIENCE = 3  # examinations in a row, before it is trouble
SURE = 0.985  # of pairs of a real and a made picture that the discriminator tells apart
ALIKE = 0.5  # of the real pictures' variety, or distinctness
WORSE = 1.5  # times the distance at best
KNOWN_BY_HEART = 1 / 3  # of the way from training pictures' logits to made ones', beyond chance


def discriminator_has_won(separations: Sequence[float], scores: Sequence[float]) -> str | None:
    """It tells nearly all pictures apart, and the made ones do not get better any more.

    A discriminator that is sure is no harm by itself: it may be right, and the generator may learn from it.

    Args:
        separations: the share of pairs of a real and a made picture whose real one has the higher logit.
        scores: distances of made pictures from real ones.
    """
    lately = separations[-PATIENCE:]
    if len(lately) < PATIENCE or min(lately) < SURE or not _stands_still(scores):
        return None
    return (
        f"the discriminator has won: it tells {min(lately):.1%} of pictures apart, and they get no better; "
        "try a higher --r1-gamma, --augmentation ada, or a lower --discriminator-rate"
    )


def samples_grow_alike(
    varieties: Sequence[float], distinctness: Sequence[float], scores: Sequence[float]
) -> str | None:
    """Collapse: made pictures are much nearer to one another than real ones are (Goodfellow 2016, 5.1.1).

    All of them, or each to some others: a few pictures made again and again are far apart on average. At the
    beginning all are alike; so it is trouble only if they get no better.

    Args:
        varieties: how far made pictures lie from one another, over how far real ones do.
        distinctness: how far a made picture lies from the one most like it, over the same among real ones.
        scores: distances of made pictures from real ones.
    """
    if not _stands_still(scores):
        return None
    if _stay_below(ALIKE, varieties):
        found = f"they vary {varieties[-1]:.0%} as much as the data"
    elif _stay_below(ALIKE, distinctness):
        found = f"from the one most like it a picture differs {distinctness[-1]:.0%} as much as in the data"
    else:
        return None
    return (
        f"samples grow alike: {found}; try a higher --r1-gamma and --r2-gamma, a larger --batch-size, or "
        "lower rates, from an earlier checkpoint"
    )


def samples_get_worse(scores: Sequence[float]) -> str | None:
    """The game is lost: what was good once is not any more (training collapse: Brock et al. 2019, section 4).

    Args:
        scores: distances of made pictures from real ones.
    """
    best, lately = min(scores[:-PATIENCE], default=0.0), scores[-PATIENCE:]
    if not best or min(lately) < WORSE * best:
        return None
    return (
        f"samples get worse: they are {min(lately) / best:.1f} times as far from the data as they were at "
        "best, which is kept; try a higher --r1-gamma and --r2-gamma, or lower rates"
    )


def memorization(
    training: Sequence[float], held_out: Sequence[float], made: Sequence[float]
) -> float:
    """How far the discriminator prefers pictures it was trained on to others that are just as real.

    (D(training) - D(held out)) / (D(training) - D(made)), of mean logits: 0 if it does not know them, 1 if it
    takes others to be made (Karras et al. 2020, ADA, section 3, equation 1). Twice the standard error of the
    difference is taken off first, so that a few pictures are not mistaken for a sign.

    Args:
        training: logits of pictures it was trained on.
        held_out: of real pictures that it has never seen.
        made: of the generator's.

    Returns:
        From 0 to 1; 0 if there is nothing to compare.
    """
    if len(training) < 2 or len(held_out) < 2 or not made:
        return 0.0
    known, unknown = _mean(training), _mean(held_out)
    error = math.sqrt(_variance(training) / len(training) + _variance(held_out) / len(held_out))
    gap = known - _mean(made)
    return min(1.0, max(0.0, known - unknown - 2 * error) / gap) if gap > 0 else 0.0


def overfitting(memorizations: Sequence[float]) -> str | None:
    """The discriminator knows the training pictures by heart.

    Args:
        memorizations: what `memorization` found.
    """
    lately = memorizations[-PATIENCE:]
    if len(lately) < PATIENCE or min(lately) < KNOWN_BY_HEART:
        return None
    return (
        f"the discriminator learns the pictures by heart: to it, held-out ones are {lately[-1]:.0%} of the "
        "way to made ones; try --augmentation ada, --mirror, more pictures, or stop: the best so far is kept"
    )


def not_finite(step: int, back_to: int, rate: float) -> str:
    """What happened when a number was not finite.

    Args:
        step: at which it was noticed.
        back_to: the step from which it goes on.
        rate: times the learning rates asked for, from now on.
    """
    return (
        f"a number was not finite at step {step}: stepped back to step {back_to}, with the learning rates at "
        f"{rate:.3g} of what was asked for; if it happens again, try --precision float32 or lower rates"
    )


def _stands_still(scores: Sequence[float]) -> bool:
    """Whether none of the last scores is better than those before."""
    before = scores[:-PATIENCE]
    return bool(before) and min(scores[-PATIENCE:]) >= min(before)


def _stay_below(most: float, values: Sequence[float]) -> bool:
    """Whether the last values are no more than this."""
    return len(values) >= PATIENCE and max(values[-PATIENCE:]) <= most


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _variance(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
