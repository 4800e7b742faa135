"""What a model that paints like any picture is taught: styles of parts of paintings, never the same twice."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from zeuxis.data import Crops
from zeuxis.perception.grams import gram
from zeuxis.style.model import StyleModel, halved
from zeuxis.style.networks.fresco import Fresco
from zeuxis.style.networks.predictor import LAYERS, Predictor, description
from zeuxis.style.training.any_settings import AnyTrainSettings
from zeuxis.style.training.lessons import at_precision, photos_of, plain_loss
from zeuxis.style.training.objective import Objective
from zeuxis.style.training.widening import widened

ZOOM = 1.5  # a part of a painting is enlarged at most so many times
DESCRIBED = 128  # parts of paintings that descriptions are centred on


class AnyModel(nn.Module):
    """A network that paints, a network that reads styles, and the row that gives back the photo."""

    def __init__(self, network: Fresco, predictor: Predictor, plain: Tensor) -> None:
        super().__init__()
        self.network, self.predictor = network, predictor
        self.plain = nn.Parameter(plain.detach().clone())

    @classmethod
    def from_styles(cls, known: StyleModel, hidden: int, seed: int) -> "AnyModel":
        """With the network of trained styles; every picture then is read as the mean of them."""
        assert isinstance(known.network, Fresco) and known.plain is not None
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            predictor = Predictor(known.network.row_length, hidden)
        return cls(known.network, predictor, known.plain)

    def tensors(self) -> dict[str, np.ndarray]:
        """What goes into a model file, at half precision."""
        return halved(self)


@dataclass(frozen=True, eq=False)
class AnyBatch:
    """N photographs, N x 3 x s x s, and the paintings to paint them after, N x 3 x t x t."""

    photos: Tensor
    paintings: Tensor


@dataclass(frozen=True, eq=False)
class AnyLesson:
    """Any style.

    Attributes:
        model: what learns.
        paintings: parts of them are what styles are read from.
        crops: photographs.
        objective: what painted photographs cost.
        settings: the knobs.
        precision: of the painting network's numbers.
    """

    model: AnyModel
    paintings: Crops
    crops: Crops
    objective: Objective
    settings: AnyTrainSettings
    precision: torch.dtype

    def batch(self, step: int, steps: int) -> AnyBatch:
        """The batch of a step."""
        rng = np.random.default_rng([self.settings.seed, step])
        device = self.objective.vgg.mean.device
        photos = photos_of(step, steps, rng, self.crops, self.settings)
        return AnyBatch(photos.to(device), self._paintings(rng, len(photos)).to(device))

    def turns(self, batch: AnyBatch) -> Iterator[dict[str, Tensor]]:
        """Content, style and roughness of the painted photos, and what giving one back costs."""
        with torch.no_grad():
            read = self.objective.see(batch.paintings, {*LAYERS, *self.settings.style_layers})
            wanted = {layer: gram(read[layer]) for layer in self.settings.style_layers}
        rows = self.model.predictor(read)
        with at_precision(batch.photos, self.precision):
            painted = self.model.network(batch.photos, rows)
        losses = self.objective(painted, batch.photos, wanted)
        if self.settings.plain_weight > 0:
            model, photo = self.model, batch.photos[:1]
            gap = plain_loss(model.network, model.plain, photo, self.precision)
            losses["plain"] = self.settings.plain_weight * gap
        yield losses

    @torch.no_grad()
    def begin(self, row: Tensor) -> None:
        """Centre descriptions on some parts of paintings, and predict `row` for all of them at first."""
        rng = np.random.default_rng([self.settings.seed, 2**31])
        found = []
        for _ in range(DESCRIBED // 4):
            paintings = self._paintings(rng, 4).to(self.objective.vgg.mean.device)
            found.append(description(self.objective.see(paintings, set(LAYERS))))
        self.model.predictor.begin(torch.cat(found), row)

    def _paintings(self, rng: np.random.Generator, count: int) -> Tensor:
        drawn = [self._painting(rng) for _ in range(count)]
        return torch.from_numpy(np.stack(drawn)).contiguous(memory_format=torch.channels_last)

    def _painting(self, rng: np.random.Generator) -> np.ndarray:
        settings = self.settings
        source = self.crops if rng.random() < settings.photo_share else self.paintings
        shrink = max(1.0, source.short_side / settings.style_crop)
        drawn = source.draw(rng, settings.style_crop, ZOOM, shrink)
        return widened(drawn, rng, settings.recolor)
