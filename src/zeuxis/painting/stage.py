"""One level's stage: every picture of a job at that size, where the painting begins, what it costs."""

import numpy as np
import torch
from torch import Tensor

from zeuxis.images import resize
from zeuxis.painting.levels import SMALLEST
from zeuxis.painting.objective import Objective, StyleSource
from zeuxis.painting.settings import PaintSettings
from zeuxis.painting.sources import Sources
from zeuxis.perception.vgg import VGG

NUDGE = 0.02  # standard deviation, in units of the picture's range


def first_canvas(sources: Sources, settings: PaintSettings, size: tuple[int, int]) -> np.ndarray:
    """What the first level begins with, 1 x 3 x H x W."""
    if sources.start is not None:
        return resize(sources.start, size)
    if settings.start == "noise":
        noise = np.random.default_rng(settings.seed).normal(0.5, 0.1, (1, 3, *size))
        return np.clip(noise, 0, 1).astype(np.float32)
    if settings.start == "style":
        return resize(sources.styles[0], size)
    photo = resize(sources.photo, size)
    if settings.distance == "rmse":
        # The photo is the tip of the content loss's cone, from which every small step leads up.
        photo += (
            np.random.default_rng(settings.seed).normal(0, NUDGE, photo.shape).astype(np.float32)
        )
    return photo


def objective_at(
    size: tuple[int, int], vgg: VGG, sources: Sources, settings: PaintSettings
) -> Objective:
    """The loss of pictures of `size` (height, width)."""
    styles = []
    for number, (style, weight) in enumerate(zip(sources.styles, sources.weights, strict=True)):
        picture = _scaled(style, max(size) * settings.style_scale)
        parts = {0: None} if sources.regions is None else sources.regions.paintings[number]
        masks = {
            k: None if part is None else to_tensor(resize(part, picture.shape[2:]), vgg)
            for k, part in parts.items()
        }
        styles.append(StyleSource(to_tensor(picture, vgg), weight, masks))
    regions = None
    if sources.regions is not None:
        regions = [to_tensor(resize(region, size), vgg) for region in sources.regions.photo]
    return Objective(vgg, to_tensor(resize(sources.photo, size), vgg), styles, settings, regions)


def to_tensor(array: np.ndarray, vgg: VGG) -> Tensor:
    """The array as a tensor where the network is."""
    return torch.from_numpy(np.ascontiguousarray(array)).to(vgg.mean.device)


def to_array(picture: Tensor) -> np.ndarray:
    """The tensor as an array."""
    array: np.ndarray = picture.cpu().numpy()
    return array


def _scaled(picture: np.ndarray, longest: float) -> np.ndarray:
    """A painting with its longest side of so many pixels, and none too short for the network."""
    height, width = picture.shape[2:]
    factor = longest / max(height, width)
    size = max(round(height * factor), SMALLEST), max(round(width * factor), SMALLEST)
    return resize(picture, size)
