"""Sums of pictures (Radford et al. 2016, section 6.3.2 and figure 7)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError
from zeuxis.gan.forger import Generator, Label
from zeuxis.gan.latents import Floats, draw
from zeuxis.gan.samples import Samples
from zeuxis.gan.sheets import check_sheet

NOISE = 0.25 * 3**0.5  # deviations around the result: figure 7's 0.25 is of numbers in [-1, 1]
PLACES = 10_000  # that samples are named by: the latents of all before one are drawn
SIDE = 3  # pictures of a square: the result in the middle of its variations


@dataclass(frozen=True, eq=False)
class Sum:
    """What a sum of pictures came to.

    Attributes:
        style: of the result, style_dim numbers.
        sheet: a row for each group, its samples and then their mean; below, the result in the middle of
            small variations of it.
    """

    style: Floats
    sheet: Samples


def arithmetic(
    generator: Generator,
    plus: Sequence[Sequence[int]],
    minus: Sequence[Sequence[int]] = (),
    *,
    seed: int = 0,
    label: Label = None,
    truncation_psi: float = 1.0,
    noise: float = NOISE,
) -> Sum:
    """Add and subtract the means of groups of samples.

    The styles of a group are averaged; single samples make unsteady sums. Where as many are not added as one
    more than are subtracted, sums are taken around the mean style, so that they stay where styles are.

    Args:
        generator: whose samples these are.
        plus: groups to add. A sample is named by its place, from 0, among those that `generator.sample` makes
            of the same seed and label.
        minus: groups to subtract.
        seed: of the samples.
        label: of the samples; None for all classes in turn.
        truncation_psi: as for `generator.sample`.
        noise: of the variations: up to so many standard deviations of styles.

    Raises:
        ZeuxisError: if nothing is added, a group is empty, a place is not from 0 to 9,999, or the sheet would
            be too large.
    """
    groups = [*plus, *minus]
    if not plus or not all(groups):
        raise ZeuxisError("there is nothing to add: give the places of samples, as --plus 3,8,12")
    wrong = [place for group in groups for place in group if not 0 <= place < PLACES]
    if wrong:
        raise ZeuxisError(f"there is no sample {wrong[0]}: give places from 0 to {PLACES - 1:,}")
    columns = max(SIDE, 1 + max(len(group) for group in groups))
    check_sheet(columns * (len(groups) + SIDE), *generator.size[:2])
    count = 1 + max(max(group) for group in groups)
    latents, labels = draw(seed, count, generator.latent_dim), generator.labels(count, label)
    styles = generator.styles(latents, labels, truncation_psi)
    center = generator.style_mean().mean(0)
    means = [styles[list(group)].mean(0) for group in groups]
    signs = [1] * len(plus) + [-1] * len(minus)
    terms = (sign * (mean - center) for sign, mean in zip(signs, means, strict=True))
    result: Floats = center + np.sum(list(terms), axis=0, dtype=np.float32)
    around = result + noise * _drawn(seed, len(result)) * _spread(generator, labels)
    return Sum(result, _laid_out(generator, styles, groups, means, around, columns))


def _drawn(seed: int, style_dim: int) -> Floats:
    """Uniform in [-1, 1]; 0 for the middle one, which is the result."""
    drawn = np.random.default_rng([seed, 1]).uniform(-1, 1, (SIDE**2, style_dim))
    drawn[SIDE**2 // 2] = 0
    return drawn.astype(np.float32)


def _spread(generator: Generator, labels: NDArray[np.int64] | None) -> Floats:
    """Standard deviations of styles of one class."""
    return generator.spread(None if labels is None else int(labels[0]))


def _laid_out(
    generator: Generator,
    styles: Floats,
    groups: Sequence[Sequence[int]],
    means: Sequence[Floats],
    around: Floats,
    columns: int,
) -> Samples:
    rows = [
        generator.pictures(np.stack([*styles[list(group)], mean]))
        for group, mean in zip(groups, means, strict=True)
    ]
    rows += np.split(generator.pictures(around), SIDE)
    return Samples(np.concatenate([_filled(row, columns) for row in rows]), columns=columns)


def _filled(row: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """A row with blanks before it where it is too short, so that means stand one above the other."""
    blanks = columns - len(row)
    return np.pad(row, [(blanks, 0), (0, 0), (0, 0), (0, 0)], constant_values=255)
