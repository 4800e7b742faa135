"""Learned perceptual distance (Zhang et al. 2018): LPIPS 0.1 with a VGG-16.

The linear weights are those of the authors, who learned them for torchvision's VGG-16. The one that comes
with Zeuxis is that of Simonyan and Zisserman, by way of Caffe: numbers are alike and not the same, so that
the metric is called `lpips-vgg16-caffe`. With weights fetched as `vgg16-torchvision` it is LPIPS itself.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.metrics.pairs import each_pair
from zeuxis.models import load
from zeuxis.perception.streaming import Strip
from zeuxis.perception.vgg import load_vgg

SHIPPED = Path(__file__).with_name("weights") / "lpips.safetensors"
LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")
SMALLEST = 16  # pixels: four poolings leave one

_HALO = 96  # rows, a multiple of 16: a value of relu5_3 sees 90 more on either side than the 16 it stands for
_PART = 1 << 20  # pixels of either picture that are looked at at a time: 1.5 to 2.5 GB


class Lpips:
    """Measures pictures in pairs, by means of a VGG-16.

    Attributes:
        name: which LPIPS it is; to be told with every number.

    Args:
        network: a VGG-16 that `zeuxis weights list` shows, or a weight file.
        device: where to compute.

    Raises:
        ZeuxisError: if there is no such network, or it is no VGG-16.
    """

    def __init__(self, network: str = "vgg16", device: str = "cpu") -> None:
        self.vgg = load_vgg(network, device=device)
        if self.vgg.kind != "vgg16":
            raise ZeuxisError(f"LPIPS looks with a VGG-16, but {network} is a {self.vgg.kind}")
        self.name = "lpips-vgg16-caffe" if network == "vgg16" else f"lpips-{network}"
        self.weights = {layer: each.to(device) for layer, each in _linear_weights().items()}

    def __call__(self, first: Any, second: Any) -> Tensor:
        """The distance of each pair (Zhang et al. 2018, equation 1): 0 for two that are the same.

        As in their code, weights are those of squares.

        Args:
            first: N x C x H x W in [0, 1], C = 1 or 3, sides of 16 pixels at least; or pictures of another
                form, as `zeuxis.metrics.pairs.each_pair` takes them.
            second: the same shape.

        Returns:
            N values, float64.

        Raises:
            ZeuxisError: if they are no such pictures, or too small, or their shapes differ.
        """
        return each_pair(self._of_pairs, first, second)

    def _of_pairs(self, first: Tensor, second: Tensor) -> Tensor:
        height, width = first.shape[-2:]
        if min(height, width) < SMALLEST:
            raise ZeuxisError(
                f"LPIPS needs sides of {SMALLEST} pixels at least, "
                f"but these pictures have {width}x{height}"
            )
        parts = max(1, _PART // (height * width))
        starts = range(0, len(first), parts)
        return torch.cat(
            [self._distances(first[at : at + parts], second[at : at + parts]) for at in starts]
        )

    def _distances(self, first: Tensor, second: Tensor) -> Tensor:
        """Of pictures that are seen at once, or, if they are large, in strips: N."""
        height, width = first.shape[-2:]
        total = torch.zeros(len(first), dtype=torch.float64, device=self.vgg.mean.device)
        for strip in _strips(height, width):
            seen = self._seen(first, strip), self._seen(second, strip)
            for layer, weights in self.weights.items():
                a, b = (F.normalize(features.pop(layer), dim=1) for features in seen)
                rows, columns = self.vgg.size(layer, height, width)
                gaps = (a - b).square().sum((2, 3), dtype=torch.float64) / (rows * columns)
                total = total + gaps @ weights
        return total

    def _seen(self, pictures: Tensor, strip: Strip) -> dict[str, Tensor]:
        """The features of a strip's own rows."""
        cut = strip.cut(pictures).to(self.vgg.mean.device, torch.float32).expand(-1, 3, -1, -1)
        seen = {}
        for layer, features in self.vgg(cut, LAYERS).items():
            step = 1 << (int(layer[4]) - 1)  # rows of the picture that a row of features stands for
            rows = slice(strip.above // step, (strip.above + strip.last - strip.first) // step)
            seen[layer] = features[:, :, rows]
        return seen


def _strips(height: int, width: int) -> Iterator[Strip]:
    """Strips whose features, put together, are those of the whole: poolings stay aligned."""
    rows = max(16, _PART // width // 16 * 16)
    for first in range(0, height, rows):
        last = min(first + rows, height)
        yield Strip(first, last, min(_HALO, first), min(_HALO, height - last))


@lru_cache(maxsize=1)
def _linear_weights() -> dict[str, Tensor]:
    tensors, _ = load(SHIPPED)
    return {layer: torch.from_numpy(tensors[layer]).double() for layer in LAYERS}
