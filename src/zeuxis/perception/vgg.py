"""VGG-16 and VGG-19 as feature extractors (Simonyan & Zisserman 2015, configurations D and E).

Deviations from the published networks: no classifier, a choice of pooling and padding, and layers
rescaled so that their mean activation is 1 (Gatys et al. 2016, section 2; see `calibration`).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load
from zeuxis.perception.sources import find

CONVOLUTIONS_PER_STAGE = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
CONVOLUTIONS = {
    kind: tuple(
        f"conv{stage}_{number}"
        for stage, count in enumerate(counts, start=1)
        for number in range(1, count + 1)
    )
    for kind, counts in CONVOLUTIONS_PER_STAGE.items()
}
POOLINGS = ("max", "average")
PADDINGS = ("zeros", "reflect", "replicate")


def layer_names(kind: str) -> tuple[str, ...]:
    """Every layer that can be asked for, in the order they are computed."""
    names: list[str] = []
    for stage, count in enumerate(CONVOLUTIONS_PER_STAGE[kind], start=1):
        for number in range(1, count + 1):
            names += [f"conv{stage}_{number}", f"relu{stage}_{number}"]
        names.append(f"pool{stage}")
    return tuple(names)


class VGG(nn.Module):
    """The convolutional part of a VGG network, run only as deep as it is asked to.

    Weights are buffers: they never take gradients. Pictures go in as N x 3 x H x W, RGB, [0, 1]; features
    come out as N x C x H/2^k x W/2^k.

    Args:
        kind: `"vgg16"` or `"vgg19"`.
        mean: the three RGB means, in units of [0, 1], taken off the picture first. They are not folded into
            `conv1_1`, which would be wrong where zero padding meets the border.
        pooling: `"max"` as published, or `"average"` (Gatys et al. 2016, section 2).
        padding: how the borders of a layer are continued: `"zeros"` as published, `"reflect"`, `"replicate"`.

    Raises:
        ZeuxisError: for an unknown kind, pooling, padding or layer name.
    """

    mean: Tensor
    conv1_1_weight: Tensor

    def __init__(
        self,
        kind: str,
        tensors: Mapping[str, Tensor],
        mean: Tensor,
        pooling: str = "max",
        padding: str = "zeros",
    ) -> None:
        super().__init__()
        for value, known, what in (
            (kind, tuple(CONVOLUTIONS), "network"),
            (pooling, POOLINGS, "pooling"),
            (padding, PADDINGS, "padding"),
        ):
            if value not in known:
                raise ZeuxisError(f"unknown {what} {value!r}: choose one of {', '.join(known)}")
        self.kind, self.pooling, self.padding = kind, pooling, padding
        self.layers = layer_names(kind)
        self.register_buffer("mean", mean.reshape(1, 3, 1, 1))
        for name in CONVOLUTIONS[kind]:
            # Channels-last convolutions are twice as fast in conv1_2 on a CPU, and never slower.
            weight = tensors[f"{name}.weight"].contiguous(memory_format=torch.channels_last)
            self.register_buffer(f"{name}_weight", weight)
            self.register_buffer(f"{name}_bias", tensors[f"{name}.bias"])

    def depth(self, layers: Iterable[str]) -> int:
        """How many layers must be computed to have all of `layers`."""
        positions = []
        for name in layers:
            if name not in self.layers:
                raise ZeuxisError(
                    f"{self.kind} has no layer {name!r}: choose among {', '.join(self.layers)}"
                )
            positions.append(self.layers.index(name) + 1)
        return max(positions, default=0)

    def channels(self, layer: str) -> int:
        """How many channels a layer has."""
        self.depth([layer])
        stage = int(layer[4])  # conv3_1, relu3_1, pool3
        return (64, 128, 256, 512, 512)[stage - 1]

    def size(self, layer: str, height: int, width: int) -> tuple[int, int]:
        """Height and width of a layer's features for a picture of this size."""
        halvings = sum(n.startswith("pool") for n in self.layers[: self.depth([layer])])
        return height >> halvings, width >> halvings

    def forward(self, picture: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """The features of `picture` at each of `layers`, by name."""
        wanted = frozenset(layers)
        steps = self.layers[: self.depth(wanted)]
        return self.run(self.prepare(picture), steps, wanted)[1]

    def prepare(self, picture: Tensor) -> Tensor:
        """The network's own input: the picture less the mean, channels last, at its precision."""
        x = picture.contiguous(memory_format=torch.channels_last) - self.mean
        return x.to(self.conv1_1_weight.dtype)

    def at(self, dtype: torch.dtype) -> "VGG":
        """A copy that computes with numbers of another type; the mean stays as it is."""
        names = [name for name in self.state_dict() if name != "mean"]
        tensors = {
            name.replace("_weight", ".weight").replace("_bias", ".bias"): getattr(self, name)
            for name in names
        }
        lowered = {name: tensor.to(dtype) for name, tensor in tensors.items()}
        return VGG(self.kind, lowered, self.mean, self.pooling, self.padding)

    def run(
        self, x: Tensor, steps: Iterable[str], wanted: frozenset[str]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Run consecutive layers `steps` on their input `x`; return the last output and the wanted ones."""
        features: dict[str, Tensor] = {}
        for name in steps:
            if name.startswith("conv"):
                x = self._convolve(x, name)
            elif name.startswith("relu"):
                kept = name.replace("relu", "conv") in wanted
                x = F.relu(x) if kept else F.relu_(x)  # in place: a third of the memory saved
            else:
                x = F.max_pool2d(x, 2) if self.pooling == "max" else F.avg_pool2d(x, 2)
            if name in wanted:
                features[name] = x
        return x, features

    def _convolve(self, x: Tensor, name: str) -> Tensor:
        weight, bias = getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")
        if self.padding == "zeros":
            return F.conv2d(x, weight, bias, padding=1)
        mode = "replicate" if min(x.shape[-2:]) < 2 else self.padding  # reflection needs two pixels
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode=mode), weight, bias)


def build(
    tensors: Mapping[str, np.ndarray], card: Card, pooling: str = "max", padding: str = "zeros"
) -> VGG:
    """A `VGG` from the tensors and the card of a weight file (keys `conv1_1.weight`, `conv1_1.bias`, ...).

    The card's `input` says what the network was trained on; the order of colours and the scale are folded
    into `conv1_1`, the mean is kept as the first step.
    """
    weights = {name: torch.from_numpy(np.array(t, np.float32)) for name, t in tensors.items()}
    spec = card.extra["input"]
    mean, std = torch.tensor(spec["mean"]), torch.tensor(spec["std"])
    first = weights["conv1_1.weight"] * (spec["scale"] / std).reshape(1, 3, 1, 1)
    mean = mean / spec["scale"]
    if spec["order"] == "BGR":
        first, mean = first.flip(1), mean.flip(0)
    return VGG(card.kind, weights | {"conv1_1.weight": first}, mean, pooling, padding)


@lru_cache(maxsize=2)
def load_vgg(name: str, pooling: str = "max", padding: str = "zeros", device: str = "cpu") -> VGG:
    """The network of a name that `zeuxis weights list` shows, or of a weight file; kept for the next time.

    Raises:
        ZeuxisError: if there is none, or the file is damaged.
    """
    tensors, card = load(find(name))
    return build(tensors, card, pooling, padding).to(device)
