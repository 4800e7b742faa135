"""Every knob of painting in one pass, in one place. Free of numpy, for the doors that only show them."""

from dataclasses import dataclass

from zeuxis.settings import setting

COLORS = ("painting", "keep")


@dataclass(frozen=True)
class StylizeSettings:
    """How to paint a picture in one pass (Johnson et al. 2016)."""

    size: str | None = setting(
        None,
        "Size of the painting: longest side (1024), width x height (1024x768) or share (50%); by "
        "default the photo's own.",
    )
    strength: float = setting(1.0, "From 0, the photo, to 1, the painting.", low=0, high=1)
    stroke_size: float = setting(
        0.5, "From 0, fine strokes, to 1, bold ones; of networks that know both.", low=0, high=1
    )
    layout_size: int = setting(
        1024,
        "Longest side of the layout: a larger photo has strokes as broad as one of that size.",
        low=64,
        unit="pixels",
    )
    colors: str = setting(
        "painting",
        "Whose colours: the painting's, or the photo's, kept (only lightness is painted).",
        choices=COLORS,
    )
    max_memory: float = setting(
        1.5,
        "Above this the picture is painted in strips: same result, slower.",
        low=0.5,
        unit="GB",
    )
    threads: int | None = setting(
        None, "Threads to compute with; by default one for each core.", low=1, high=256
    )
