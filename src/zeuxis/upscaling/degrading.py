"""How pictures become small: what an enlarging network is to undo."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.images.modes import unit
from zeuxis.images.picture import quantized
from zeuxis.registry import Registry
from zeuxis.upscaling.bicubic import bicubic

Floats = NDArray[np.float32]
REACH = 3  # standard deviations, beyond which a Gaussian is nothing


@dataclass(frozen=True)
class Damage:
    """How bad a realistic picture may be; each one is anything between none of it and this.

    Attributes:
        blur: standard deviation of a Gaussian, in pixels of the small picture.
        noise: standard deviation, in steps of 8 bits.
        quality: of JPEG, at worst; from 1 to 100.
    """

    blur: float
    noise: float
    quality: int


Degradation = Callable[[Floats, int, Damage, np.random.Generator], Floats]
DEGRADATIONS: Registry[Degradation] = Registry("degradation")


@DEGRADATIONS.register("bicubic")
def by_bicubic(picture: Floats, scale: int, _: Damage, __: np.random.Generator) -> Floats:
    """As the benchmarks make their small pictures: MATLAB's bicubic, at 8 bits.

    Args:
        picture: sH x sW x 3 in [0, 1].
        scale: s.

    Returns:
        H x W x 3 in [0, 1].
    """
    return at_8_bits(bicubic(picture, _size(picture, scale)))


@DEGRADATIONS.register("blurred")
def blurred(picture: Floats, scale: int, _: Damage, __: np.random.Generator) -> Floats:
    """Johnson et al. 2016, section 4.2: blurred by a Gaussian of deviation 1, then made small by bicubic."""
    return at_8_bits(bicubic(blur(picture, 1.0), _size(picture, scale)))


@DEGRADATIONS.register("realistic")
def realistic(picture: Floats, scale: int, damage: Damage, rng: np.random.Generator) -> Floats:
    """Blurred, made small, noisy and compressed, each more or less: a photo from the net."""
    small = blur(picture, scale * rng.uniform(0, damage.blur))
    small = bicubic(small, _size(picture, scale))
    deviation = rng.uniform(0, damage.noise) / 255
    channels = 1 if rng.random() < 0.5 else 3  # of grains: grey, or of all colours
    grains = rng.standard_normal((*small.shape[:2], channels), np.float32)
    return compressed(small + deviation * grains, int(rng.integers(damage.quality, 101)))


def blur(picture: Floats, deviation: float) -> Floats:
    """H x W x C blurred by a Gaussian of so many pixels; beyond the border the outermost pixel goes on."""
    reach = round(REACH * deviation)
    if not reach:
        return picture
    weights = np.exp(-((np.arange(-reach, reach + 1) / deviation) ** 2) / 2).astype(np.float32)
    for axis in (0, 1):
        wide = [(reach, reach) if each == axis else (0, 0) for each in range(3)]
        padded = np.moveaxis(np.pad(picture, wide, mode="edge"), axis, 0)
        lines = [padded[i : len(padded) - 2 * reach + i] * w for i, w in enumerate(weights)]
        picture = np.moveaxis(sum(lines[1:], lines[0]) / weights.sum(), 0, axis)
    return picture


def compressed(picture: Floats, quality: int) -> Floats:
    """H x W x 3 as it comes back from a JPEG file."""
    file = BytesIO()
    Image.fromarray(quantized(picture, np.uint8)).save(file, "JPEG", quality=quality)
    return unit(np.asarray(Image.open(file)))


def at_8_bits(picture: Floats) -> Floats:
    """The nearest steps of 8 bits, in [0, 1]."""
    return unit(quantized(picture, np.uint8))


def _size(picture: Floats, scale: int) -> tuple[int, int]:
    return picture.shape[0] // scale, picture.shape[1] // scale
