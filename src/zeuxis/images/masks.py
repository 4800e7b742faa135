"""Masks: pictures whose colours say which part of a photo is which."""

from __future__ import annotations

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images.picture import Picture

LEAST_SHARE = 0.002  # of a mask: a colour with less is an edge between two others
MOST_COLORS = 16
SAME = 0.25  # distance in RGB up to which two masks mean the same colour


def labelled(mask: Picture) -> tuple[np.ndarray, np.ndarray]:
    """The number of its colour for each pixel, and the colours, K x 3, from dark to light.

    Raises:
        ZeuxisError: the mask has one colour only.
    """
    pixels = mask.bytes.astype(np.int64)
    codes = (pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2]
    known, counts = np.unique(codes, return_counts=True)
    order = np.argsort(-counts)[:MOST_COLORS]
    known = known[order[counts[order] >= LEAST_SHARE * codes.size]]
    colors = np.stack([known >> 16, (known >> 8) & 255, known & 255], axis=1) / 255.0
    colors = _distinct(colors)
    if len(colors) < 2:
        raise ZeuxisError("the mask has one colour only: paint each region in a colour of its own")
    colors = colors[np.argsort(colors.sum(axis=1), kind="stable")]
    return nearest(mask.pixels, colors), colors


def nearest(pixels: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """For each pixel the number of the colour that is nearest, H x W."""
    best = np.full(pixels.shape[:2], np.inf)
    labels = np.zeros(pixels.shape[:2], np.int64)
    for number, color in enumerate(colors):
        distance = ((pixels - color) ** 2).sum(axis=2)
        labels[distance < best] = number
        best = np.minimum(best, distance)
    return labels


def _distinct(colors: np.ndarray) -> np.ndarray:
    """The commonest of each group of colours that mean the same; a JPEG has many of each."""
    kept: list[np.ndarray] = []
    for color in colors:
        if all(np.linalg.norm(color - other) > SAME for other in kept):
            kept.append(color)
    return np.array(kept)
