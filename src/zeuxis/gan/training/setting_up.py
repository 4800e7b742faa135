"""From a user's pictures and settings to two networks that are ready to play."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from zeuxis.data import PictureSet, prepare, suggest_shape
from zeuxis.errors import ZeuxisError
from zeuxis.gan.augmentation.ada import AdaptiveAugment
from zeuxis.gan.augmentation.diffaugment import DiffAugment
from zeuxis.gan.networks import Family, Shape, networks
from zeuxis.gan.settings import GanSettings, check, resolved
from zeuxis.gan.training.rivals import Augment, Rivals
from zeuxis.training.precision import device_for, precision_for
from zeuxis.training.processes import Processes

Progress = Callable[[int, int], None]

FEWEST_TO_SPLIT = 200  # pictures, below which none is held out
HELD_OUT, FEWEST_HELD_OUT, MOST_HELD_OUT = 1 / 50, 20, 500
CHANNELS = {"grey": 1, "rgb": 3}


@dataclass(frozen=True)
class Job:
    """What is trained on what.

    Attributes:
        settings: resolved: nothing is None that the network's recipe has, nor size, color and mirror.
        family: the pair of networks.
        shape: what they are built for.
        pictures: to train on.
        held_out: real ones that are kept from training, to see whether the discriminator knows the others by
            heart; None if there are too few.
        digest: of all pictures.
        notes: what one should know of the data, a sentence each.
    """

    settings: GanSettings
    family: Family
    shape: Shape
    pictures: PictureSet
    held_out: PictureSet | None
    digest: str
    notes: tuple[str, ...]

    @property
    def batch_size(self) -> int:
        """Pictures a step, all processes together."""
        assert self.settings.batch_size is not None
        return self.settings.batch_size

    @property
    def discriminator_steps(self) -> int:
        """Steps of the discriminator for one of the generator."""
        assert self.settings.discriminator_steps is not None
        return self.settings.discriminator_steps


def set_up(
    data: Path, settings: GanSettings, world: int = 1, progress: Progress | None = None
) -> Job:
    """Prepare the pictures, and settle what the settings leave open.

    Args:
        data: as `zeuxis.data.prepare` takes it.
        settings: the knobs.
        world: how many processes share a batch.
        progress: called now and then with how many pictures are prepared, and of how many.

    Raises:
        ZeuxisError: for data that cannot be used, or settings that do not fit it.
    """
    check(settings)
    family = networks.get(settings.network)
    height, width, channels = _size_and_color(data, settings)
    shape = Shape(height=height, width=width, channels=channels, capacity=settings.capacity)
    with torch.device("meta"):
        family.build(shape)  # refuses a size that it is not made for, before pictures are prepared
    whole = prepare(
        data,
        height=height,
        width=width,
        channels=channels,
        classes=settings.conditional,
        progress=progress,
    )
    shape = replace(shape, classes=len(whole.classes), spectral_norm=bool(settings.spectral_norm))
    settings = resolved(settings, family.recipe(shape), len(whole))
    settings = replace(
        settings,
        size=f"{width}x{height}",
        color="grey" if channels == 1 else "rgb",
        mirror=channels == 3 if settings.mirror is None else settings.mirror,
    )
    assert settings.latent_dim is not None and settings.batch_size is not None
    shape = replace(
        shape, latent_dim=settings.latent_dim, spectral_norm=bool(settings.spectral_norm)
    )
    if settings.batch_size % (world * settings.accumulation):
        raise ZeuxisError(
            f"a batch of {settings.batch_size} pictures cannot be cut into {world} x {settings.accumulation} "
            "parts (processes x accumulation): give a --batch-size that can"
        )
    if settings.batch_size // (world * settings.accumulation) < family.fewest:
        raise ZeuxisError(
            f"the network {settings.network} takes {family.fewest} pictures at once or more, and a batch of "
            f"{settings.batch_size} in {world} x {settings.accumulation} parts (processes x accumulation) "
            "gives it fewer: give a larger --batch-size"
        )
    pictures, held_out = _split(whole)
    return Job(settings, family, shape, pictures, held_out, whole.digest, whole.notes)


def rivals_of(job: Job, processes: Processes) -> Rivals:
    """Two networks with the weights that the seed gives them, the same in all processes.

    Raises:
        ZeuxisError: if the network is not made for the shape, or there is no such device.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(job.settings.seed)
        generator, discriminator = job.family.build(job.shape)
    device = processes.device(device_for(job.settings.device))
    dtype = precision_for(job.settings.precision, device)
    augment = augment_for(job.settings)
    rivals = Rivals(generator, discriminator, job.settings, augment, device, dtype)
    processes.share([rivals.generator, rivals.discriminator, rivals.average])
    return rivals


def augment_for(settings: GanSettings) -> Augment:
    """What pictures go through before the discriminator sees them.

    Pictures that are not shown mirrored, such as digits, are neither mirrored nor turned by it.
    """
    if settings.augmentation == "diffaugment":
        return DiffAugment()
    if settings.augmentation == "ada":
        is_symmetric = bool(settings.mirror)
        return AdaptiveAugment(settings.ada_target, has_flips=is_symmetric, has_turns=is_symmetric)
    return lambda pictures, _: pictures


def parsed_size(size: str) -> tuple[int, int]:
    """Height and width of a size like `64` or `96x64` (width x height).

    Raises:
        ZeuxisError: for anything else.
    """
    sides = size.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise ZeuxisError(f"size is {size!r}, but must be like 64, or 96x64 (width x height)")
    return int(sides[-1]), int(sides[0])


def _size_and_color(data: Path, settings: GanSettings) -> tuple[int, int, int]:
    """Height, width and channels: as asked for, else as they suit the data."""
    # a size that is none is refused before a look at the data, which may take a while
    size = None if settings.size is None else parsed_size(settings.size)
    channels = CHANNELS.get(settings.color)
    if size is None or channels is None:
        suggested = suggest_shape(data)
        size = size or (suggested.height, suggested.width)
        channels = channels or suggested.channels
    return *size, channels


def _split(whole: PictureSet) -> tuple[PictureSet, PictureSet | None]:
    if len(whole) < FEWEST_TO_SPLIT:
        return whole, None
    count = round(len(whole) * HELD_OUT)
    return whole.split(min(MOST_HELD_OUT, max(FEWEST_HELD_OUT, count)))
