"""Directions in which pictures vary, found without any training."""

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.gan.forger import Generator, Label
from zeuxis.gan.latents import Floats, draw
from zeuxis.gan.samples import Samples

METHODS = ("auto", "weights", "styles")
STILL = 1e-6  # a standard deviation below which a number of styles does not vary


def directions(
    generator: Generator, count: int = 5, *, method: str = "auto", label: Label = None
) -> Floats:
    """Unit vectors in the space of styles along which pictures vary most, count x style_dim.

    Args:
        generator: a model file, not an exported one.
        count: how many, the strongest first.
        method: `"weights"` for the eigenvectors of A^T A, A the weights that styles meet first (Shen & Zhou
            2021, equation 6), which needs torch; `"styles"` for the principal axes of styles (Harkonen et al.
            2020, section 2.1); `"auto"` for the first where a generator has such weights.
        label: the class whose styles are looked at; None for the first.

    Raises:
        ZeuxisError: for a count that there are not, an unknown method, or weights where there are none.
    """
    if method not in METHODS:
        raise ZeuxisError(f"there is no method {method!r}: choose one of {', '.join(METHODS)}")
    moved = generator.spread(_first(generator, label)) > STILL
    if not 1 <= count <= moved.sum():
        raise ZeuxisError(
            f"there are to be {count} directions: ask for 1 to {moved.sum()}, as many as numbers that vary"
        )
    curvature = None if method == "styles" else _of_weights(generator)
    if curvature is None and method == "weights":
        raise ZeuxisError(
            f"{generator.path} has no weights that styles meet first: give styles as the method"
        )
    if curvature is None:
        curvature = _of_styles(generator, _first(generator, label))
    curvature = curvature * np.outer(moved, moved)
    found = np.linalg.eigh(curvature)[1].T[::-1][:count]
    largest = np.take_along_axis(found, abs(found).argmax(1)[:, None], 1)
    signed: Floats = (found * np.sign(largest)).astype(np.float32)  # eigenvectors have no sign
    return signed


def walked(
    generator: Generator,
    along: Floats,
    *,
    seed: int = 0,
    steps: int = 7,
    reach: float = 3.0,
    label: Label = None,
    truncation_psi: float = 1.0,
) -> Samples:
    """A sheet with a row for each direction, from one side of a sample to the other.

    Args:
        generator: what makes the pictures.
        along: directions, D x style_dim, of length 1.
        seed: of the sample in the middle.
        steps: pictures of a row.
        reach: how far the ends are, in standard deviations of styles along the direction.
        label: of the sample; None for the first class.
        truncation_psi: as for `generator.sample`.

    Raises:
        ZeuxisError: for fewer than two steps.
    """
    if steps < 2:
        raise ZeuxisError(f"there are to be {steps} steps along each direction: ask for 2 or more")
    label = _first(generator, label)
    start = generator.styles(
        draw(seed, 1, generator.latent_dim), generator.labels(1, label), truncation_psi
    )
    deviations = (generator.drawn_styles(label) @ along.T).std(0)
    offsets = np.linspace(-reach, reach, steps, dtype=np.float32)[None, :, None]
    styles = start[None] + offsets * (deviations[:, None] * along)[:, None]
    return Samples(
        generator.pictures(styles.reshape(-1, start.shape[1]).astype(np.float32)), columns=steps
    )


def _first(generator: Generator, label: Label) -> Label:
    return 0 if label is None and generator.classes else label


def _of_styles(generator: Generator, label: Label) -> Floats:
    """Their covariance."""
    return np.atleast_2d(np.cov(generator.drawn_styles(label), rowvar=False))


def _of_weights(generator: Generator) -> Floats | None:
    """A^T A; None if there is no such A, or no torch to look for it with."""
    try:
        from zeuxis.gan.weights import meeting_styles
    except ImportError:
        return None
    return meeting_styles(generator.path)
