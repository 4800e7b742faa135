"""The layers of Inception-v3 (Szegedy et al. 2016) in the graph of 2015-12-05, and how they are named.

That graph is not quite the paper's: average pools leave out the zeros at the border, the pool of the last
block takes the maximum, and there are 1008 classes. Names are those of torchvision and pytorch-fid.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

DIM, CLASSES = 2048, 1008
EPSILON = 1e-3  # of batch normalisation
NORM = ("weight", "bias", "running_mean", "running_var")


class Conv(NamedTuple):
    """A convolution: what it makes, its kernel, and its stride; one of stride 1 keeps the size."""

    outputs: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    same: bool = True

    @property
    def padding(self) -> tuple[int, int]:
        """Zeros around."""
        return (self.kernel[0] // 2, self.kernel[1] // 2) if self.same else (0, 0)


@dataclass(frozen=True)
class Block:
    """Branches side by side, whose outputs are put together.

    Attributes:
        branches: convolutions one after another, by name. The last of a branch may be a pair, both of which
            see what comes before.
        pool: what the last branch begins with: `"average"` or `"max"`, or `"halve"`, a maximum of stride 2
            that is all of it.
        pooled: outputs of the convolution after the pool; 0 for none.
    """

    branches: Mapping[str, tuple[Conv | tuple[Conv, Conv], ...]]
    pool: str
    pooled: int = 0

    def layers(self) -> Iterator[tuple[str, str, Conv]]:
        """Each convolution: its name, that of the one before it (empty for the block's input), itself."""
        for branch, steps in self.branches.items():
            before = ""
            for number, step in enumerate(steps, start=1):
                name = f"{branch}_{number}" if len(steps) > 1 else branch
                if isinstance(step, Conv):
                    yield name, before, step
                    before = name
                else:
                    yield from (
                        (name + letter, before, each)
                        for letter, each in zip("ab", step, strict=True)
                    )
        if self.pooled:
            yield "branch_pool", "", Conv(self.pooled)

    def lasts(self) -> list[str]:
        """The convolutions whose outputs leave the block, in order."""
        layers = list(self.layers())
        followed = {before for _, before, _ in layers}
        return [name for name, _, _ in layers if name not in followed]


def _three(outputs: int) -> Conv:
    return Conv(outputs, (3, 3))


def _halve(outputs: int) -> Conv:
    return Conv(outputs, (3, 3), 2, same=False)


def _across(outputs: int) -> Conv:
    return Conv(outputs, (1, 7))


def _down(outputs: int) -> Conv:
    return Conv(outputs, (7, 1))


def _fine(pooled: int) -> Block:
    """35 x 35: the paper's figure 5."""
    branches = {
        "branch1x1": (Conv(64),),
        "branch5x5": (Conv(48), Conv(64, (5, 5))),
        "branch3x3dbl": (Conv(64), _three(96), _three(96)),
    }
    return Block(branches, "average", pooled)


def _middle(width: int) -> Block:
    """17 x 17: figure 6."""
    branches = {
        "branch1x1": (Conv(192),),
        "branch7x7": (Conv(width), _across(width), _down(192)),
        "branch7x7dbl": (Conv(width), _down(width), _across(width), _down(width), _across(192)),
    }
    return Block(branches, "average", 192)


def _coarse(pool: str) -> Block:
    """8 x 8: figure 7."""
    fork = Conv(384, (1, 3)), Conv(384, (3, 1))
    branches = {
        "branch1x1": (Conv(320),),
        "branch3x3": (Conv(384), fork),
        "branch3x3dbl": (Conv(448), _three(384), fork),
    }
    return Block(branches, pool, 192)


STEM = {
    "Conv2d_1a_3x3": _halve(32),
    "Conv2d_2a_3x3": Conv(32, (3, 3), same=False),
    "Conv2d_2b_3x3": _three(64),
    "Conv2d_3b_1x1": Conv(80),
    "Conv2d_4a_3x3": Conv(192, (3, 3), same=False),
}
HALVED_AFTER = ("Conv2d_2b_3x3", "Conv2d_4a_3x3")  # by a maximum of 3 x 3
BLOCKS = {
    "Mixed_5b": _fine(32),
    "Mixed_5c": _fine(64),
    "Mixed_5d": _fine(64),
    "Mixed_6a": Block(
        {"branch3x3": (_halve(384),), "branch3x3dbl": (Conv(64), _three(96), _halve(96))}, "halve"
    ),
    "Mixed_6b": _middle(128),
    "Mixed_6c": _middle(160),
    "Mixed_6d": _middle(160),
    "Mixed_6e": _middle(192),
    "Mixed_7a": Block(
        {
            "branch3x3": (Conv(192), _halve(320)),
            "branch7x7x3": (Conv(192), _across(192), _down(192), _halve(192)),
        },
        "halve",
    ),
    "Mixed_7b": _coarse("average"),
    "Mixed_7c": _coarse("max"),
}


def convolutions() -> Iterator[tuple[str, int, Conv]]:
    """Each convolution of the network: its name, its inputs, itself."""
    inputs = 3
    for name, conv in STEM.items():
        yield name, inputs, conv
        inputs = conv.outputs
    for name, block in BLOCKS.items():
        made: dict[str, int] = {"": inputs}
        for layer, before, conv in block.layers():
            yield f"{name}.{layer}", made[before], conv
            made[layer] = conv.outputs
        inputs = sum(made[last] for last in block.lasts()) + (0 if block.pooled else inputs)


def shapes() -> dict[str, tuple[int, ...]]:
    """The tensors of a weight file of ours."""
    found: dict[str, tuple[int, ...]] = {}
    for name, inputs, conv in convolutions():
        found[f"{name}.weight"] = (conv.outputs, inputs, *conv.kernel)
        found[f"{name}.bias"] = (conv.outputs,)
    return found | {"fc.weight": (CLASSES, DIM), "fc.bias": (CLASSES,)}


def published_shapes() -> dict[str, tuple[int, ...]]:
    """The tensors of the published file, whose batch normalisation is yet to be folded."""
    found: dict[str, tuple[int, ...]] = {}
    for name, inputs, conv in convolutions():
        found[f"{name}.conv.weight"] = (conv.outputs, inputs, *conv.kernel)
        found |= {f"{name}.bn.{part}": (conv.outputs,) for part in NORM}
    return found | {"fc.weight": (CLASSES, DIM), "fc.bias": (CLASSES,)}


def folded(state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The published tensors with batch normalisation folded into the convolutions, float32."""
    found = {name: np.asarray(state[name], np.float32) for name in ("fc.weight", "fc.bias")}
    for name, *_ in convolutions():
        gain, bias, mean, variance = (
            np.asarray(state[f"{name}.bn.{part}"], np.float64) for part in NORM
        )
        scale = gain / np.sqrt(variance + EPSILON)
        kernels = state[f"{name}.conv.weight"] * scale[:, None, None, None]
        found[f"{name}.weight"] = kernels.astype(np.float32)
        found[f"{name}.bias"] = (bias - mean * scale).astype(np.float32)
    return found
