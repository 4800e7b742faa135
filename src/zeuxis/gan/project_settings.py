"""Every knob of looking for the style of a picture. Free of torch, for the doors that only show them."""

from dataclasses import dataclass

from zeuxis.settings import setting

CANDIDATES = 128  # samples among which to look for where to start


@dataclass(frozen=True)
class ProjectSettings:
    """How to look for the style of a picture (Abdal et al. 2019; Karras et al. 2020, appendix D)."""

    steps: int = setting(200, "Steps of Adam.", low=1, high=100_000)
    starts: int = setting(
        4,
        f"Styles to start from: the mean, and the nearest of {CANDIDATES} samples.",
        low=1,
        high=CANDIDATES + 1,
    )
    rate: float = setting(0.1, "Of Adam, in standard deviations of styles.", low=1e-4, high=1)
    pixel_weight: float = setting(
        1.0, "How much pixels count beside what VGG-16 sees.", low=0, high=1000
    )
    mean_weight: float = setting(
        0.01,
        "How much styles are held to their mean, where the generator knows best.",
        low=0,
        high=1000,
    )
    seed: int = setting(0, "Of those samples.", low=0, high=2**63 - 1)
