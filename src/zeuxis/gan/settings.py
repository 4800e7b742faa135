"""Every knob of training a pair of rivals. Free of torch, for the doors that only show them."""

from dataclasses import dataclass, fields, replace

from zeuxis.errors import ZeuxisError
from zeuxis.settings import setting, validate

NETWORKS = ("modern", "resnet", "dcgan", "mlp")
LOSSES = (
    "non_saturating",
    "minimax",
    "least_squares",
    "root_least_squares",
    "wasserstein",
    "hinge",
    "relativistic_average",
    "relativistic_pairing",
)


@dataclass(frozen=True)
class GanSettings:
    """How to train a generator and its discriminator. None means: as the network's recipe has it."""

    network: str = setting("modern", "The pair of networks.", choices=NETWORKS)
    size: str | None = setting(
        None,
        "Pixels of the pictures made: 64, or 96x64 (width x height).  [default: suits the data]",
    )
    color: str = setting(
        "auto", "Grey or RGB; auto looks at the data.", choices=("auto", "grey", "rgb")
    )
    conditional: bool = setting(False, "Whether to learn the classes that the data has.")
    latent_dim: int | None = setting(
        None, "Numbers of a latent.  [default: the network's own]", low=1, high=4096
    )
    capacity: float = setting(1.0, "Times the channels of the network.", low=0.1, high=16)
    spectral_norm: bool | None = setting(
        None,
        "Whether the discriminator's layers are held to a slope of 1 (Miyato 2018).  "
        "[default: the network's own]",
    )
    loss: str | None = setting(
        None, "What the two play for.  [default: the network's own]", choices=LOSSES
    )
    r1_gamma: float | None = setting(
        None,
        "Weight of the gradient penalty on real pictures (Mescheder 2018).  [default: the network's own]",
        low=0,
    )
    r2_gamma: float | None = setting(
        None,
        "Weight of the same penalty on made pictures (R2).  [default: the network's own]",
        low=0,
    )
    gradient_penalty: float | None = setting(
        None,
        "Weight of the gradient penalty between the two (Gulrajani 2017).  [default: the network's own]",
        low=0,
    )
    penalty_center: float = setting(
        1.0, "The slope that this penalty asks for: 1, or 0 (Thanh-Tung 2019).", low=0, high=1
    )
    regularization_interval: int | None = setting(
        None,
        "Steps from one gradient penalty to the next (lazy, Karras 2020).  [default: the network's own]",
        low=1,
        high=64,
    )
    augmentation: str | None = setting(
        None,
        "What the discriminator's pictures go through: DiffAugment (Zhao 2020) or ADA (Karras 2020).  "
        "[default: the network's own]",
        choices=("none", "diffaugment", "ada"),
    )
    ada_target: float = setting(
        0.6, "Of ADA: how sure the discriminator may be of real pictures.", low=0, high=1
    )
    mirror: bool | None = setting(
        None, "Whether to show the data mirrored too.  [default: if it is in colour]"
    )
    batch_size: int | None = setting(
        None, "Pictures a step.  [default: the network's own]", low=1, high=65536
    )
    accumulation: int = setting(1, "Parts that a batch is computed in, to save memory.", low=1)
    discriminator_steps: int | None = setting(
        None,
        "Steps of the discriminator for one of the generator.  [default: the network's own]",
        low=1,
        high=100,
    )
    generator_rate: float | None = setting(
        None,
        "Learning rate of the generator's Adam.  [default: the network's own]",
        low=1e-7,
        high=0.1,
    )
    discriminator_rate: float | None = setting(
        None,
        "Learning rate of the discriminator's Adam.  [default: the network's own]",
        low=1e-7,
        high=0.1,
    )
    beta1: float | None = setting(
        None, "Of Adam: memory of the slope.  [default: the network's own]", low=0, high=0.999
    )
    beta2: float | None = setting(
        None, "Of Adam: memory of its square.  [default: the network's own]", low=0, high=0.99999
    )
    average_kimg: float | None = setting(
        None,
        "Half-life of the averaged generator, which is kept.  [default: the network's own]",
        low=0,
        unit="thousand pictures",
    )
    average_rampup: float = setting(
        0.05, "The half-life is at most this part of what has been seen.", low=0, high=1
    )
    steps: int | None = setting(None, "Steps of the generator to take.", low=1)
    kimg: float | None = setting(
        None, "Instead of steps: real pictures to show.", low=0.001, unit="thousand pictures"
    )
    minutes: float | None = setting(
        None,
        "Instead of steps: train for about this long.  [default: 30]",
        low=0.05,
        unit="minutes",
    )
    preview_minutes: float = setting(
        1.0,
        "From one sheet of samples and check to the next; more where they would take over 5% of the time.",
        low=0.01,
        unit="minutes",
    )
    keep_kimg: float | None = setting(
        None, "Keep a checkpoint each time so many pictures were seen.  [default: none]", low=0.001,
        unit="thousand pictures",
    )  # fmt: skip
    precision: str = setting(
        "auto",
        "Numbers to compute with: auto takes bfloat16 where the processor is made for it.",
        choices=("auto", "float32", "bfloat16"),
    )
    device: str = setting(
        "auto",
        "Where to compute: auto takes a GPU if there is one.",
        choices=("auto", "cpu", "cuda"),
    )
    seed: int = setting(0, "Where randomness starts from.", low=0, high=2**63 - 1)


@dataclass(frozen=True)
class Recipe:
    """What a paper trains its networks with: what stands where a setting is None.

    Attributes are settings of the same name in `GanSettings`, but for one.

    Attributes:
        few: pictures, below which DiffAugment keeps the discriminator from learning them by heart.
    """

    loss: str
    batch_size: int
    generator_rate: float
    discriminator_rate: float
    beta1: float
    beta2: float
    latent_dim: int
    discriminator_steps: int = 1
    spectral_norm: bool = False
    r1_gamma: float = 0.0
    r2_gamma: float = 0.0
    gradient_penalty: float = 0.0
    regularization_interval: int = 1
    augmentation: str = "none"
    average_kimg: float = 10.0
    few: int = 0


def check(settings: GanSettings) -> None:
    """Hold every knob to its range, and the length of the run to one measure.

    Raises:
        ZeuxisError: naming what is out of bounds.
    """
    validate(settings)
    given = [name for name in ("steps", "kimg", "minutes") if getattr(settings, name) is not None]
    if len(given) > 1:
        raise ZeuxisError(f"{' and '.join(given)} both say how long to train: give one of them")


def resolved(settings: GanSettings, recipe: Recipe, pictures: int | None = None) -> GanSettings:
    """The settings with a recipe's values where there was None.

    Args:
        settings: what was asked for.
        recipe: of the network.
        pictures: how many there are to learn from; None for enough.
    """
    values = {f.name: getattr(recipe, f.name) for f in fields(recipe) if f.name != "few"}
    if pictures is not None and pictures < recipe.few:
        values["augmentation"] = "diffaugment"
    return replace(settings, **{n: v for n, v in values.items() if getattr(settings, n) is None})
