"""The loss of a picture and its gradient: Gatys et al. 2016, equation 7, with total variation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.painting.balance import BALANCE, CONTENT_BALANCE, TV_BALANCE
from zeuxis.painting.settings import PaintSettings
from zeuxis.perception.distances import DISTANCES, Distance
from zeuxis.perception.losses import positions, total_variation
from zeuxis.perception.statistics import STATISTICS, Statistic
from zeuxis.perception.streaming import BYTES_PER_PIXEL, Reading, look, see
from zeuxis.perception.vgg import VGG


@dataclass(frozen=True, eq=False)
class StyleSource:
    """A painting to take a style from.

    Attributes:
        picture: 1 x 3 x H x W, RGB, [0, 1].
        weight: beside the other paintings of the same region.
        regions: for each region of the photo that it paints, the part of this painting to look at
            (H x W, in [0, 1]; None for all of it).
    """

    picture: Tensor
    weight: float = 1.0
    regions: Mapping[int, Tensor | None] = field(default_factory=lambda: {0: None})


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a picture costs.

    Attributes:
        loss: the weighted sum.
        gradient: of the loss, with the picture's shape.
        parts: the weighted losses that it sums, by name.
    """

    loss: float
    gradient: Tensor
    parts: dict[str, float]

    @property
    def finite(self) -> bool:
        """Whether the loss and all of the gradient are numbers."""
        flat = self.gradient.reshape(-1)
        squares = torch.dot(
            flat, flat
        ).item()  # not finite if any is not, or too large to go on with
        return math.isfinite(self.loss) and math.isfinite(squares)


@dataclass(frozen=True, eq=False)
class _Term:
    """One weighted loss of what one reading read."""

    name: str
    weight: float
    reading: int
    target: Tensor | None  # of a style; None for content, whose reading is a distance already


class Objective:
    """The loss of any picture of one size, for one photograph and its styles.

    Args:
        vgg: the network that sees.
        photo: 1 x 3 x H x W, RGB, [0, 1].
        styles: the paintings.
        settings: weights, layers, statistic, distance, `max_memory`, seed.
        regions: where in the photo each region is, H x W in [0, 1] each; None for one region, all of it.

    Raises:
        ZeuxisError: for a layer the network lacks, or weights that do not match the layers.
    """

    def __init__(
        self,
        vgg: VGG,
        photo: Tensor,
        styles: Sequence[StyleSource],
        settings: PaintSettings,
        regions: Sequence[Tensor] | None = None,
    ) -> None:
        self.vgg, self.settings = vgg, settings
        self.distance = DISTANCES.get(settings.distance)
        self.statistic = STATISTICS.get(settings.statistic)
        self.readings: list[Reading] = []
        self.terms: list[_Term] = []
        self.whole = self._fits(photo)
        if settings.content_weight > 0:
            self._add_content(photo)
        if settings.style_weight > 0:
            for number, region in enumerate(regions or [None]):
                self._add_region(number, region, photo, styles)

    def __call__(self, picture: Tensor) -> Evaluation:
        """Loss, gradient and parts of `picture`, 1 x 3 x H x W."""
        roughness, gradient = self._roughness(picture)  # first: what it takes is given back
        read, pullback = see(self.vgg, picture, self.readings, self.whole)
        leaves = [tensor.requires_grad_(True) for tensor in read]
        parts = {term.name: self._loss(term, leaves) for term in self.terms}
        parts["tv"] = roughness
        loss = torch.stack(list(parts.values())).sum()
        if self.readings:
            gradients = torch.autograd.grad(loss, leaves)
            gradient = (gradient + pullback(gradients)).contiguous()
        return Evaluation(
            loss.item(), gradient, {name: part.item() for name, part in parts.items()}
        )

    def _roughness(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """The weighted total variation, and its gradient."""
        pixels = picture.detach().requires_grad_(True)
        roughness = TV_BALANCE * self.settings.tv_weight * total_variation(pixels)
        return roughness.detach(), torch.autograd.grad(roughness, pixels)[0]

    def _loss(self, term: _Term, read: Sequence[Tensor]) -> Tensor:
        value = read[term.reading]
        if term.target is None:
            return term.weight * self.distance.finish(value)
        return term.weight * self.statistic.distance(value, term.target, self.settings.distance)

    def _add_content(self, photo: Tensor) -> None:
        layers = self.settings.content_layers
        weights = _layer_weights(
            self.settings.content_layer_weights, "content", layers, [1.0] * len(layers)
        )
        copies = [Reading(layer, _rows_first, additive=False) for layer in layers]
        targets = look(self.vgg, photo, copies, self.whole)
        scale = CONTENT_BALANCE[self.settings.distance] * self.settings.content_weight
        for layer, weight, target in zip(layers, weights, targets, strict=True):
            self.terms.append(_Term(f"content {layer}", scale * weight, len(self.readings), None))
            self.readings.append(Reading(layer, _ContentReader(self.distance, target)))

    def _add_region(
        self, number: int, region: Tensor | None, photo: Tensor, styles: Sequence[StyleSource]
    ) -> None:
        sources = [style for style in styles if number in style.regions]
        total = sum(style.weight for style in sources)
        layers = self.settings.style_layers
        channels = [self.vgg.channels(layer) for layer in layers]
        default = [self.statistic.layer_weight(c) for c in channels]
        asked = _layer_weights(self.settings.style_layer_weights, "style", layers, default)
        weights = dict(zip(layers, asked, strict=True))
        scale = BALANCE[self.settings.statistic][self.settings.distance]
        scale *= self.settings.style_weight
        if region is not None:  # a region counts by its share of the picture
            scale *= float(region.mean())
        where = f" region {number + 1}" if region is not None else ""
        readers = [self._style_reader(layer, photo, region) for layer in layers]
        first = len(self.readings)
        at: dict[str, int] = {}
        for layer, reader in zip(layers, readers, strict=True):
            if reader is not None:
                at[layer] = first + len(at)
                self.readings.append(reader)
        for index, style in enumerate(sources):
            which = f" painting {index + 1}" if len(sources) > 1 else ""
            for layer, target in self._targets(layers, style, number).items():
                if layer in at:
                    share = scale * weights[layer] * style.weight / total
                    name = f"style {layer}{where}{which}"
                    self.terms.append(_Term(name, share, at[layer], target))

    def _targets(self, layers: Sequence[str], style: StyleSource, number: int) -> dict[str, Tensor]:
        """What a painting's layers hold for a region, all read in one pass."""
        readers = [
            self._style_reader(layer, style.picture, style.regions[number]) for layer in layers
        ]
        present = [reader for reader in readers if reader is not None]
        read = look(self.vgg, style.picture, present, self._fits(style.picture))
        return {reader.layer: target for reader, target in zip(present, read, strict=True)}

    def _style_reader(self, layer: str, picture: Tensor, mask: Tensor | None) -> Reading | None:
        """How to read a style from a layer of `picture`; None where the mask leaves nothing."""
        size = self.vgg.size(layer, picture.shape[-2], picture.shape[-1])
        if mask is not None:
            mask = F.adaptive_avg_pool2d(mask[None, None], size)[0, 0]
            if float(mask.max()) < 0.5:
                return None
        if self.statistic.samples is None:
            return Reading(layer, _MomentReader(self.statistic, mask))
        chosen = torch.arange(size[0] * size[1]) if mask is None else _inside(mask)
        generator = torch.Generator().manual_seed(self.settings.seed)
        order = torch.randperm(len(chosen), generator=generator)[: self.statistic.samples]
        sampled = chosen[order].sort().values.to(picture.device)
        return Reading(layer, _SampleReader(self.statistic, sampled), additive=False)

    def _fits(self, picture: Tensor) -> bool:
        needed = BYTES_PER_PIXEL * picture.shape[-2] * picture.shape[-1]
        return needed <= (self.settings.max_memory - 0.6) * 1e9  # torch and the weights take 0.6 GB


@dataclass(frozen=True, eq=False)
class _ContentReader:
    """The mean gap of features to the photo's; summed over the pieces of a layer."""

    distance: Distance
    target: Tensor  # H x C x W

    def __call__(self, features: Tensor, top: int) -> Tensor:
        target = self.target[top : top + features.shape[2]].transpose(0, 1)[None]
        return self.distance.gap(features - target).sum() / self.target.numel()


@dataclass(frozen=True, eq=False)
class _MomentReader:
    statistic: Statistic
    mask: Tensor | None  # h x w of the layer

    def __call__(self, features: Tensor, top: int) -> Tensor:
        mask = None if self.mask is None else self.mask[top : top + features.shape[2]].reshape(-1)
        return self.statistic.summary(positions(features), mask)


@dataclass(frozen=True, eq=False)
class _SampleReader:
    statistic: Statistic
    sampled: Tensor  # positions in the layer, ascending

    def __call__(self, features: Tensor, top: int) -> Tensor:
        width, height = features.shape[3], features.shape[2]
        here = self.sampled[(self.sampled >= top * width) & (self.sampled < (top + height) * width)]
        return self.statistic.summary(positions(features)[here - top * width], None)


def _rows_first(features: Tensor, top: int) -> Tensor:
    """1 x C x H x W to H x C x W, so that pieces can be joined row by row."""
    del top
    return features[0].transpose(0, 1).clone()


def _inside(mask: Tensor) -> Tensor:
    return (mask.reshape(-1) >= 0.5).nonzero()[:, 0].cpu()


def _layer_weights(
    asked: tuple[float, ...] | None, what: str, layers: Sequence[str], default: Sequence[float]
) -> list[float]:
    """The weights of the layers: as asked, or the default ones with a sum of 1."""
    if asked is None:
        return [weight / sum(default) for weight in default]
    if len(asked) != len(layers):
        raise ZeuxisError(
            f"{what} has {len(layers)} layers and {len(asked)} layer weights: give one weight a layer"
        )
    return list(asked)
