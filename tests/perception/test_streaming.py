"""A picture seen in strips is seen as if it were seen whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from zeuxis.models import load
from zeuxis.perception import streaming
from zeuxis.perception.losses import positions
from zeuxis.perception.sources import SHIPPED
from zeuxis.perception.statistics import STATISTICS
from zeuxis.perception.streaming import Reading, look, see
from zeuxis.perception.vgg import PADDINGS, POOLINGS, VGG, build

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def vgg() -> VGG:
    return build(*load(SHIPPED))


@pytest.fixture(autouse=True)
def thin_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "STRIP_BYTES", 1)  # as thin as their overlap allows


def picture(height: int, width: int, seed: int = 0) -> Tensor:
    """Smooth and rough parts, 1 x 3 x H x W in [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, height // 8 + 1, width // 8 + 1, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic")
    rough = torch.rand(1, 3, height, width, generator=generator)
    return (0.8 * smooth + 0.2 * rough).clamp(0, 1)


def moments(layer: str, statistic: str = "gram", mask: Tensor | None = None) -> Reading:
    def read(features: Tensor, top: int) -> Tensor:
        part = None if mask is None else mask[top : top + features.shape[2]].reshape(-1)
        return STATISTICS.get(statistic).summary(positions(features), part)

    return Reading(layer, read)


def content(layer: str, target: Tensor) -> Reading:
    def read(features: Tensor, top: int) -> Tensor:
        gap = features - target[:, :, top : top + features.shape[2]]
        return gap.square().sum() / target.numel()

    return Reading(layer, read)


def rows(layer: str) -> Reading:
    """All features, row by row: a reading that is not added up."""
    return Reading(layer, lambda features, top: features[0].transpose(0, 1).clone(), additive=False)


def some(layer: str, width: int, sampled: Sequence[int]) -> Reading:
    """Features of some positions, none of which may lie in a strip."""
    chosen = torch.tensor(sampled)

    def read(features: Tensor, top: int) -> Tensor:
        count = features.shape[2] * features.shape[3]
        here = chosen[(chosen >= top * width) & (chosen < top * width + count)]
        return positions(features)[here - top * width]

    return Reading(layer, read, additive=False)


def strips_of(vgg: VGG, x: Tensor, layers: Sequence[str]) -> list[list[streaming._Strip]]:
    """The strips of each stage."""
    found, height = [], x.shape[2]
    stages = streaming._stages(vgg, [rows(layer) for layer in layers])
    for stage in stages:
        channels = vgg.channels(stage.steps[0]) // 2
        feed = torch.empty(1, channels, height, x.shape[3])
        found.append(list(streaming._strips(feed, stage.convolutions)))
        height //= 2
    return found


def gap(a: Tensor, b: Tensor) -> float:
    """The largest difference, relative to the largest value."""
    assert a.shape == b.shape
    return float((a - b).abs().max() / b.abs().max().clamp_min(1e-12))


def gradients_for(read: Sequence[Tensor]) -> list[Tensor]:
    """The gradient of a loss that none of the readings leave out, nor treat all parts alike."""
    generator = torch.Generator().manual_seed(1)
    return [
        torch.randn(t.shape, generator=generator) / t.abs().mean().clamp_min(1e-6) / t.numel()
        for t in read
    ]


def assert_same(vgg: VGG, x: Tensor, readings: Sequence[Reading]) -> None:
    whole, pull_whole = see(vgg, x, readings, whole=True)
    strips, pull_strips = see(vgg, x, readings, whole=False)
    for reading, a, b in zip(readings, strips, whole, strict=True):
        assert gap(a, b) < TOLERANCE, reading.layer
        assert not a.requires_grad and not b.requires_grad
    onto = gradients_for(whole)
    ours, expected = pull_strips(onto), pull_whole(onto)
    assert float(expected.abs().max()) > 0
    assert gap(ours, expected) < TOLERANCE
    for reading, a, b in zip(
        readings, look(vgg, x, readings, whole=False), look(vgg, x, readings), strict=True
    ):
        assert gap(a, b) < TOLERANCE, reading.layer


def test_strips_cover_a_picture_once_and_overlap(vgg: VGG) -> None:
    """If there were but one strip of each stage, nothing below would be tested."""
    for height in (45, 46, 47, 64, 97):
        stages = strips_of(vgg, torch.empty(1, 3, height, 40), ["relu3_3"])
        assert [len(strips) > 1 for strips in stages] == [True, True, height >= 4 * 8 + 2]
        for strips, convolutions in zip(stages, (2, 2, 3), strict=True):
            assert strips[0].first == 0
            for one, next_one in pairwise(strips):
                assert next_one.first == one.last
                assert one.last % 2 == 0
                assert one.below == min(convolutions, strips[-1].last - one.last)
                assert next_one.above == convolutions
            assert strips[-1].last - strips[-1].first >= 2
            assert strips[0].above == strips[-1].below == 0


@pytest.mark.parametrize(
    ("height", "width"), [(64, 48), (65, 47), (47, 65), (33, 16), (16, 33), (71, 90), (98, 17)]
)
def test_odd_sizes(vgg: VGG, height: int, width: int) -> None:
    layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
    assert_same(vgg, picture(height, width), [moments(layer) for layer in layers])


@pytest.mark.parametrize(
    "deepest",
    ["conv1_1", "relu1_2", "pool1", "conv2_2", "relu3_1", "pool3", "conv4_2", "relu5_3", "pool5"],
)
def test_any_deepest_layer(vgg: VGG, deepest: str) -> None:
    assert_same(vgg, picture(67, 40), [rows(deepest)])


def test_many_readings_of_the_same_and_of_neighbouring_layers(vgg: VGG) -> None:
    x = picture(61, 50)
    layers = ["conv1_1", "relu1_1", "relu1_2", "pool1", "conv3_2", "relu3_2", "relu3_3", "pool3"]
    targets = look(vgg, picture(61, 50, 2), [rows(layer) for layer in layers])
    readings = [content(n, t.transpose(0, 1)[None]) for n, t in zip(layers, targets, strict=True)]
    readings += [moments(layer, "mean_std") for layer in reversed(layers)]
    readings += [rows("relu3_3"), moments("relu3_2", "wasserstein")]
    assert_same(vgg, x, readings)


def test_samples_that_miss_some_strips(vgg: VGG) -> None:
    x = picture(80, 40)
    few = [some("relu1_1", 40, [0, 41, 41 * 30]), some("relu3_1", 10, [0, 3, 198, 199])]
    assert_same(vgg, x, [*few, moments("relu4_1")])
    read = look(vgg, x, few, whole=False)
    assert [len(samples) for samples in read] == [3, 4]


def test_masks(vgg: VGG) -> None:
    x = picture(66, 51)
    readings = []
    for layer in ("relu1_1", "relu2_1", "pool2", "relu4_1"):
        height, width = vgg.size(layer, 66, 51)
        mask = torch.linspace(0, 1, height)[:, None] * torch.linspace(1, 0, width)
        mask[: height // 2] = 0  # whole strips see nothing
        readings += [moments(layer, "gram", mask), moments(layer, "mean_std", mask)]
    assert_same(vgg, x, readings)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_pooling_and_padding(pooling: str, padding: str) -> None:
    network = build(*load(SHIPPED), pooling, padding)
    layers = ["relu1_1", "relu2_2", "pool3", "relu4_3", "relu5_1"]
    assert_same(network, picture(53, 38), [*map(moments, layers), rows("relu5_1")])


@pytest.mark.parametrize("rows_of_strips", [1, 24, 40])
def test_strips_of_any_height(
    vgg: VGG, rows_of_strips: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "STRIP_BYTES", rows_of_strips * 4 * 40 * 64 * 4)
    assert_same(vgg, picture(75, 40), [moments("relu2_1"), rows("relu3_2")])


def test_a_picture_lower_than_a_strip(vgg: VGG) -> None:
    assert_same(vgg, picture(4, 64), [moments("relu2_1"), rows("pool2")])


@pytest.mark.parametrize("whole", [True, False])
def test_gradients_are_as_pictures_are_laid_out(vgg: VGG, whole: bool) -> None:
    x = picture(48, 40)
    read, pullback = see(vgg, x, [moments("relu2_1")], whole)
    gradient = pullback([torch.ones_like(t) for t in read])
    assert gradient.shape == x.shape
    assert gradient.dtype == x.dtype
    assert not gradient.requires_grad and not x.requires_grad


def test_no_seams(vgg: VGG) -> None:
    """What little a gradient is off by is no more where strips meet than inside of them."""
    x = picture(160, 48)
    readings = [moments("relu1_1"), moments("relu3_1"), rows("relu3_3")]
    whole, pull_whole = see(vgg, x, readings)
    _, pull_strips = see(vgg, x, readings, whole=False)
    onto = gradients_for(whole)
    expected = pull_whole(onto)
    off = (pull_strips(onto) - expected).abs().mean(dim=(0, 1, 3)) / expected.abs().mean()
    border = torch.zeros(160, dtype=torch.bool)
    for scale, strips in zip((1, 2, 4), strips_of(vgg, x, ["relu3_3"]), strict=True):
        for strip in strips[1:]:
            border[scale * (strip.first - 1) : scale * (strip.first + 1)] = True
    assert 10 < int(border.sum()) < 150
    assert float(off.max()) < 1e-5
    assert float(off[border].mean()) < 1.5 * float(off[~border].mean()) + 1e-8


def test_strips_share_one_statistic(vgg: VGG) -> None:
    """The parts of a picture that differ are described together, not each by itself."""
    x = torch.cat([picture(40, 40), 0.2 * picture(40, 40, 1)], dim=2)
    (joined,) = look(vgg, x, [moments("relu1_1")], whole=False)
    assert float(joined[0, 0]) == 80 * 40
    both = vgg(x, ["relu1_1"])["relu1_1"]
    assert gap(joined, STATISTICS.get("gram").summary(positions(both), None)) < TOLERANCE


def largest_input(vgg: VGG, x: Tensor, whole: bool, monkeypatch: pytest.MonkeyPatch) -> int:
    """The most numbers that a convolution was given, forward or in the second run on the way back."""
    sizes: list[int] = []
    run: Callable[[Tensor, str], Tensor] = vgg._convolve

    def convolve(x: Tensor, name: str) -> Tensor:
        sizes.append(x.numel())
        return run(x, name)

    with monkeypatch.context() as patched:
        patched.setattr(vgg, "_convolve", convolve)
        read, pullback = see(vgg, x, [moments("relu2_1")], whole)
        pullback([torch.ones_like(t) for t in read])
    return max(sizes)


def test_no_layer_is_ever_whole_in_strips(vgg: VGG, monkeypatch: pytest.MonkeyPatch) -> None:
    x = picture(192, 32)
    whole, strips = (largest_input(vgg, x, whole, monkeypatch) for whole in (True, False))
    assert whole == 64 * 192 * 32
    assert strips <= 64 * (6 + 2 * 2) * 32
