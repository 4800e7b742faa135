"""Every knob of training a style network. Free of torch, for the doors that only show them."""

from dataclasses import dataclass
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.settings import setting, validate

NETWORKS = ("fresco", "johnson")


@dataclass(frozen=True)
class StyleTrainSettings:
    """How to teach a network to paint (Johnson et al. 2016)."""

    network: str = setting(
        "fresco", "The network: ours, small and fast, or the paper's.", choices=NETWORKS
    )
    widths: tuple[int, ...] = setting(
        (16, 48, 96), "Channels of fresco at 1/2, 1/4 and 1/8 of the picture's size.", low=4
    )
    blocks: int = setting(3, "Residual blocks of fresco at 1/8.", low=0, high=32)
    fine_blocks: int = setting(
        1, "Residual blocks of fresco at 1/4, on the way up.", low=0, high=32
    )
    steps: int = setting(6500, "Steps to take, unless minutes are given.", low=1)
    minutes: float | None = setting(
        None, "Train for about this long; the number of steps is measured.", low=0.1, unit="minutes"
    )
    batch_size: int = setting(4, "Photographs a step.", low=1, high=256)
    crop_sizes: tuple[int, ...] = setting(
        (192,), "Sides of the crops: the first for the first part of the steps, and on.",
        low=64, high=1024, unit="pixels",
    )  # fmt: skip
    zoom: float = setting(
        2.0, "Crops show up to so many times less than their side, enlarged.", low=1, high=8
    )
    learning_rate: float = setting(2e-3, "Of Adam, at its highest.", low=1e-6, high=0.1)
    row_rate: float = setting(
        5.0,
        "Times that rate for the rows of the styles, which learn a turn in many.",
        low=0.1,
        high=100,
    )
    content_weight: float = setting(0.15, "How much the photo's contents count.", low=0)
    style_weight: float = setting(20.0, "How much the painting's style counts.", low=0)
    tv_weight: float = setting(0.1, "How much roughness is held down (total variation).", low=0)
    tone_weight: float = setting(
        1.0, "How much light and dark shall be where the photo has them.", low=0
    )
    patch_weight: float = setting(
        8.0, "How much patches of colour are held down where the photo has none.", low=0
    )
    plain_weight: float = setting(
        4.0, "How much the row that gives back the photo counts (for strength).", low=0
    )
    content_layers: tuple[str, ...] = setting(("relu3_3",), "Layers that hold the contents.")
    style_layers: tuple[str, ...] = setting(
        ("relu1_2", "relu2_2", "relu3_3", "relu4_1"), "Layers that hold the style."
    )
    style_sizes: tuple[int, ...] = setting(
        (360, 560, 880), "Short sides of the painting, from fine to bold strokes.",
        low=64, high=2048, unit="pixels",
    )  # fmt: skip
    averaging: float = setting(
        0.999, "How slowly the averaged weights, which are kept, follow.", low=0, high=0.99999
    )
    precision: str = setting(
        "auto",
        "Numbers to compute with: auto takes bfloat16 where the processor is made for it.",
        choices=("auto", "float32", "bfloat16"),
    )
    vgg: str = setting("vgg16", "The network that sees: a name that `zeuxis weights list` shows.")
    device: str = setting(
        "auto",
        "Where to compute: auto takes a GPU if there is one.",
        choices=("auto", "cpu", "cuda"),
    )
    seed: int = setting(0, "Where randomness starts from.", low=0, high=2**63 - 1)

    @property
    def growth(self) -> float:
        """How many times as long as one with the first crops a step takes on average."""
        areas = [side**2 for side in self.crop_sizes]
        return sum(areas) / len(areas) / areas[0]

    @property
    def config(self) -> dict[str, Any]:
        """What the network is made with."""
        names = ("widths", "blocks", "fine_blocks") if self.network == "fresco" else ()
        return {name: getattr(self, name) for name in names}

    def rate(self, name: str) -> float:
        """Times the learning rate, for a parameter by its name."""
        return self.row_rate if name in ("rows", "plain") else 1.0


ADDING = StyleTrainSettings(
    minutes=5.0, batch_size=2, learning_rate=0.012, averaging=0.99, plain_weight=0.0
)  # what adding one style to a trained network begins from


def check(settings: StyleTrainSettings) -> None:
    """Hold every knob to its range, and lists to their length.

    Raises:
        ZeuxisError: naming the first setting that is out of bounds.
    """
    validate(settings)
    if len(settings.widths) != 3:
        given = ",".join(map(str, settings.widths)) or "empty"
        raise ZeuxisError(f"widths is {given}, but must be three numbers: for 1/2, 1/4 and 1/8")
    for name in ("crop_sizes", "style_sizes", "content_layers", "style_layers"):
        if not getattr(settings, name):
            raise ZeuxisError(f"{name} is empty: give at least one")
