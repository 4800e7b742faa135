"""A generator whose pictures one can work out: styles are latents, moved by class; pictures are styles."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from zeuxis.gan.engines import Parts
from zeuxis.gan.forger import Generator
from zeuxis.models import Card

SIDE = 4
DIM = SIDE * SIDE  # of latents and styles, and pixels of a picture
CLASSES = ["boot", "bag"]


class StandIn(Parts):
    """Style = latent times `scales`, and plus 1 for a boot, minus 1 for a bag; pixel = 0.5 + style / 20."""

    def __init__(self, classes: list[str], scales: np.ndarray) -> None:
        shape = {"height": SIDE, "width": SIDE, "channels": 1, "classes": len(classes)}
        extra = {"shape": shape | {"latent_dim": DIM}, "classes": classes}
        self.card, self.path = Card("plain", "generator", extra=extra), Path("stand-in.safetensors")
        self.scales = scales.astype(np.float32)
        moves = np.array([[1.0], [-1.0]] if classes else [[0.0]], np.float32)
        self.style_mean = np.repeat(moves, DIM, axis=1)

    def styles(self, latents, labels, psi):  # type: ignore[no-untyped-def]
        mean = self.style_mean[0 if labels is None else labels]
        return mean + np.float32(psi) * latents * self.scales

    def synthesis(self, styles):  # type: ignore[no-untyped-def]
        return (0.5 + styles / 20).reshape(-1, 1, SIDE, SIDE)


def stand_in(classes: list[str] | None = None, scales: np.ndarray | None = None) -> Generator:
    return Generator(StandIn(classes or [], np.ones(DIM) if scales is None else scales))
