"""Every knob of training a network that enlarges. Free of torch, for the doors that only show them."""

from dataclasses import dataclass

from zeuxis.errors import ZeuxisError
from zeuxis.settings import setting, validate

NETWORKS = ("loupe", "johnson-sr", "srcnn", "srresnet")
SCALES = (2, 3, 4, 8)


@dataclass(frozen=True)
class UpscaleTrainSettings:
    """How to teach a network to enlarge (Johnson et al. 2016, section 4.2; Ledig et al. 2017).

    With a pixel weight alone it is faithful; a perceptual weight makes it sharp, and an adversarial one on
    top of that lets it invent what may have been there.
    """

    scale: int = setting(4, "How many times as large as the input.", choices=SCALES)
    network: str = setting(
        "loupe", "The network: ours, small and fast, or those of the papers.", choices=NETWORKS
    )
    width: int = setting(64, "Channels of loupe.", low=8, high=256)
    blocks: int = setting(6, "Residual blocks of loupe.", low=0, high=64)
    degradation: str = setting(
        "bicubic",
        "How pictures become small: bicubic as the benchmarks define it, blurred as in Johnson et al. 2016, "
        "or realistic: blurred, noisy and JPEG-compressed, each more or less.",
        choices=("bicubic", "blurred", "realistic"),
    )
    blur: float = setting(
        0.7,
        "Of realistic pictures at worst: deviation of a Gaussian.",
        low=0,
        high=5,
        unit="pixels",
    )
    noise: float = setting(
        8.0, "Of realistic pictures at worst: deviation.", low=0, high=100, unit="steps of 8 bits"
    )
    jpeg_quality: int = setting(50, "Of realistic pictures at worst.", low=1, high=100)
    pixel_loss: str = setting("l1", "How pixels are compared.", choices=("l1", "l2"))
    pixel_weight: float = setting(1.0, "How much pixels count.", low=0)
    perceptual_weight: float = setting(
        0.0, "How much what VGG sees counts (Johnson et al. 2016, equation 2).", low=0
    )
    perceptual_layers: tuple[str, ...] = setting(
        ("relu2_2",), "Layers of VGG that are compared, each alike."
    )
    adversarial_weight: float = setting(
        0.0, "How much the discriminator counts (Ledig et al. 2017, equation 6).", low=0
    )
    lattice_weight: float = setting(
        500.0, "How much lattices are held down, where more than pixels counts.", low=0
    )
    loss: str = setting(
        "relativistic_average",
        "What the two then play for: a loss that zeuxis gan knows.",
    )
    r1_gamma: float = setting(0.0, "R1 on real pictures (Mescheder et al. 2018).", low=0)
    discriminator: str = setting(
        "patches",
        "Who judges: ours, which judges patches, or the one of Ledig et al. 2017.",
        choices=("patches", "srgan"),
    )
    steps: int = setting(10000, "Steps to take, unless minutes are given.", low=1)
    minutes: float | None = setting(
        None, "Train for about this long; the number of steps is measured.", low=0.1, unit="minutes"
    )
    batch_size: int = setting(16, "Pictures a step.", low=1, high=256)
    crop: int = setting(48, "Side of what comes in.", low=8, high=512, unit="pixels")
    learning_rate: float = setting(5e-4, "Of Adam, at its highest.", low=1e-6, high=0.1)
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


def check(settings: UpscaleTrainSettings) -> None:
    """Hold every knob to its range.

    Raises:
        ZeuxisError: naming the first setting that is out of bounds.
    """
    validate(settings)
    if not settings.perceptual_layers:
        raise ZeuxisError("perceptual_layers is empty: give at least one")
    if settings.pixel_weight + settings.perceptual_weight + settings.adversarial_weight == 0:
        raise ZeuxisError("all weights are 0: give pixel_weight, perceptual_weight or both")
    if settings.network == "johnson-sr" and settings.scale == 3:
        raise ZeuxisError("johnson-sr doubles and doubles again: give a scale of 2, 4 or 8")
