"""Masks: pictures whose colours say which part of the photo is painted by which painting."""

from dataclasses import dataclass

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture

LEAST_SHARE = 0.002  # of a mask: a colour with less is an edge between two others
MOST_COLORS = 16
SAME = 0.25  # distance in RGB up to which two masks mean the same colour


@dataclass(frozen=True, eq=False)
class Regions:
    """Where in the photo each region is, and where in each painting its style comes from.

    Attributes:
        photo: one H x W array of 0 and 1 for each region, at the mask's own size.
        paintings: for each painting, by region, the same for the painting (None: all of it).
    """

    photo: list[np.ndarray]
    paintings: list[dict[int, np.ndarray | None]]


def read_regions(photo_mask: Picture, style_masks: list[Picture], paintings: int) -> Regions:
    """Regions from the mask of a photo and, if there are any, one mask for each painting.

    Without style masks the colours of the photo's mask, from dark to light, go to the paintings in their
    order: black to the first, white to the second. With them, a colour of the photo's mask takes its style
    from the parts of the paintings that have the same colour.

    Raises:
        ZeuxisError: when colours and paintings do not match.
    """
    labels, colors = _labels(photo_mask)
    photo = [(labels == k).astype(np.float32) for k in range(len(colors))]
    if not style_masks:
        if len(colors) != paintings:
            raise ZeuxisError(
                f"the mask has {len(colors)} colours and there are {paintings} paintings: give one "
                "painting for each colour, or a style mask for each painting"
            )
        return Regions(photo, [{k: None} for k in range(paintings)])
    if len(style_masks) != paintings:
        raise ZeuxisError(
            f"there are {len(style_masks)} style masks and {paintings} paintings: give one for each"
        )
    found = [_matching(mask, colors) for mask in style_masks]
    for number, color in enumerate(colors):
        if not any(number in parts for parts in found):
            raise ZeuxisError(
                f"no style mask has the colour {_name(color)} of the photo's mask: paint the part of a "
                "painting that this region takes its style from in that colour"
            )
    return Regions(photo, found)


def _labels(mask: Picture) -> tuple[np.ndarray, np.ndarray]:
    """The number of its colour for each pixel, and the colours, K x 3, from dark to light."""
    pixels = np.round(mask.pixels * 255).astype(np.int64)
    codes = (pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2]
    known, counts = np.unique(codes, return_counts=True)
    order = np.argsort(-counts)[:MOST_COLORS]
    known = known[order[counts[order] >= LEAST_SHARE * codes.size]]
    colors = np.stack([known >> 16, (known >> 8) & 255, known & 255], axis=1) / 255.0
    colors = _distinct(colors)
    if len(colors) < 2:
        raise ZeuxisError("the mask has one colour only: paint each region in a colour of its own")
    colors = colors[np.argsort(colors.sum(axis=1), kind="stable")]
    return _nearest(mask.pixels, colors), colors


def _distinct(colors: np.ndarray) -> np.ndarray:
    """The commonest of each group of colours that mean the same; a JPEG has many of each."""
    kept: list[np.ndarray] = []
    for color in colors:
        if all(np.linalg.norm(color - other) > SAME for other in kept):
            kept.append(color)
    return np.array(kept)


def _nearest(pixels: np.ndarray, colors: np.ndarray) -> np.ndarray:
    best = np.full(pixels.shape[:2], np.inf)
    labels = np.zeros(pixels.shape[:2], np.int64)
    for number, color in enumerate(colors):
        distance = ((pixels - color) ** 2).sum(axis=2)
        labels[distance < best] = number
        best = np.minimum(best, distance)
    return labels


def _matching(mask: Picture, colors: np.ndarray) -> dict[int, np.ndarray | None]:
    """For each of `colors` that a painting's mask has, where."""
    labels = _nearest(mask.pixels, colors)
    parts: dict[int, np.ndarray | None] = {}
    for number, color in enumerate(colors):
        near = np.linalg.norm(mask.pixels - color, axis=2) <= SAME
        part = ((labels == number) & near).astype(np.float32)
        if part.mean() >= LEAST_SHARE:
            parts[number] = part
    return parts


def _name(color: np.ndarray) -> str:
    return "#" + "".join(f"{round(v * 255):02x}" for v in color)
