"""What the rivals have become: how good, how varied, what the discriminator knows, and a sheet to look at."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from zeuxis.data import PictureSet
from zeuxis.gan.networks.shape import draw_latents
from zeuxis.gan.samples import Bytes, to_bytes
from zeuxis.gan.training.rivals import Rivals
from zeuxis.gan.training.warnings import memorization
from zeuxis.metrics.quick import QuickScore
from zeuxis.training.randomness import keyed

JUDGED = (
    500  # pictures of a kind that the discriminator is asked about, if a score can be of so many
)
PART = 50  # pictures made at a time
FEWEST, MOST = 128, 1000  # pictures that a score is of
ACROSS, ROWS, CLASS_ROWS = 8, 8, 16  # pictures of a sheet; a row a class if there are classes


@dataclass(frozen=True)
class Examination:
    """What was found.

    Attributes:
        score: distance of made pictures from real ones; less is better.
        variety: how far made pictures lie from one another, over how far real ones do.
        distinctness: how far a made picture lies from the one most like it, over the same among real ones.
        separation: the share of pairs of a training picture and a made one whose former has the higher logit.
        memorization: how far the discriminator prefers training pictures to held-out ones, 0 to 1.
        training_logits: mean logit of pictures it was trained on.
        held_out_logits: of real pictures that it never saw; None if there are none.
        made_logits: of made ones.
    """

    score: float
    variety: float
    distinctness: float
    separation: float
    memorization: float
    training_logits: float
    held_out_logits: float | None
    made_logits: float

    def plain(self) -> dict[str, float | None]:
        """All of it by name."""
        return asdict(self)


class Examiner:
    """Looks at rivals, always with the same latents and the same real pictures.

    Args:
        rivals: are left as they are.
        pictures: that they are trained on.
        held_out: real ones that they are not; None if there are none to spare.
        count: pictures that a score is of.
    """

    def __init__(
        self, rivals: Rivals, pictures: PictureSet, held_out: PictureSet | None, count: int
    ) -> None:
        self.rivals, self.pictures, self.held_out = rivals, pictures, held_out
        self.count = min(count, len(pictures))
        reference = (part for part, _ in self._real(pictures, self.count))
        self.quick = QuickScore(reference, str(rivals.device))

    @torch.no_grad()
    def __call__(self) -> Examination:
        """What is to be said of them now."""
        made_logits: list[float] = []

        def made() -> Iterator[Tensor]:
            for pictures, labels in self._made():
                if len(made_logits) < JUDGED:
                    made_logits.extend(self._logits(pictures, labels))
                yield pictures

        with _still(self.rivals.discriminator):
            score = self.quick(made())
            training = self._logits_of(self.pictures)
            held_out = [] if self.held_out is None else self._logits_of(self.held_out)
        pairs = list(zip(training, made_logits, strict=False))
        return Examination(
            score=score.distance,
            variety=score.variety,
            distinctness=score.distinctness,
            separation=sum(real > fake for real, fake in pairs) / len(pairs),
            memorization=memorization(training, held_out, made_logits),
            training_logits=float(np.mean(training)),
            held_out_logits=float(np.mean(held_out)) if held_out else None,
            made_logits=float(np.mean(made_logits)),
        )

    @torch.no_grad()
    def sheet(self) -> Bytes:
        """Pictures of the averaged generator, 8 to a row, a row a class if there are: N x H x W x C."""
        classes = len(self.pictures.classes)
        rows = min(classes, CLASS_ROWS) or ROWS
        latents = self._latents("sheet", ACROSS if classes else ACROSS * rows)
        labels = None
        if classes:
            latents = latents.repeat(rows, 1)
            labels = torch.arange(rows, device=self.rivals.device).repeat_interleave(ACROSS)
        with self.rivals.precision():
            made = self.rivals.average(latents, labels).float()
        return to_bytes(made.cpu().numpy())

    def _made(self) -> Iterator[tuple[Tensor, Tensor | None]]:
        """Pictures of the averaged generator, as many of each class as there are real ones to compare."""
        latents = self._latents("examination", self.count)
        for first in range(0, self.count, PART):
            here = slice(first, min(first + PART, self.count))
            labels = self._labels(self.pictures, here)
            with self.rivals.precision():
                made = self.rivals.average(latents[here], labels).float()
            yield made.clamp(0, 1), labels

    def _real(self, pictures: PictureSet, count: int) -> Iterator[tuple[Tensor, Tensor | None]]:
        for first in range(0, min(count, len(pictures)), PART):
            here = slice(first, min(first + PART, count, len(pictures)))
            # copied: those on disk are read-only
            pixels = np.array(pictures.pictures[here].transpose(0, 3, 1, 2))
            real = torch.from_numpy(pixels).to(self.rivals.device).float() / 255
            yield real, self._labels(pictures, here)

    def _logits_of(self, pictures: PictureSet) -> list[float]:
        parts = [self._logits(*part) for part in self._real(pictures, min(JUDGED, self.count))]
        return [logit for part in parts for logit in part]

    def _logits(self, pictures: Tensor, labels: Tensor | None) -> list[float]:
        with self.rivals.precision():
            logits: list[float] = self.rivals.discriminator(pictures, labels).float().tolist()
        return logits

    def _labels(self, pictures: PictureSet, here: slice) -> Tensor | None:
        if not pictures.classes:
            return None
        return torch.from_numpy(pictures.labels[here].copy()).to(self.rivals.device)

    def _latents(self, stream: str, count: int) -> Tensor:
        draws = keyed(self.rivals.settings.seed, stream, 0)
        latents = draw_latents(draws, count, self.rivals.generator.shape.latent_dim)
        return latents.to(self.rivals.device)


def affordable(rivals: Rivals, pictures: PictureSet, seconds: float) -> int:
    """How many pictures a score can be of in about so many seconds, from 128 to 1,000."""
    trial = Examiner(rivals, pictures, None, PART)
    trial()  # whatever is done only once
    began = time.monotonic()
    trial()
    each = (time.monotonic() - began) / trial.count
    return int(min(MOST, max(FEWEST, seconds / each)))


@contextmanager
def _still(module: torch.nn.Module) -> Iterator[None]:
    """The module does not learn statistics from what it sees for as long as the block lasts."""
    module.eval()
    try:
        yield
    finally:
        module.train()
