"""Every knob of making a picture larger, in one place. Free of numpy, for the doors that only show them."""

from dataclasses import dataclass

from zeuxis.settings import setting

SCALE = 4.0  # where nobody says


@dataclass(frozen=True)
class UpscaleSettings:
    """How to make a picture larger (Johnson et al. 2016, section 4.2; Ledig et al. 2017)."""

    scale: float | None = setting(
        None,
        "How many times the sides; by default 4, or what the model makes of them.",
        low=1,
        high=8,
    )
    to: str | None = setting(
        None,
        "Instead of a scale, the size to come to: width x height (4000x3000), longest side (4000) or share "
        "(300%).",
    )
    sharpness: float = setting(
        0.5, "From 0, faithful, to 1, sharp, where the model has both ends.", low=0, high=1
    )
    max_memory: float = setting(
        1.5, "What the picture is cut into tiles to stay below: same result.", low=0.5, unit="GB"
    )
    threads: int | None = setting(
        None, "Threads to compute with; by default one for each core.", low=1, high=256
    )
