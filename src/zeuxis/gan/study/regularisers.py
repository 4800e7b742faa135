"""What holds the discriminator, by name, as knobs of a run."""

from typing import Any

from zeuxis.gan.gamma import r1_gamma_for
from zeuxis.gan.networks.modern import GAMMA

INTERVAL = 4  # steps from one R1 to the next, for all networks: their steps cost alike
LAMBDA = 10.0  # Gulrajani et al. 2017, section 4

_NOTHING: dict[str, Any] = {
    "r1_gamma": 0.0,
    "r2_gamma": 0.0,
    "gradient_penalty": 0.0,
    "spectral_norm": False,
}


def knobs_for(regulariser: str, height: int, width: int, batch_size: int) -> dict[str, Any]:
    """The values of `GanSettings` that a regulariser stands for; none for what the recipe has.

    R1 has the weight that was found for the modern pair at 28 x 28, and is in proportion to `r1_gamma_for` at
    other sizes and batches; R2 has that of R1.

    Args:
        regulariser: one of `zeuxis.gan.study.settings.REGULARISERS`.
        height: of the pictures, in pixels.
        width: of the pictures, in pixels.
        batch_size: pictures a step.
    """
    gamma = GAMMA * r1_gamma_for(height, width, batch_size)
    lazily = _NOTHING | {"r1_gamma": gamma, "regularization_interval": INTERVAL}
    turned: dict[str, dict[str, Any]] = {
        "recipe": {},
        "none": _NOTHING,
        "r1": lazily,
        "r1_r2": lazily | {"r2_gamma": gamma},
        "gradient_penalty": _NOTHING | {"gradient_penalty": LAMBDA, "regularization_interval": 1},
        "spectral_norm": _NOTHING | {"spectral_norm": True},
    }
    return turned[regulariser]
