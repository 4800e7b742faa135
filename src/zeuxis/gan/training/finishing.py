"""The file that a run is for: its averaged generator."""

from dataclasses import dataclass

import torch
from torch import Tensor

from zeuxis.gan.layout import KIND
from zeuxis.gan.model import save_generator
from zeuxis.gan.networks.shape import Generator, draw_latents
from zeuxis.gan.training.report import Report
from zeuxis.gan.training.rivals import Rivals
from zeuxis.gan.training.setting_up import Job
from zeuxis.models import Card
from zeuxis.training.folder import RunFolder
from zeuxis.training.randomness import keyed

LATENTS = 10_000  # whose styles are averaged, of each class
PART = 1000


@dataclass(frozen=True)
class Finisher:
    """Writes the averaged generator as it is now.

    Attributes:
        folder: of the run.
        rivals: whose it is.
        job: what it was trained on.
        data: what the pictures are called.
        command: that trains the same again.
    """

    folder: RunFolder
    rivals: Rivals
    job: Job
    data: str
    command: str

    def __call__(self, report: Report) -> None:
        """Write `generator.safetensors`.

        Raises:
            ZeuxisError: if it cannot be written.
        """
        settings, generator = self.job.settings, self.rivals.average
        figures = {"steps": report.step, "kimg": report.kimg, "seconds": report.seconds}
        card = Card(
            name=self.folder.path.resolve().name,
            kind=KIND,
            data=f"{len(self.job.pictures):,} pictures of {self.data}",
            command=self.command,
            seed=settings.seed,
            metrics={
                name: round(value, 3)
                for name, value in (figures | {"score": report.score}).items()
                if value is not None
            },
            extra={"network": settings.network, "classes": list(self.job.pictures.classes)},
        )
        save_generator(self.folder.generator, generator, mean_styles(generator), card)


@torch.no_grad()
def mean_styles(generator: Generator) -> Tensor:
    """The mean of the styles of 10,000 latents: of each class, classes x style_dim; 1 x style_dim without."""
    device = next(generator.parameters()).device
    latents = draw_latents(keyed(0, "mean style", 0), LATENTS, generator.shape.latent_dim)
    means = []
    for label in range(generator.shape.classes) if generator.shape.classes else [None]:
        sums = []
        for part in latents.to(device).chunk(LATENTS // PART):
            labels = None if label is None else torch.full((len(part),), label, device=device)
            sums.append(generator.mapping(part, labels).double().sum(0))
        means.append(torch.stack(sums).sum(0) / LATENTS)
    return torch.stack(means).float()
