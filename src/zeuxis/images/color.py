"""Colour from one picture, the rest from another: arithmetic on sRGB values, no network.

All take and return float32 HxWx3 in [0, 1]; the two pictures may differ in size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError
from zeuxis.images.resizing import resize

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

# Luma of ITU-R BT.601, the Y of YIQ.
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
# The variance that rounding to 8 bits leaves in a constant channel; less than this is no colour.
_ROUNDING_VARIANCE = (1 / 255) ** 2 / 12


def match_histogram(source: NDArray[Any], reference: NDArray[Any]) -> Floats:
    """Give each channel of ``source`` the distribution of values of ``reference``.

    The value at a quantile of one becomes the value at that quantile of the other. Equal values
    stay equal, so flat areas stay flat.

    Args:
        source: HxWx3, the picture to recolour.
        reference: HxWx3 of any size, the colours to take.

    Raises:
        ZeuxisError: one of them is not HxWx3.
    """
    source, reference = _checked(source), _checked(reference)
    matched = np.empty_like(source)
    for channel in range(3):
        _, where, counts = np.unique(source[..., channel], return_inverse=True, return_counts=True)
        quantiles = (np.cumsum(counts) - 0.5 * counts) / where.size
        known = np.sort(reference[..., channel], axis=None)
        known_quantiles = (np.arange(known.size) + 0.5) / known.size
        values = np.interp(quantiles, known_quantiles, known)
        matched[..., channel] = values[where].reshape(source.shape[:2])
    return matched


def match_covariance(source: NDArray[Any], reference: NDArray[Any]) -> Floats:
    """Give ``source`` the mean and covariance of the colours of ``reference``, by one linear map.

    Linear colour transfer of Gatys et al. 2016, "Preserving Color in Neural Artistic Style
    Transfer", section 4, with the map that moves colours least (Pitie and Kokaram 2007, "The linear
    Monge-Kantorovitch linear colour mapping"): A = S^-1/2 (S^1/2 R S^1/2)^1/2 S^-1/2. Directions in
    which ``source`` has no colour (a grey picture's, a constant one's) get none. Clipped to [0, 1].

    Args:
        source: HxWx3, the picture to recolour.
        reference: HxWx3 of any size, the colours to take.

    Raises:
        ZeuxisError: one of them is not HxWx3.
    """
    source, reference = _checked(source), _checked(reference)
    mean, covariance = _moments(source)
    new_mean, new_covariance = _moments(reference)
    root, inverse_root = _roots(covariance)
    middle, _ = _roots(root @ new_covariance @ root)
    transfer = inverse_root @ middle @ inverse_root
    colors = (source - mean) @ transfer.T + new_mean
    return np.clip(colors, 0.0, 1.0).astype(np.float32)


def keep_colors(painting: NDArray[Any], photo: NDArray[Any]) -> Floats:
    """The luminance of ``painting`` with the chroma of ``photo``.

    Luminance transfer of Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer",
    section 5, in YIQ. Where luminance and chroma together leave [0, 1], the chroma is weakened, in
    its hue, until they fit: the luminance is the painting's at every pixel.

    Args:
        painting: HxWx3.
        photo: HxWx3, resized to the painting where it differs.

    Raises:
        ZeuxisError: one of them is not HxWx3.
    """
    painting, photo = _checked(painting), _checked(photo)
    photo = resize(photo, painting.shape[:2])
    # RGB less its luma is what I and Q add to the luma, so no change of basis is needed.
    luma = (painting @ _LUMA)[..., None]
    chroma = photo - (photo @ _LUMA)[..., None]
    room = np.where(chroma > 0, 1.0 - luma, luma)
    scarce = np.abs(chroma) > room
    share = np.where(scarce, room / np.where(scarce, np.abs(chroma), 1.0), 1.0)
    colors: Floats = luma + share.min(axis=2, keepdims=True) * chroma
    return colors.clip(0.0, 1.0)


def _checked(picture: NDArray[Any]) -> Floats:
    array = np.asarray(picture, dtype=np.float32)
    if array.ndim != 3 or array.shape[2] != 3 or array.size == 0:
        raise ZeuxisError(f"colours need an array of shape HxWx3, but this one is {array.shape}")
    return np.clip(array, 0.0, 1.0)


def _moments(picture: Floats) -> tuple[Doubles, Doubles]:
    colors = picture.reshape(-1, 3).astype(np.float64)
    mean = colors.mean(axis=0)
    centred = colors - mean
    return mean, centred.T @ centred / len(colors)


def _roots(covariance: Doubles) -> tuple[Doubles, Doubles]:
    """The symmetric square root of a covariance, and its inverse where there is variance."""
    variances, axes = np.linalg.eigh(covariance)
    deviations = np.sqrt(np.maximum(variances, 0.0))
    there = variances > _ROUNDING_VARIANCE
    inverses = np.where(there, 1.0 / np.where(there, deviations, 1.0), 0.0)
    return (axes * deviations) @ axes.T, (axes * inverses) @ axes.T
