"""The style of a real picture, by optimisation (Abdal et al. 2019; Karras et al. 2020, appendix D).

Needs torch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from zeuxis.data.fitting import Fit
from zeuxis.errors import ZeuxisError
from zeuxis.gan.finding import model_file
from zeuxis.gan.forger import Generator, Label
from zeuxis.gan.latents import draw
from zeuxis.gan.model import load_generator
from zeuxis.gan.samples import Samples, to_bytes
from zeuxis.images import Picture
from zeuxis.images.sources import as_picture
from zeuxis.perception.vgg import load_vgg
from zeuxis.training import Interrupt

LAYERS = ("relu1_2", "relu2_2", "relu3_3")
SEEN = 64  # pixels of the shorter side, at least, that features are taken of
CANDIDATES = 128  # samples among which to look for where to start
RATE = 0.1  # of Adam, in standard deviations of styles
PIXELS = 1.0  # weight of the pixels' distance beside the features'
CHUNKS = 8  # in which they are looked at
STILL = 1e-8  # a standard deviation below which a number of styles does not vary
CLOSE = 0.01  # weight of how far the style is from the mean, in standard deviations

Progress = Callable[[int, int, float], None]  # steps taken, of how many, and the least loss


@dataclass(frozen=True, eq=False)
class Projection:
    """What a generator makes of a real picture.

    Attributes:
        style: style_dim numbers.
        samples: the picture as the generator was shown it, and what it makes of it: 2 x H x W x C.
        loss: distance of the two.
        interrupted: whether Ctrl-C ended it early.
    """

    style: NDArray[np.float32]
    samples: Samples
    loss: float
    interrupted: bool


def project(
    picture: Any,
    source: str | Path,
    *,
    steps: int = 200,
    starts: int = 4,
    label: Label = None,
    progress: Progress | None = None,
) -> Projection:
    """Find the style whose picture is nearest to a real one.

    Starts are the mean style and the nearest of 128 samples; all are followed, and the best is kept. Pictures
    are compared by VGG-16's features, of length 1 at each place (Zhang et al. 2018, equation 1, all channels
    alike), and by their pixels. Styles are kept near their mean, where the generator knows what it makes.

    Args:
        picture: in any form that `zeuxis.images.sources.as_picture` takes; its middle is taken, in the
            generator's size.
        source: a run, a model file or a name, as for `zeuxis.Generator.load`.
        steps: of Adam.
        starts: how many, the mean included.
        label: the class, which then stays; None to look among all.
        progress: called after each step. Ctrl-C ends the search with what was found.

    Raises:
        ZeuxisError: if one of the two cannot be read, or for fewer than one step or start.
    """
    if min(steps, starts) < 1:
        raise ZeuxisError("steps and starts are counted from 1: ask for one or more of each")
    path = model_file(source)
    search = _Search(as_picture(picture), path, starts, label)
    optimizer = torch.optim.Adam([search.away], RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    with Interrupt() as interrupt:
        for step in range(1, steps + 1):
            optimizer.zero_grad()
            search.losses().sum().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            if progress is not None:
                progress(step, steps, search.best)
            if interrupt.asked:
                break
    with torch.no_grad():
        search.losses()  # of the last step
    return search.result(interrupt.asked)


class _Search:
    """Where a search for a style is.

    Attributes:
        away: starts x style_dim, from the mean style in standard deviations: what is searched.
        best: the least distance so far.
    """

    def __init__(self, picture: Picture, path: Path, starts: int, label: Label) -> None:
        self.network = load_generator(path)[0].requires_grad_(False)
        shape, forger = self.network.shape, Generator.load(path)
        self.target = Fit(shape.height, shape.width, shape.channels)(picture)[0]
        self.distance = _Distance(_floats(self.target))
        latents, labels = draw(0, CANDIDATES, forger.latent_dim), forger.labels(CANDIDATES, label)
        styles = torch.from_numpy(forger.styles(latents, labels))
        self.center, self.spread = styles.mean(0), torch.from_numpy(forger.spread(label))
        with torch.no_grad():
            far = torch.cat(
                [self.distance(self.network.synthesis(s)) for s in styles.chunk(CHUNKS)]
            )
        nearest = far.argsort()[: starts - 1]
        begins = torch.cat([self.center[None], styles[nearest]])
        self.away = ((begins - self.center) / self.spread.clamp(min=STILL)).requires_grad_()
        self.best, self.style, self.made = float("inf"), self.center, _floats(self.target)

    def losses(self) -> Tensor:
        """How far each is from the target, and from the mean."""
        styles = self.center + self.away * self.spread
        made = self.network.synthesis(styles)
        far = self.distance(made)
        nearest = int(far.argmin())
        if far[nearest] < self.best:
            self.best = far[nearest].item()
            self.style, self.made = styles[nearest].detach(), made[nearest : nearest + 1].detach()
        return far + CLOSE * self.away.square().mean(1)

    def result(self, interrupted: bool) -> Projection:
        """The nearest of all that were seen."""
        made = to_bytes(self.made.numpy())
        samples = Samples(np.stack([self.target, made[0]]), columns=2)
        return Projection(self.style.numpy(), samples, self.best, interrupted)


class _Distance:
    """How far pictures are from one."""

    def __init__(self, target: Tensor) -> None:
        self.vgg = load_vgg("vgg16")
        sides = target.shape[2:]
        self.size = [round(side * max(1.0, SEEN / min(sides))) for side in sides]
        self.target, self.features = target, self._features(target)

    def __call__(self, pictures: Tensor) -> Tensor:
        """Of each of N x C x H x W."""
        far = PIXELS * (pictures - self.target).square().mean((1, 2, 3))
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
