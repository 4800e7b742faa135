"""Every knob of training a network that paints like any picture. Free of torch."""

from dataclasses import dataclass

from zeuxis.settings import setting
from zeuxis.style.training.settings import StyleTrainSettings


@dataclass(frozen=True)
class AnyTrainSettings(StyleTrainSettings):
    """How to teach a network to read styles and to paint in them (Ghiasi et al. 2017).

    Of the knobs shared with training on paintings, `network`, `widths`, `blocks`, `style_sizes` and
    `row_rate` have no part in it.
    """

    steps: int = setting(1400, "Steps to take, unless minutes are given.", low=1)
    crop_sizes: tuple[int, ...] = setting(
        (192,), "Sides of the crops.", low=64, high=1024, unit="pixels"
    )
    learning_rate: float = setting(1e-3, "Of Adam, at its highest.", low=1e-6, high=0.1)
    hidden: int = setting(256, "Width of the layer between description and row.", low=8, high=4096)
    style_crop: int = setting(
        256,
        "Side of the part of a painting that a style is read from.",
        low=64,
        high=1024,
        unit="pixels",
    )
    photo_share: float = setting(
        0.25,
        "How often a photograph stands in for a painting, since paintings are few.",
        low=0,
        high=1,
    )
    recolor: float = setting(
        0.5, "How often the colours of a painting are turned around.", low=0, high=1
    )
