"""Masks: pictures whose colours say which part of the photo is painted by which painting."""

from dataclasses import dataclass

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture
from zeuxis.images.masks import LEAST_SHARE, SAME, labelled, nearest


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
    labels, colors = labelled(photo_mask)
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


def _matching(mask: Picture, colors: np.ndarray) -> dict[int, np.ndarray | None]:
    """For each of `colors` that a painting's mask has, where."""
    labels = nearest(mask.pixels, colors)
    parts: dict[int, np.ndarray | None] = {}
    for number, color in enumerate(colors):
        near = np.linalg.norm(mask.pixels - color, axis=2) <= SAME
        part = ((labels == number) & near).astype(np.float32)
        if part.mean() >= LEAST_SHARE:
            parts[number] = part
    return parts


def _name(color: np.ndarray) -> str:
    return "#" + "".join(f"{round(v * 255):02x}" for v in color)
