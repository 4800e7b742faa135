"""The paintings of a training run: their names, and what of them is to be matched."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, read
from zeuxis.perception.grams import gram
from zeuxis.style.training.objective import Objective
from zeuxis.style.training.settings import StyleTrainSettings

LARGEST = 1.3  # that a painting is enlarged at most


def described(
    files: Sequence[Path], about: Mapping[str, Mapping[str, str]]
) -> list[dict[str, str]]:
    """What is known of the style of each painting: its name at least.

    Raises:
        ZeuxisError: if two styles would have the same name, or `about` tells of another painting.
    """
    unknown = sorted(set(about) - {file.stem for file in files})
    if unknown:
        raise ZeuxisError(f"{unknown[0]!r} is described but is no painting here: check the name")
    styles = [
        {
            "name": _name(file),
            **{key: str(value) for key, value in about.get(file.stem, {}).items()},
        }
        for file in files
    ]
    names = [style["name"] for style in styles]
    for name in names:
        if names.count(name) > 1:
            raise ZeuxisError(f"two styles would be called {name!r}: rename one of the paintings")
    return styles


def grams_of(
    files: Sequence[Path], objective: Objective, settings: StyleTrainSettings
) -> dict[str, torch.Tensor]:
    """Gram matrices of every painting at every size: by layer, paintings x sizes x C x C.

    Raises:
        ZeuxisError: if a painting cannot be read.
    """
    device = objective.vgg.mean.device
    grams: dict[str, list[torch.Tensor]] = {layer: [] for layer in settings.style_layers}
    with torch.no_grad():
        for file in files:
            picture = read(file)
            for size in settings.style_sizes:
                pixels = torch.from_numpy(_scaled(picture, size)).to(device)
                seen = objective.see(pixels, settings.style_layers)
                for layer, found in grams.items():
                    found.append(gram(seen[layer])[0])
    shape = (len(files), len(settings.style_sizes))
    return {
        layer: torch.stack(found).reshape(*shape, *found[0].shape) for layer, found in grams.items()
    }


def _scaled(picture: Picture, short_side: int) -> np.ndarray:
    """1 x 3 x H x W with a short side of so many pixels, or as large as the painting allows."""
    factor = min(short_side / min(picture.height, picture.width), LARGEST)
    size = round(picture.height * factor), round(picture.width * factor)
    pixels: Any = picture.resized(size).batch()
    return np.ascontiguousarray(pixels)


def _name(file: Path) -> str:
    """`The_Scream.jpg` is `the-scream`."""
    return re.sub(r"[^\w]+|_", "-", file.stem.lower()).strip("-") or "style"
