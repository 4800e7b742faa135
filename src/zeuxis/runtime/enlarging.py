"""Load a network that makes pictures larger, and enlarge with it: tile by tile, without a seam."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load
from zeuxis.runtime.memory import MAX_MEMORY, PROCESS_BYTES
from zeuxis.runtime.pixels import Continued, Floats, Pixels, check, put
from zeuxis.runtime.plan import PICTURE, WHOLE, Borders
from zeuxis.runtime.sessions import Session, Sessions, default_threads

ENLARGED = "enlarged"  # the output's name in the graph
SHARP = "sharp."  # before the name of a weight: the same weight at the sharp end
GRAPH = "graph."  # before the names of tensors that are no weights
MOST_SCALE, MOST_MARGIN, MOST_BYTES = 8, 1024, 1e7  # what a card may say
TILE_BYTES = 512e6, 16e6  # what a tile takes, where there is room, and at least
LEAST_SIDE = 16  # of a tile without its margin, in pixels
OWN_BYTES = 24  # for each pixel made, beside the graph: what it made is checked and rounded

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Tile:
    """Rows `top` to before `bottom` and columns `left` to before `right` of a picture."""

    top: int
    bottom: int
    left: int
    right: int

    def grown(self, margin: int, height: int, width: int) -> Tile:
        """With `margin` more on each side, as far as the picture goes."""
        return Tile(
            max(0, self.top - margin),
            min(height, self.bottom + margin),
            max(0, self.left - margin),
            min(width, self.right + margin),
        )

    def within(self, other: Tile) -> Tile:
        """Where it lies in a tile around it."""
        return Tile(
            self.top - other.top,
            self.bottom - other.top,
            self.left - other.left,
            self.right - other.left,
        )

    def of(self, pixels: Pixels, scale: int = 1) -> Pixels:
        """Its part of a picture enlarged `scale` times, H x W x 3; a view."""
        rows = slice(self.top * scale, self.bottom * scale)
        return pixels[rows, self.left * scale : self.right * scale]


class Enlarger:
    """A network that makes pictures larger. Several threads may enlarge with it at once.

    Args:
        tensors: of the model file: the graph, its weights, and perhaps those of the sharp end.
        card: of the model file.
        path: of the model file, for messages.
        sharpness: from 0, the faithful end, to 1, the sharp one: weights in between are mixed (Wang et al.
            2018, ESRGAN, section 3.4). A network of one end takes no notice.

    Attributes:
        card: what the model file says of itself.
        scale: how many times the sides become.
        margin: pixels beyond a part of the picture that the part's enlargement depends on.

    Raises:
        ZeuxisError: if the file holds no network that can be run.
    """

    def __init__(
        self, tensors: Mapping[str, np.ndarray], card: Card, path: Path, sharpness: float = 0.0
    ) -> None:
        self.card, self.path = card, path
        if WHOLE not in tensors:
            raise ZeuxisError(
                f"{path} is a {card.kind} without a graph that enlarges: give a model that "
                "zeuxis upscale-train made"
            )
        try:
            self.scale: int = _told(card, "scale", int, 1, MOST_SCALE)
            self.margin: int = _told(card, "margin", int, 0, MOST_MARGIN)
            self._bytes: float = _told(card, "bytes", float, 1, MOST_BYTES)
            weights = mixed(tensors, sharpness)
        except ZeuxisError as error:
            raise ZeuxisError(f"cannot use {path}: {error}: get the file anew") from None
        self._sessions = Sessions(tensors[WHOLE], weights)

    def enlarge(
        self,
        pixels: Pixels,
        *,
        threads: int | None = None,
        max_memory: float = MAX_MEMORY,
        progress: Progress | None = None,
    ) -> Pixels:
        """Enlarge a picture, tile by tile: each with its margin, so they fit as if there were none.

        Args:
            pixels: H x W x 3, sRGB: uint8, or float32 in [0, 1].
            threads: how many to compute with; None for `OMP_NUM_THREADS`, or all processors.
            max_memory: bytes that the process should not go over, `pixels` and the enlargement included. At
                least the two, a small tile and the process itself are needed.
            progress: called after each tile with the share that is done, in (0, 1].

        Returns:
            The enlargement, sH x sW x 3, of the type of `pixels`.

        Raises:
            ZeuxisError: if these are no pixels, or the network cannot be run.
        """
        pixels = np.asarray(pixels)
        check(pixels)
        height, width = pixels.shape[:2]
        result = np.empty((self.scale * height, self.scale * width, 3), pixels.dtype)
        left = max_memory - PROCESS_BYTES - pixels.nbytes - result.nbytes
        places = tiles(height, width, self._affordable(left), self.margin)
        try:
            session = self._sessions.on(default_threads() if threads is None else max(1, threads))
            for number, tile in enumerate(places, start=1):
                # Between tiles the session keeps its memory; after the last of many it gives it back.
                self._enlarge(session, pixels, tile, result, number == len(places) > 1)
                if progress is not None:
                    progress(number / len(places))
        except ZeuxisError as error:
            raise ZeuxisError(f"cannot enlarge with {self.path}: {error}") from error
        return result

    def _enlarge(
        self, session: Session, pixels: Pixels, tile: Tile, result: Pixels, is_last: bool
    ) -> None:
        around = tile.grown(self.margin, *pixels.shape[:2])
        part = around.of(pixels)
        height, width = part.shape[:2]
        feed = {PICTURE: Continued(part, Borders()).strip(0, height)}
        (made,) = session.run([ENLARGED], feed, is_last)
        shape = (1, 3, self.scale * height, self.scale * width)
        if made.shape != shape:
            raise ZeuxisError(
                f"its graph gives {made.shape} where its card says {shape}: get the file anew"
            )
        # Rows and columns are the axes of the first plane; `own` is all planes of them.
        own = tile.within(around).of(made[0].transpose(1, 2, 0), self.scale).transpose(2, 0, 1)
        if not np.isfinite(own).all():
            raise ZeuxisError("its graph gives values that are not finite: get the file anew")
        put(np.clip(own, 0.0, 1.0)[None], 0, tile.of(result, self.scale), 0)

    def _affordable(self, left: float) -> int:
        """The pixels of a tile, margin included, for the bytes that are left."""
        most, least = TILE_BYTES
        each = self._bytes + OWN_BYTES * self.scale**2
        return int(min(most, max(least, left)) // each)


def tiles(height: int, width: int, pixels: int, margin: int) -> list[Tile]:
    """A picture cut into as few tiles of about the same size as it takes.

    Args:
        height: of the picture.
        width: of the picture.
        pixels: of a tile with its margins, at most, unless that leaves hardly any for the tile itself.
        margin: around a tile, inside of the picture.

    Returns:
        The tiles without their margins, from the top left to the bottom right.
    """
    tall = min(height, math.isqrt(max(1, pixels)))
    columns = _cut(width, pixels // tall, margin)
    wide = min(width, -(-width // (len(columns) - 1)) + 2 * margin)
    rows = _cut(height, pixels // wide, margin)
    return [
        Tile(top, bottom, left, right)
        for top, bottom in pairwise(rows)
        for left, right in pairwise(columns)
    ]


def mixed(tensors: Mapping[str, np.ndarray], sharpness: float) -> dict[str, Floats]:
    """The weights for a sharpness t, (1 - t) w + t sharp.w (Wang et al. 2018, section 3.4).

    Args:
        tensors: of a model file.
        sharpness: t, from 0 to 1.

    Returns:
        The weights by name, float32.

    Raises:
        ZeuxisError: if they are not finite, or the two ends do not go together.
    """
    plain = {name: each for name, each in tensors.items() if not name.startswith((GRAPH, SHARP))}
    sharp = {n.removeprefix(SHARP): each for n, each in tensors.items() if n.startswith(SHARP)}
    for name, each in tensors.items():
        if not name.startswith(GRAPH) and not _is_weight(each):
            raise ZeuxisError(f"its {name!r} has values that are not finite numbers")
    if not sharp:
        return {name: each.astype(np.float32) for name, each in plain.items()}
    for name in sorted(plain.keys() | sharp.keys()):
        if name not in plain or name not in sharp or plain[name].shape != sharp[name].shape:
            raise ZeuxisError(f"its two ends do not go together at {name!r}")
    share = np.float32(sharpness)
    return {
        name: (1 - share) * each.astype(np.float32) + share * sharp[name].astype(np.float32)
        for name, each in plain.items()
    }


def load_enlarger(path: str | Path, sharpness: float = 0.0) -> Enlarger:
    """The network of a model file that makes pictures larger; `sharpness` as `Enlarger` takes it.

    Raises:
        ZeuxisError: if the file cannot be read, is damaged, or holds no network that can be run.
    """
    tensors, card = load(path)
    return Enlarger(tensors, card, Path(path), sharpness)


def _cut(length: int, most: int, margin: int) -> list[int]:
    """Where a length is cut into as few parts as it takes, each about as long: 0 first, the length last.

    A part and a margin on both sides come to `most`, unless hardly anything is left for the part.
    """
    count = 1 if length <= most else -(-length // max(LEAST_SIDE, most - 2 * margin))
    return [length * number // count for number in range(count + 1)]


def _is_weight(each: np.ndarray) -> bool:
    return each.dtype.kind == "f" and bool(np.isfinite(each).all())


def _told(card: Card, name: str, kind: type, low: float, high: float) -> Any:
    """A number on the card, held to what can be."""
    value = card.extra.get(name)
    kinds = (int, float) if kind is float else (int,)
    if not isinstance(value, kinds) or isinstance(value, bool) or not low <= value <= high:
        raise ZeuxisError(f"its card says that its {name} is {value!r}")
    return value
