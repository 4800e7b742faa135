"""The style of a real picture, by optimisation (Abdal et al. 2019; Karras et al. 2020, appendix D).

Needs torch.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from zeuxis.data.fitting import Fit
from zeuxis.gan.finding import model_file
from zeuxis.gan.forger import Generator, Label
from zeuxis.gan.latents import draw
from zeuxis.gan.model import load_generator
from zeuxis.gan.project_settings import CANDIDATES, ProjectSettings
from zeuxis.gan.samples import Samples, to_bytes
from zeuxis.images import Picture
from zeuxis.images.sources import as_picture
from zeuxis.perception.vgg import load_vgg
from zeuxis.settings import turned
from zeuxis.training import Interrupt

LAYERS = ("relu1_2", "relu2_2", "relu3_3")
SEEN = 64  # pixels of the shorter side, at least, that features are taken of
CHUNKS = 8  # in which they are looked at
STILL = 1e-8  # a standard deviation below which a number of styles does not vary

Progress = Callable[[int, int, float], None]  # steps taken, of how many, and the least loss


@dataclass(frozen=True, eq=False)
class Projection:
    """What a generator makes of a real picture.

    Attributes:
        style: style_dim numbers.
        samples: the picture as the generator was shown it, and what it makes of it: 2 x H x W x C.
        settings: that it was looked for with.
        loss: distance of the two: the least of `losses`.
        losses: distance of the nearest before each step, and after the last.
        seconds: it took.
        interrupted: whether Ctrl-C ended it early.
    """

    style: NDArray[np.float32]
    samples: Samples
    settings: ProjectSettings
    loss: float
    losses: tuple[float, ...]
    seconds: float
    interrupted: bool

    def report(self) -> dict[str, Any]:
        """All but the style and the pictures, as plain values."""
        return {
            "loss": self.loss,
            "losses": list(self.losses),
            "seconds": round(self.seconds, 2),
            "interrupted": self.interrupted,
            "settings": asdict(self.settings),
        }


def project(
    picture: Any,
    source: str | Path,
    settings: ProjectSettings | None = None,
    *,
    label: Label = None,
    progress: Progress | None = None,
    **knobs: Any,
) -> Projection:
    """Find the style whose picture is nearest to a real one.

    Starts are the mean style and the nearest of 128 samples; all are followed, and the best is kept. Pictures
    are compared by VGG-16's features, of length 1 at each place (Zhang et al. 2018, equation 1, all channels
    alike), and by their pixels. Styles are kept near their mean, where the generator knows what it makes.

    Args:
        picture: in any form that `zeuxis.images.sources.as_picture` takes; its middle is taken, in the
            generator's size.
        source: a run, a model file or a name, as for `zeuxis.Generator.load`.
        settings: the knobs; by default `ProjectSettings()`.
        label: the class, which then stays; None to look among all.
        progress: called after each step. Ctrl-C ends the search with what was found.
        **knobs: fields of `ProjectSettings`, on top of `settings`.

    Raises:
        ZeuxisError: if one of the two cannot be read, or a knob is out of its range.
    """
    settings, began = turned(settings or ProjectSettings(), knobs), time.monotonic()
    path, steps = model_file(source), settings.steps
    search = _Search(as_picture(picture), path, settings, label)
    optimizer = torch.optim.Adam([search.away], settings.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    with Interrupt() as interrupt:
        for step in range(1, steps + 1):
            optimizer.zero_grad()
            search.objectives().sum().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            if progress is not None:
                progress(step, steps, search.best)
            if interrupt.asked:
                break
    with torch.no_grad():
        search.objectives()  # of the last step
    return Projection(
        style=search.style.numpy(),
        samples=search.samples(),
        settings=settings,
        loss=search.best,
        losses=tuple(search.losses),
        seconds=time.monotonic() - began,
        interrupted=interrupt.asked,
    )


class _Search:
    """Where a search for a style is.

    Attributes:
        away: starts x style_dim, from the mean style in standard deviations: what is searched.
        losses: the least distance, each time that it was looked at.
        best: the least of them, infinite if there are none.
        style: whose it is.
    """

    def __init__(
        self, picture: Picture, path: Path, settings: ProjectSettings, label: Label
    ) -> None:
        self.settings = settings
        self.network = load_generator(path)[0].requires_grad_(False)
        shape, forger = self.network.shape, Generator.load(path)
        self.target = Fit(shape.height, shape.width, shape.channels)(picture)[0]
        latents = draw(settings.seed, CANDIDATES, forger.latent_dim)
        labels = forger.labels(CANDIDATES, label)
        self.distance = _Distance(_floats(self.target), settings.pixel_weight)
        styles = torch.from_numpy(forger.styles(latents, labels))
        self.center, self.spread = styles.mean(0), torch.from_numpy(forger.spread(label))
        with torch.no_grad():
            far = torch.cat(
                [self.distance(self.network.synthesis(s)) for s in styles.chunk(CHUNKS)]
            )
        nearest = far.argsort()[: settings.starts - 1]
        begins = torch.cat([self.center[None], styles[nearest]])
        self.away = ((begins - self.center) / self.spread.clamp(min=STILL)).requires_grad_()
        self.losses: list[float] = []
        self.best, self.style, self.made = float("inf"), self.center, _floats(self.target)

    def objectives(self) -> Tensor:
        """How far each is from the target, and from the mean."""
        styles = self.center + self.away * self.spread
        made = self.network.synthesis(styles)
        far = self.distance(made)
        nearest = int(far.argmin())
        self.losses.append(far[nearest].item())
        if self.losses[-1] < self.best:
            self.best = self.losses[-1]
            self.style, self.made = styles[nearest].detach(), made[nearest : nearest + 1].detach()
        return far + self.settings.mean_weight * self.away.square().mean(1)

    def samples(self) -> Samples:
        """The target, and the nearest of all that were seen."""
        made = to_bytes(self.made.numpy())
        return Samples(np.stack([self.target, made[0]]), columns=2)


class _Distance:
    """How far pictures are from one."""

    def __init__(self, target: Tensor, pixel_weight: float) -> None:
        self.vgg, self.pixel_weight = load_vgg("vgg16"), pixel_weight
        sides = target.shape[2:]
        self.size = [round(side * max(1.0, SEEN / min(sides))) for side in sides]
        self.target, self.features = target, self._features(target)

    def __call__(self, pictures: Tensor) -> Tensor:
        """Of each of N x C x H x W."""
        far = self.pixel_weight * (pictures - self.target).square().mean((1, 2, 3))
        for found, wanted in zip(self._features(pictures), self.features, strict=True):
            far = far + (found - wanted).square().sum(1).mean((1, 2))
        return far

    def _features(self, pictures: Tensor) -> list[Tensor]:
        """Of length 1 at each place."""
        seen = pictures.expand(-1, 3, -1, -1)
        if seen.shape[2:] != torch.Size(self.size):
            seen = F.interpolate(seen, self.size, mode="bilinear")
        features = self.vgg(seen, LAYERS)
        return [F.normalize(features[layer], dim=1) for layer in LAYERS]


def _floats(pixels: NDArray[np.uint8]) -> Tensor:
    """H x W x C to 1 x C x H x W in [0, 1]."""
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
