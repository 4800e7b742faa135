"""Every knob of a study. Free of torch, for the doors that only show them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import product
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.gan import settings as gan
from zeuxis.settings import setting, validate

REGULARISERS = ("recipe", "none", "r1", "r1_r2", "gradient_penalty", "spectral_norm")

_KNOBS = {each.name: each for each in fields(gan.GanSettings)}


def _shared(name: str) -> Any:
    """A knob that means for each run what it means in `GanSettings`."""
    return field(default=_KNOBS[name].default, metadata=_KNOBS[name].metadata)


@dataclass(frozen=True)
class StudySettings:
    """What is to be compared. All that is not named here is as each network's recipe has it."""

    losses: tuple[str, ...] = setting(
        (
            "non_saturating",
            "least_squares",
            "wasserstein",
            "hinge",
            "relativistic_average",
            "relativistic_pairing",
        ),
        "What the two play for.",
        choices=gan.LOSSES,
    )
    networks: tuple[str, ...] = setting(
        ("dcgan", "modern"), "The pairs of networks.", choices=gan.NETWORKS
    )
    regularisers: tuple[str, ...] = setting(
        ("recipe",),
        "What holds the discriminator; recipe: what the network comes with.",
        choices=REGULARISERS,
    )
    repeat: int = setting(1, "Seeds to try each with, from --seed on.", low=1, high=100)
    pictures: int = setting(
        2000, "Made and real pictures that a score is of, at most.", low=16, high=50_000
    )
    size: str | None = _shared("size")
    color: str = _shared("color")
    capacity: float = _shared("capacity")
    augmentation: str | None = _shared("augmentation")
    batch_size: int | None = _shared("batch_size")
    steps: int | None = _shared("steps")
    kimg: float | None = _shared("kimg")
    minutes: float | None = _shared("minutes")
    precision: str = _shared("precision")
    device: str = _shared("device")
    seed: int = _shared("seed")

    @property
    def base(self) -> gan.GanSettings:
        """What all runs have in common."""
        names = [each.name for each in fields(self) if each.name in _KNOBS]
        return gan.GanSettings(**{name: getattr(self, name) for name in names})


@dataclass(frozen=True)
class Cell:
    """One of the runs.

    Attributes:
        loss: what the two play for.
        network: the pair of networks.
        regulariser: what holds the discriminator.
        seed: where its randomness starts from.
    """

    loss: str
    network: str
    regulariser: str
    seed: int

    @property
    def name(self) -> str:
        """Of its folder: `hinge-dcgan-r1-0`."""
        return f"{self.loss}-{self.network}-{self.regulariser}-{self.seed}"


def cells_of(settings: StudySettings) -> list[Cell]:
    """All runs of a study, in the order that they are made in: each once before any with a second seed."""
    seeds = range(settings.seed, settings.seed + settings.repeat)
    ways = product(seeds, settings.regularisers, settings.losses, settings.networks)
    return [Cell(loss, network, regulariser, seed) for seed, regulariser, loss, network in ways]


def check(settings: StudySettings) -> None:
    """Hold every knob to its range, and the choices to one mention each.

    Raises:
        ZeuxisError: naming what is out of bounds, missing or twice there.
    """
    validate(settings)
    gan.check(settings.base)
    for name in ("losses", "networks", "regularisers"):
        values = getattr(settings, name)
        if not values:
            raise ZeuxisError(f"there are no {name} to compare: give one at least with --{name}")
        if twice := next(_repeated(values), None):
            raise ZeuxisError(f"{name} has {twice} twice: name it once")


def _repeated(values: tuple[str, ...]) -> Iterator[str]:
    return (each for number, each in enumerate(values) if each in values[:number])
