"""One judge for all runs of a study: the same real pictures, the same latents, as many made ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from zeuxis.data import PictureSet, prepare
from zeuxis.errors import ZeuxisError
from zeuxis.gan.latents import draw
from zeuxis.gan.networks.shape import Generator
from zeuxis.gan.samples import Bytes, to_bytes
from zeuxis.gan.study.design import Design
from zeuxis.gan.training.setting_up import Job
from zeuxis.metrics.network import FeatureNetwork
from zeuxis.metrics.quick import LAYER
from zeuxis.metrics.sets import SetFeatures, describe, evaluate
from zeuxis.perception.vgg import load_vgg

PART = 50  # pictures made at a time
SEED = 0  # of the latents, whatever the seed of the run


@dataclass(frozen=True)
class Score:
    """What the judge says of pictures.

    Attributes:
        score: Fréchet distance from the real ones; less is better.
        variety: how far the pictures lie from one another, over how far the real ones do; about 1 at best.
        precision: how many look real, 0 to 1.
        recall: how many real ones could have been made, 0 to 1.
    """

    score: float
    variety: float
    precision: float
    recall: float


@dataclass(frozen=True)
class Reference:
    """Real pictures that made ones are measured by.

    Attributes:
        pictures: N x H x W x C.
        others: as many that runs are trained on, to see how far real pictures lie apart.
        what: they are, in words.
    """

    pictures: Bytes
    others: Bytes
    what: str


def reference_for(data: Path, job: Job, count: int) -> Reference:
    """Pictures of the test set; half of those trained on, at most, if the data has none.

    Args:
        data: where the pictures are from.
        job: any run of the study.
        count: how many there are to be at most.
    """
    trained_on, test = job.pictures.pictures, _test_set(data, job)
    if test is not None:
        real = test.pictures[: min(count, len(trained_on))]
        return Reference(real, trained_on[: len(real)], f"{len(real):,} pictures of the test set")
    half = min(count, len(trained_on) // 2)
    real, others = trained_on[:half], trained_on[half : 2 * half]
    return Reference(real, others, f"{half:,} pictures that were trained on")


class Judge:
    """Says how far what generators make is from real pictures. Nothing is done before it is asked.

    Args:
        design: of the study.
    """

    def __init__(self, design: Design) -> None:
        self.design = design

    def __call__(self, generator: Generator) -> Score:
        """The score of as many pictures as there are real ones."""
        return self._score(self._made(generator, len(self.reference.pictures)))

    def of_real(self) -> Score:
        """The score that other real pictures have: what is there to be reached."""
        return self._score(self.reference.others)

    @property
    def eye(self) -> str:
        """What looks at pictures, in words."""
        return self._network.name

    def pictures(self, generator: Generator, count: int) -> Bytes:
        """The first of the pictures that it is judged by, at most 50: N x H x W x C."""
        (made,) = self._made(generator, count)
        return to_bytes(made.cpu().numpy())

    @cached_property
    def reference(self) -> Reference:
        """The real pictures."""
        design = self.design
        return reference_for(design.data, design.job, design.settings.pictures)

    @cached_property
    def _network(self) -> FeatureNetwork:
        """What the score of a run sees with: deeper layers see little in small pictures."""
        device = str(self.design.device)
        vgg = load_vgg("vgg16", device=device)

        def see(pictures: Tensor) -> tuple[Tensor, None]:
            return vgg(pictures, [LAYER])[LAYER].mean((2, 3)), None

        return FeatureNetwork(f"vgg16 ({LAYER})", see, vgg.channels(LAYER), device=device)

    @cached_property
    def _real(self) -> SetFeatures:
        return describe(self.reference.pictures, self._network)

    def _score(self, pictures: Bytes | Iterator[Tensor]) -> Score:
        made, real = describe(pictures, self._network), self._real
        values = evaluate(made, real, metrics=("fid", "precision", "recall")).values
        spread = real.moments.spread
        return Score(
            values["fid"].value,
            made.moments.spread / spread if spread else 1.0,
            values["precision"].value,
            values["recall"].value,
        )

    @torch.no_grad()
    def _made(self, generator: Generator, count: int) -> Iterator[Tensor]:
        latents = torch.from_numpy(draw(SEED, count, generator.shape.latent_dim))
        for part in torch.split(latents, PART):
            yield generator(part.to(self.design.device)).float().clamp(0, 1).cpu()


def _test_set(data: Path, job: Job) -> PictureSet | None:
    """The part of the data that is for testing, at the size and in the colours of a run; None without one."""
    shape = job.shape
    try:
        return prepare(
            data,
            height=shape.height,
            width=shape.width,
            channels=shape.channels,
            split="test",
        )
    except ZeuxisError:
        return None
