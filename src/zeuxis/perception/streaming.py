"""See a picture through a VGG whole, or in strips when it is too large for memory.

In strips the result is the same, not an approximation: every stage of the network (the layers between two
poolings) is run on strips that overlap by as many rows as it has convolutions, and only the stages' outputs
are kept. What is read from a layer (a sum, some samples) is joined over its strips before any loss is
taken, so all strips share one statistic and no seam can arise. On the way back each strip is run again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from zeuxis.perception.vgg import VGG

# What a whole forward and backward pass to relu5_1 takes at its peak: 2010 measured at 512 and 1024 pixels.
BYTES_PER_PIXEL = 2050
STRIP_BYTES = 192 * 2**20

Pullback = Callable[[Sequence[Tensor]], Tensor]


@dataclass(frozen=True)
class Reading:
    """Something read from a layer.

    Attributes:
        layer: its name.
        read: takes features, 1 x C x h x W, that are the rows of the layer from `top` on; returns a tensor.
        additive: whether the tensors of several pieces are added, or else put side by side.
    """

    layer: str
    read: Callable[[Tensor, int], Tensor]
    additive: bool = True

    def join(self, pieces: Sequence[Tensor]) -> Tensor:
        """The tensor that reading the whole layer at once would give."""
        if len(pieces) == 1:
            return pieces[0]
        return torch.stack(list(pieces)).sum(0) if self.additive else torch.cat(list(pieces))


def see(
    vgg: VGG, picture: Tensor, readings: Sequence[Reading], whole: bool = True
) -> tuple[list[Tensor], Pullback]:
    """Read `readings` from the features of `picture`, 1 x 3 x H x W.

    Returns:
        the tensors read, and a function from the gradients of a loss with respect to them to its gradient
        with respect to the picture. The tensors are detached; the function may be called once.
    """
    return _whole(vgg, picture, readings) if whole else _in_strips(vgg, picture, readings)


def look(
    vgg: VGG, picture: Tensor, readings: Sequence[Reading], whole: bool = True
) -> list[Tensor]:
    """What `see` reads, when no gradient will be asked for."""
    with torch.no_grad():
        if not whole:
            return _in_strips(vgg, picture, readings)[0]
        features = vgg(picture, {r.layer for r in readings})
        return [r.read(features[r.layer], 0) for r in readings]


def _whole(vgg: VGG, picture: Tensor, readings: Sequence[Reading]) -> tuple[list[Tensor], Pullback]:
    leaf = picture.detach().requires_grad_(True)
    with torch.enable_grad():
        features = vgg(leaf, {r.layer for r in readings})
        read = [r.read(features[r.layer], 0) for r in readings]

    def pullback(gradients: Sequence[Tensor]) -> Tensor:
        return torch.autograd.grad(read, leaf, list(gradients))[0]

    return [tensor.detach() for tensor in read], pullback


def _in_strips(
    vgg: VGG, picture: Tensor, readings: Sequence[Reading]
) -> tuple[list[Tensor], Pullback]:
    stages = _stages(vgg, readings)
    inputs = [vgg.prepare(picture.detach())]
    pieces: list[list[Tensor]] = [[] for _ in readings]
    with torch.no_grad():
        for stage in stages:
            row = 0
            following = None if stage is stages[-1] else stage.room_for_output(inputs[-1])
            for strip in _strips(inputs[-1], stage.convolutions):
                output, read = stage.run(strip.cut(inputs[-1]), strip)
                for number, tensor in read.items():
                    pieces[number].append(tensor)
                if following is not None:
                    following[:, :, row : row + output.shape[2]] = output
                    row += output.shape[2]
            if following is not None:
                inputs.append(following)
    counts = [[len(p) if p.dim() else 1 for p in each] for each in pieces]
    joined = [r.join(each) for r, each in zip(readings, pieces, strict=True)]

    def pullback(gradients: Sequence[Tensor]) -> Tensor:
        shares = [
            [g] * len(n) if r.additive else list(torch.split(g, n))
            for r, g, n in zip(readings, gradients, counts, strict=True)
        ]
        above: Tensor | None = None
        for stage in reversed(stages):
            above = _stage_back(stage, inputs.pop(), above, shares)
        assert above is not None
        return above.contiguous()

    return joined, pullback


@dataclass(frozen=True)
class Strip:
    """Rows `first` to `last` of a picture or a stage's input, seen with some rows more on both sides."""

    first: int
    last: int
    above: int
    below: int

    def cut(self, tensor: Tensor) -> Tensor:
        """The rows that are seen, of N x C x H x W."""
        return tensor[:, :, self.first - self.above : self.last + self.below]


@dataclass(frozen=True)
class _Stage:
    """The layers of a VGG from one pooling to the next, and what is read there."""

    vgg: VGG
    steps: tuple[str, ...]
    readings: tuple[tuple[int, Reading], ...]

    @property
    def convolutions(self) -> int:
        return sum(step.startswith("conv") for step in self.steps)

    def room_for_output(self, stage_input: Tensor) -> Tensor:
        """An empty tensor for the output of the whole stage, which ends in a pooling."""
        _, _, height, width = stage_input.shape
        size = (1, self.vgg.channels(self.steps[-1]), height // 2, width // 2)
        return torch.empty(
            size,
            device=stage_input.device,
            dtype=stage_input.dtype,
            memory_format=torch.channels_last,
        )

    def run(self, x: Tensor, strip: Strip) -> tuple[Tensor, dict[int, Tensor]]:
        """The stage's output for a strip, and its readings by their number."""
        pools = self.steps[-1].startswith("pool")
        wanted = frozenset(reading.layer for _, reading in self.readings)
        x, features = self.vgg.run(x, self.steps[:-1] if pools else self.steps, wanted)
        height = strip.last - strip.first
        own = slice(strip.above, strip.above + height)
        features = {name: f[:, :, own] for name, f in features.items()}
        x = x[:, :, own]
        if pools:
            x, pooled = self.vgg.run(x, self.steps[-1:], wanted)
            features |= pooled
        read = {}
        for number, reading in self.readings:
            top = strip.first // 2 if reading.layer.startswith("pool") else strip.first
            read[number] = reading.read(features[reading.layer], top)
        return x, read


def _stages(vgg: VGG, readings: Sequence[Reading]) -> list[_Stage]:
    """The stages down to the deepest layer read."""
    stages, steps = [], list[str]()
    names = vgg.layers[: vgg.depth(r.layer for r in readings)]
    for name in names:
        steps.append(name)
        if name.startswith("pool") or name == names[-1]:
            here = tuple((n, r) for n, r in enumerate(readings) if r.layer in steps)
            stages.append(_Stage(vgg, tuple(steps), here))
            steps = []
    return stages


def _strips(stage_input: Tensor, halo: int) -> Iterator[Strip]:
    """Cut the rows of a stage's input so that a strip's features take about STRIP_BYTES."""
    _, channels, height, width = stage_input.shape
    row = 4 * width * max(64, 2 * channels) * 4  # bytes of the four tensors that a stage keeps
    rows = max(2 * halo + 2, STRIP_BYTES // row // 2 * 2)  # even: poolings stay aligned
    first = last = 0
    while last < height:
        first, last = last, last + rows
        if last > height - 2:  # a strip of one row could not be pooled
            last = height
        yield Strip(first, last, min(halo, first), min(halo, height - last))


def _stage_back(
    stage: _Stage, stage_input: Tensor, above: Tensor | None, shares: list[list[Tensor]]
) -> Tensor:
    """The gradient at a stage's input, from that at its output and those of its readings.

    It takes the place of the input, whose rows are not needed any more once the strips that see them are
    done: at print size the two together would be the most memory that painting takes.
    """
    halo, height = stage.convolutions, stage_input.shape[2]
    row = 0
    pending: Tensor | None = None  # the gradient so far of the rows that the next strip sees too
    for index, strip in enumerate(_strips(stage_input, halo)):
        leaf = strip.cut(stage_input).detach().requires_grad_(True)
        with torch.enable_grad():
            output, read = stage.run(leaf, strip)
        tensors = list(read.values())
        gradients = [shares[number][index] for number in read]
        if above is not None:
            tensors.append(output)
            gradients.append(above[:, :, row : row + output.shape[2]])
            row += output.shape[2]
        gradient = torch.autograd.grad(tensors, leaf, gradients)[0]
        if pending is not None:
            gradient[:, :, : pending.shape[2]].add_(pending)
        shared = 0 if strip.last == height else halo + strip.below
        done = gradient.shape[2] - shared
        leaf.detach()[:, :, :done] = gradient[:, :, :done]
        pending = gradient[:, :, done:].clone()
    return stage_input
