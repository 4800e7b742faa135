"""What a model is taught: the styles of its paintings, on random crops of photographs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from zeuxis.data import Crops
from zeuxis.perception.vgg import load_vgg
from zeuxis.style.model import StyleModel
from zeuxis.style.training.objective import Objective
from zeuxis.style.training.paintings import grams_of
from zeuxis.style.training.settings import StyleTrainSettings
from zeuxis.training.precision import device_for, precision_for

READ_AT = 1.25  # the photographs' short side over the largest crop's side


@dataclass(frozen=True, eq=False)
class Batch:
    """N photographs, N x 3 x s x s, and for each a style and a size of strokes (indices)."""

    photos: Tensor
    styles: Tensor
    sizes: Tensor


@dataclass(frozen=True, eq=False)
class StyleLesson:
    """The styles of paintings (Johnson et al. 2016), many in one network (Dumoulin et al. 2017).

    Attributes:
        model: what learns them.
        grams: the Gram matrices of the paintings: by layer, styles x sizes x C x C.
        crops: photographs.
        objective: what painted photographs cost.
        settings: the knobs.
        precision: of the network's numbers.
    """

    model: StyleModel
    grams: Mapping[str, Tensor]
    crops: Crops
    objective: Objective
    settings: StyleTrainSettings
    precision: torch.dtype

    def batch(self, step: int, steps: int) -> Batch:
        """The batch of a step. Styles take turns in shuffled order, so that all are seen equally often."""
        rng = np.random.default_rng([self.settings.seed, step])
        photos = photos_of(step, steps, rng, self.crops, self.settings)
        count, styles = len(photos), len(self.model.styles)
        turns = range(step * count, (step + 1) * count)
        chosen = [_turn(turn, styles, self.settings.seed) for turn in turns]
        sizes = rng.integers(len(self.settings.style_sizes), size=count)
        device = self.objective.vgg.mean.device
        return Batch(
            photos.to(device),
            torch.tensor(chosen, device=device),
            torch.from_numpy(sizes).to(device),
        )

    def turns(self, batch: Batch) -> Iterator[dict[str, Tensor]]:
        """Content, style and roughness of the painted photos, and what giving one back costs."""
        strokes = batch.sizes.float() / max(len(self.settings.style_sizes) - 1, 1)
        with at_precision(batch.photos, self.precision):
            painted = self.model(batch.photos, batch.styles, strokes)
        wanted = {layer: grams[batch.styles, batch.sizes] for layer, grams in self.grams.items()}
        losses = self.objective(painted, batch.photos, wanted)
        plain = self.model.plain
        if plain is not None and plain.requires_grad and self.settings.plain_weight > 0:
            gap = plain_loss(self.model.network, plain, batch.photos[:1], self.precision)
            losses["plain"] = self.settings.plain_weight * gap
        yield losses


def lesson_of(
    model: StyleModel, paintings: Sequence[Path], content: Path, settings: StyleTrainSettings
) -> StyleLesson:
    """The lesson of some paintings.

    Args:
        model: with a style for each painting; it is brought to the device of the settings.
        paintings: picture files.
        content: a folder of photographs.
        settings: the knobs.

    Raises:
        ZeuxisError: for paintings, photographs, a device or a VGG that cannot be used.
    """
    objective, precision = eyes(settings)
    crops = Crops(content, round(READ_AT * max(settings.crop_sizes)))
    grams = grams_of(paintings, objective, settings)
    model.to(objective.vgg.mean.device)
    return StyleLesson(model, grams, crops, objective, settings, precision)


def eyes(settings: StyleTrainSettings) -> tuple[Objective, torch.dtype]:
    """The objective of the settings, where they want it, and the precision to compute at.

    Raises:
        ZeuxisError: for a device or a VGG that there is not.
    """
    device = device_for(settings.device)
    precision = precision_for(settings.precision, device)
    vgg = load_vgg(settings.vgg, device=str(device))
    return Objective(vgg if precision == torch.float32 else vgg.at(precision), settings), precision


@torch.no_grad()
def begin_from(known: StyleModel, lesson: StyleLesson) -> None:
    """Give a lesson's model the network of another, and every style its rows by that name or the nearest."""
    model, names = lesson.model, [style["name"] for style in known.styles]
    model.network.load_state_dict(known.network.state_dict())
    if model.rows is None or model.plain is None:
        return
    assert known.rows is not None and known.plain is not None
    model.plain.copy_(known.plain)
    for number, style in enumerate(model.styles):
        same = style["name"] in names
        place = names.index(style["name"]) if same else nearest(known, lesson, number)
        model.rows[number] = known.rows[place].to(model.rows)


@torch.no_grad()
def nearest(known: StyleModel, lesson: StyleLesson, number: int) -> int:
    """Which of its styles makes a model paint most like the painting of a lesson's style."""
    photos = lesson.batch(0, 1).photos
    one = torch.ones(len(photos), dtype=torch.long, device=photos.device)
    middle = len(lesson.settings.style_sizes) // 2
    wanted = {layer: grams[number * one, middle * one] for layer, grams in lesson.grams.items()}
    known, losses = known.to(photos.device), []
    for style in range(len(known.styles)):
        painted = known(photos, style * one, 0.5 * one)
        losses.append(lesson.objective(painted, photos, wanted)["style"].item())
    return min(range(len(losses)), key=losses.__getitem__)


def photos_of(
    step: int, steps: int, rng: np.random.Generator, crops: Crops, settings: StyleTrainSettings
) -> Tensor:
    """The photographs of a step, channels last: small crops first, larger ones later."""
    sides = settings.crop_sizes
    side = sides[min(step * len(sides) // steps, len(sides) - 1)]
    photos = [crops.draw(rng, side, settings.zoom) for _ in range(settings.batch_size)]
    return torch.from_numpy(np.stack(photos)).contiguous(memory_format=torch.channels_last)


def plain_loss(network: nn.Module, plain: Tensor, photos: Tensor, precision: torch.dtype) -> Tensor:
    """How far from N photos is what the network paints with the row that should give them back."""
    with at_precision(photos, precision):
        given_back: Tensor = network(photos, plain.expand(len(photos), -1))
        return (given_back - photos).abs().mean()


def at_precision(pictures: Tensor, precision: torch.dtype) -> torch.autocast:
    """Networks in this block compute at a precision, where they can."""
    return torch.autocast(pictures.device.type, precision, enabled=precision != torch.float32)


def _turn(turn: int, styles: int, seed: int) -> int:
    """Whose turn it is: every style once in each round, in an order of the round's own."""
    round_, place = divmod(turn, styles)
    return int(np.random.default_rng([seed, round_, 1]).permutation(styles)[place])
