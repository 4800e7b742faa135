"""Directions in which pictures vary, found without any training."""

from dataclasses import dataclass

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.gan.forger import Generator, Label, Progress
from zeuxis.gan.latents import Floats, draw
from zeuxis.gan.samples import Samples
from zeuxis.gan.sheets import check_sheet

METHODS = ("auto", "weights", "styles")
MOST = 1000  # pictures along a direction
FARTHEST = 100.0  # standard deviations to either side
STILL = 1e-6  # a standard deviation below which a number of styles does not vary


@dataclass(frozen=True, eq=False)
class Directions:
    """Where pictures vary most.

    Attributes:
        along: unit vectors in the space of styles, the strongest first: D x style_dim.
        method: by which they were found, `"weights"` or `"styles"`.
        note: why weights were not looked at although they might have been, as `there is no torch`.
    """

    along: Floats
    method: str
    note: str | None = None


def directions(
    generator: Generator, count: int = 5, *, method: str = "auto", label: Label = None
) -> Directions:
    """Directions in the space of styles along which pictures vary most.

    Args:
        generator: a model file, not an exported one.
        count: how many, the strongest first.
        method: `"weights"` for the eigenvectors of A^T A, A the weights that styles meet first (Shen & Zhou
            2021, equation 6), which needs torch; `"styles"` for the principal axes of styles (Harkonen et al.
            2020, section 2.1); `"auto"` for the first where a generator has such weights and torch is there.
        label: the class whose styles are looked at; None for the first.

    Raises:
        ZeuxisError: for a count that there are not, an unknown method, or weights where there are none or no
            torch.
    """
    if method not in METHODS:
        raise ZeuxisError(f"there is no method {method!r}: choose one of {', '.join(METHODS)}")
    moved = generator.spread(_first(generator, label)) > STILL
    if not 1 <= count <= moved.sum():
        raise ZeuxisError(
            f"there are to be {count} directions: ask for 1 to {moved.sum()}, as many as numbers that vary"
        )
    curvature, note = (None, None) if method == "styles" else _of_weights(generator)
    if curvature is None and method == "weights":
        raise ZeuxisError(f"cannot look at weights: {note}; give styles as the method")
    taken = "styles" if curvature is None else "weights"
    if curvature is None:
        curvature = _of_styles(generator, _first(generator, label))
    curvature = curvature * np.outer(moved, moved)
    found = np.linalg.eigh(curvature)[1].T[::-1][:count]
    largest = np.take_along_axis(found, abs(found).argmax(1)[:, None], 1)
    signed: Floats = (found * np.sign(largest)).astype(np.float32)  # eigenvectors have no sign
    return Directions(signed, taken, note)


def walked(
    generator: Generator,
    along: Floats,
    *,
    seed: int = 0,
    steps: int = 7,
    reach: float = 3.0,
    label: Label = None,
    truncation_psi: float = 1.0,
    progress: Progress | None = None,
) -> Samples:
    """A sheet with a row for each direction, from one side of a sample to the other.

    Args:
        generator: what makes the pictures.
        along: directions, D x style_dim, of length 1.
        seed: of the sample in the middle.
        steps: pictures of a row, 2 to 1,000.
        reach: how far the ends are, in standard deviations of styles along the direction, 0 to 100.
        label: of the sample; None for the first class.
        truncation_psi: as for `generator.sample`.
        progress: called now and then with how many pictures are made, and of how many.

    Raises:
        ZeuxisError: for steps or a reach out of range, or a sheet that would be too large.
    """
    if not 2 <= steps <= MOST:
        raise ZeuxisError(
            f"there are to be {steps:,} steps along each direction: ask for 2 to {MOST:,}"
        )
    if not 0 <= reach <= FARTHEST:  # NaN as well
        raise ZeuxisError(f"reach is {reach:g}, but must be between 0 and {FARTHEST:g}")
    check_sheet(len(along) * steps, *generator.size[:2])
    label = _first(generator, label)
    start = generator.styles(
        draw(seed, 1, generator.latent_dim), generator.labels(1, label), truncation_psi
    )
    deviations = (generator.drawn_styles(label) @ along.T).std(0)
    offsets = np.linspace(-reach, reach, steps, dtype=np.float32)[None, :, None]
    styles = start[None] + offsets * (deviations[:, None] * along)[:, None]
    pictures = generator.pictures(styles.reshape(-1, start.shape[1]).astype(np.float32), progress)
    return Samples(pictures, columns=steps)


def _first(generator: Generator, label: Label) -> Label:
    return 0 if label is None and generator.classes else label


def _of_styles(generator: Generator, label: Label) -> Floats:
    """Their covariance."""
    return np.atleast_2d(np.cov(generator.drawn_styles(label), rowvar=False))


def _of_weights(generator: Generator) -> tuple[Floats | None, str | None]:
    """A^T A; or None, and why."""
    try:
        from zeuxis.gan.weights import meeting_styles
    except ImportError:
        return None, "there is no torch, which pip install 'zeuxis[train]' brings"
    found = meeting_styles(generator.path)
    none = f"{generator.name} has none that styles meet first"
    return found, none if found is None else None
