"""Pictures in pairs: what all their metrics take, and the peak signal-to-noise ratio."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.metrics.forms import is_array
from zeuxis.metrics.pairing import in_pairs
from zeuxis.metrics.pictures import SLACK
from zeuxis.perception.tones import LUMA

Pictures = np.ndarray | Tensor


def psnr(first: Any, second: Any) -> Tensor:
    """Peak signal-to-noise ratio, 10 log10(1 / mean squared difference), in decibels.

    Args:
        first: N x C x H x W in [0, 1], C = 1 or 3; or pictures of another form, as `each_pair` takes them.
        second: the same shape.

    Returns:
        N values, float64; infinite for two that are the same.

    Raises:
        ZeuxisError: if they are no such pictures, or their shapes differ.
    """
    return each_pair(_ratios, first, second)


def _ratios(first: Tensor, second: Tensor) -> Tensor:
    errors = torch.stack(
        [(a.double() - b).square().mean() for a, b in zip(first, second, strict=True)]
    )
    return -10 * errors.log10()


def each_pair(metric: Callable[[Tensor, Tensor], Tensor], first: Any, second: Any) -> Tensor:
    """What a metric says of each pair.

    Args:
        metric: from N x C x H x W twice to N numbers.
        first: floats N x C x H x W in [0, 1], C = 1 or 3, through which one can differentiate; or a folder,
            a file, a data set, bytes or an iterable, as `zeuxis.metrics.pictures.pictures_of` takes them. Two
            folders are paired by names, as `zeuxis compare` does, all else by order.
        second: the same; of each pair the sizes are the same.

    Returns:
        a number a pair, in the order of the first; N in all.

    Raises:
        ZeuxisError: if they are no such pictures, one is without a partner, or their shapes differ.
    """
    if all(is_array(each) and "float" in str(each.dtype) for each in (first, second)):
        return metric(*checked(first, second))
    return torch.cat([metric(*checked(*pair)) for pair in in_pairs(first, second)])


def luma(pictures: Pictures) -> Tensor:
    """The luma Y of ITU-R BT.601 as video has it, from 16/255 for black to 235/255 for white.

    Papers on super-resolution compare this channel alone, less a border of as many pixels as the factor of
    enlargement: `psnr(*(without_border(luma(p), 4) for p in (made, real)))`.

    Args:
        pictures: N x 3 x H x W, RGB in [0, 1].

    Returns:
        N x 1 x H x W, float64.
    """
    pictures = torch.as_tensor(pictures).double()
    weights = pictures.new_tensor(LUMA).reshape(1, 3, 1, 1)
    return (16 + 219 * (pictures * weights).sum(1, keepdim=True)) / 255


def without_border(pictures: Tensor, pixels: int) -> Tensor:
    """N x C x H x W less so many pixels on each side.

    Raises:
        ZeuxisError: if nothing is left.
    """
    height, width = pictures.shape[-2:]
    if min(height, width) <= 2 * pixels:
        raise ZeuxisError(
            f"a picture of {width}x{height} pixels has nothing within a border of {pixels}: "
            "take a narrower one"
        )
    return pictures[..., pixels : height - pixels, pixels : width - pixels]


def checked(first: Pictures, second: Pictures) -> tuple[Tensor, Tensor]:
    """Two sets of pictures as tensors of one shape.

    Raises:
        ZeuxisError: if they are not N x C x H x W floats in [0, 1] with C = 1 or 3, or their shapes differ.
    """
    one, other = _tensor(first), _tensor(second)
    if one.shape != other.shape:
        raise ZeuxisError(
            f"pictures of the shapes {_shape(one)} and {_shape(other)} cannot be compared: "
            "bring them to one"
        )
    return one, other


def _tensor(pictures: Pictures) -> Tensor:
    if isinstance(pictures, np.ndarray):
        pictures = np.ascontiguousarray(pictures)  # torch takes none that are turned round
    tensor = torch.as_tensor(pictures)
    if tensor.dim() != 4 or tensor.shape[1] not in (1, 3) or not tensor.numel():
        raise ZeuxisError(
            f"pictures are N x C x H x W with C = 1 or 3, but the shape is {_shape(tensor)}"
        )
    if not tensor.is_floating_point():
        raise ZeuxisError(f"pictures are floats in [0, 1], but these are {tensor.dtype}")
    low, high = (value.item() for value in tensor.detach().aminmax())
    if not (low >= -SLACK and high <= 1 + SLACK):  # also what is not a number
        raise ZeuxisError(
            f"pictures are floats in [0, 1], but these reach from {low:g} to {high:g}"
        )
    return tensor


def _shape(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape))
