"""VGG features against a network built from torch's own layers, and what the extractor promises."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load
from zeuxis.perception.sources import INPUTS, SHIPPED
from zeuxis.perception.vgg import CONVOLUTIONS, PADDINGS, POOLINGS, VGG, build, layer_names

COUNTS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}  # table 1 of the paper, D and E
WIDTHS = {"1": 64, "2": 128, "3": 256, "4": 512, "5": 512}

VGG16_LAYERS, VGG19_LAYERS = (
    [
        name
        for stage, count in enumerate(COUNTS[kind], start=1)
        for name in [
            *(f"{sort}{stage}_{n}" for n in range(1, count + 1) for sort in ("conv", "relu")),
            f"pool{stage}",
        ]
    ]
    for kind in ("vgg16", "vgg19")
)

Weights = tuple[dict[str, np.ndarray], Card]


@pytest.fixture(scope="module")
def shipped() -> Weights:
    return load(SHIPPED)


@pytest.fixture(scope="module")
def eye(shipped: Weights) -> VGG:
    return build(*shipped)


@pytest.fixture(scope="module")
def vgg19() -> VGG:
    return build(random_weights("vgg19"), card("vgg19", "torchvision"))


def card(kind: str, spec: str) -> Card:
    return Card(name=kind, kind=kind, extra={"input": INPUTS[spec]})


def random_weights(kind: str, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    tensors, inputs = {}, 3
    for name in CONVOLUTIONS[kind]:
        outputs = WIDTHS[name[4]]
        weight = rng.standard_normal((outputs, inputs, 3, 3), np.float32)
        tensors[f"{name}.weight"] = weight * np.float32((2 / (9 * inputs)) ** 0.5)
        tensors[f"{name}.bias"] = rng.standard_normal(outputs, np.float32) / 10
        inputs = outputs
    return tensors


def picture(height: int, width: int, seed: int = 0) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def reference(
    tensors: dict[str, np.ndarray],
    card: Card,
    pooling: str,
    padding: str,
    x: Tensor,
    deepest: str = "pool5",
) -> dict[str, Tensor]:
    """The layers of a network of torch's own layers, its input prepared as the card says."""
    spec = card.extra["input"]
    if spec["order"] == "BGR":
        x = x[:, [2, 1, 0]]
    mean, std = (torch.tensor(spec[key]).reshape(1, 3, 1, 1) for key in ("mean", "std"))
    x = (x * spec["scale"] - mean) / std
    net, features = nn.Sequential(), {}
    names = layer_names(card.kind)
    for name in names[: names.index(deepest) + 1]:
        module: nn.Module
        if name.startswith("conv"):
            weight = torch.from_numpy(tensors[f"{name}.weight"].astype(np.float32))
            module = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1, padding_mode=padding)
            module.weight.data = weight
            bias = tensors[f"{name}.bias"].astype(np.float32)
            assert module.bias is not None
            module.bias.data = torch.from_numpy(bias)
        elif name.startswith("relu"):
            module = nn.ReLU()
        else:
            module = nn.MaxPool2d(2) if pooling == "max" else nn.AvgPool2d(2)
        net.add_module(name, module)
    with torch.no_grad():
        for name, module in net.named_children():
            x = module(x)
            features[name] = x
    return features


def gap(a: Tensor, b: Tensor) -> float:
    """The largest difference, relative to the largest value."""
    assert a.shape == b.shape
    return float((a - b).abs().max() / b.abs().max())


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_layers_are_those_of_the_published_network(
    shipped: Weights, pooling: str, padding: str
) -> None:
    x = picture(37, 50)
    expected = reference(*shipped, pooling, padding, x)
    features = build(*shipped, pooling, padding)(x, expected)
    assert list(features) == VGG16_LAYERS
    for name, tensor in expected.items():
        assert gap(features[name], tensor) < 1e-4, name


def test_torchvisions_input_is_prepared_as_its_card_says() -> None:
    tensors, its = random_weights("vgg16"), card("vgg16", "torchvision")
    x = picture(20, 33)
    expected = reference(tensors, its, "max", "zeros", x, "relu4_3")
    features = build(tensors, its)(x, ["conv1_1", "relu4_3"])
    assert gap(features["conv1_1"], expected["conv1_1"]) < 1e-4
    assert gap(features["relu4_3"], expected["relu4_3"]) < 1e-4


def test_replicated_borders_of_one_pixel(shipped: Weights) -> None:
    x = picture(16, 40)
    expected = reference(*shipped, "max", "replicate", x, "relu5_3")["relu5_3"]
    assert expected.shape[2] == 1
    assert gap(build(*shipped, padding="replicate")(x, ["relu5_3"])["relu5_3"], expected) < 1e-4


def test_one_pixel_cannot_be_reflected_and_is_repeated(shipped: Weights) -> None:
    deep = torch.rand(1, 512, 1, 6)
    run = {
        padding: build(*shipped, padding=padding).run(deep, ["conv5_1"], frozenset())[0]
        for padding in ("reflect", "replicate")
    }
    assert torch.equal(run["reflect"], run["replicate"])


def test_known_weights(shipped: Weights) -> None:
    tensors, its = shipped
    scale = its.extra["scales"]["relu1_1"]
    corner = tensors["conv1_1.weight"][0, :, 0, 0].astype(np.float64) * scale  # inputs B, G, R
    assert corner == pytest.approx([0.42947057, 0.55037946, 0.4800154], rel=2**-11)
    assert its.extra["input"] == INPUTS["caffe"]
    assert {t.dtype for t in tensors.values()} == {np.dtype(np.float16)}


def test_known_weights_reach_the_right_colours(eye: VGG, shipped: Weights) -> None:
    scale = shipped[1].extra["scales"]["relu1_1"]
    mean = eye.mean.expand(1, 3, 3, 3)
    responses = []
    for color in (2, 1, 0):  # blue, green, red in turn, at the pixel above left of the centre
        lit = mean.clone()
        lit[0, color, 0, 0] += 1 / 255
        both = [eye(x, ["conv1_1"])["conv1_1"][0, 0, 1, 1] for x in (lit, mean)]
        responses.append(float(both[0] - both[1]) * scale)
    assert responses == pytest.approx([0.42947057, 0.55037946, 0.4800154], rel=2e-3)


def test_the_mean_is_taken_off_before_the_borders_are_padded(eye: VGG, shipped: Weights) -> None:
    mean = torch.tensor(shipped[1].extra["input"]["mean"]).flip(0) / 255
    flat = mean.reshape(1, 3, 1, 1).expand(1, 3, 24, 24)
    features = eye(flat, ["conv1_1", "relu3_1"])
    bias = torch.from_numpy(shipped[0]["conv1_1.bias"].astype(np.float32)).reshape(1, -1, 1, 1)
    torch.testing.assert_close(features["conv1_1"], bias.expand(1, 64, 24, 24), rtol=0, atol=1e-5)
    zeros, _ = eye.run(torch.zeros(1, 3, 24, 24), eye.layers[: eye.depth(["relu3_1"])], frozenset())
    torch.testing.assert_close(features["relu3_1"], zeros, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("wanted", "convolutions"),
    [(["relu1_1"], 1), (["pool1", "conv1_1"], 2), (["conv3_2"], 6), (["relu4_2", "relu2_1"], 9)],
)
def test_runs_no_deeper_than_asked(
    eye: VGG, wanted: list[str], convolutions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    convolve = F.conv2d
    monkeypatch.setattr(
        "zeuxis.perception.vgg.F.conv2d", lambda *a, **k: calls.append(1) or convolve(*a, **k)
    )
    features = eye(picture(16, 16), wanted)
    assert len(calls) == convolutions
    assert set(features) == set(wanted)


def test_any_iterable_of_layers_will_do(eye: VGG) -> None:
    x = picture(16, 16)
    features = eye(x, (name for name in ("relu2_1", "pool1")))
    assert set(features) == {"relu2_1", "pool1"}
    assert eye(x, []) == {}


def test_weights_never_take_gradients_but_pictures_do(eye: VGG) -> None:
    assert list(eye.parameters()) == []
    assert not any(buffer.requires_grad for buffer in eye.buffers())
    x = picture(32, 32).requires_grad_(True)
    eye(x, ["relu5_1"])["relu5_1"].sum().backward()
    assert x.grad is not None and x.grad.isfinite().all()
    assert float(x.grad.abs().mean()) > 0
    assert all(buffer.grad is None for buffer in eye.buffers())


def test_gradient_of_the_picture(shipped: Weights, eye: VGG) -> None:
    """In double precision against differences; in single precision against double."""
    double = build(*shipped).double()
    x, direction = picture(32, 32).double(), picture(32, 32, 1).double() - 0.5

    def loss(network: VGG, x: Tensor) -> Tensor:
        return network(x, ["relu4_1"])["relu4_1"].square().mean()

    def gradient(network: VGG, x: Tensor) -> Tensor:
        x = x.clone().requires_grad_(True)
        return torch.autograd.grad(loss(network, x), x)[0]

    step = 1e-7 * direction
    slope = float(loss(double, x + step) - loss(double, x - step)) / 2e-7
    exact = gradient(double, x)
    assert float((exact * direction).sum()) == pytest.approx(slope, rel=1e-4)
    assert float((gradient(eye, x.float()) - exact).norm() / exact.norm()) < 0.01


def test_picture_is_left_as_it_was(eye: VGG) -> None:
    x = picture(16, 16)
    before = x.clone()
    eye(x, ["relu1_1"])
    assert torch.equal(x, before)


@pytest.mark.parametrize("layer", ["conv1_1", "conv2_2", "conv3_1", "conv5_1"])
def test_convolutions_are_not_rectified_in_place(eye: VGG, layer: str) -> None:
    rectified = layer.replace("conv", "relu")
    features = eye(picture(32, 32), [layer, rectified])
    assert float(features[layer].min()) < 0
    assert torch.equal(features[layer].clamp_min(0), features[rectified])
    assert torch.equal(features[layer], eye(picture(32, 32), [layer])[layer])


def test_layers_of_vgg16(eye: VGG) -> None:
    assert list(eye.layers) == VGG16_LAYERS
    assert eye.layers[:5] == ("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1")
    assert eye.layers[-3:] == ("conv5_3", "relu5_3", "pool5")


def test_vgg19(vgg19: VGG) -> None:
    assert list(vgg19.layers) == VGG19_LAYERS
    features = vgg19(picture(32, 47), VGG19_LAYERS)
    assert list(features) == VGG19_LAYERS
    assert features["pool5"].shape == (1, 512, 1, 1)
    for pool, last in ("pool2", "relu2_2"), ("pool3", "relu3_4"), ("pool5", "relu5_4"):
        assert torch.equal(features[pool], F.max_pool2d(features[last], 2))


@pytest.mark.parametrize(("height", "width"), [(32, 32), (33, 47), (63, 35)])
@pytest.mark.parametrize("kind", ["vgg16", "vgg19"])
def test_channels_and_size_foretell_the_features(
    eye: VGG, vgg19: VGG, kind: str, height: int, width: int
) -> None:
    network = eye if kind == "vgg16" else vgg19
    for name, tensor in network(picture(height, width), network.layers).items():
        told = (1, network.channels(name), *network.size(name, height, width))
        assert tensor.shape == told, name


def test_pictures_of_a_batch_do_not_mix(eye: VGG) -> None:
    one, two = picture(20, 24, 1), picture(20, 24, 2)
    both = eye(torch.cat([one, two]), ["relu3_1"])["relu3_1"]
    alone = torch.cat([eye(x, ["relu3_1"])["relu3_1"] for x in (one, two)])
    torch.testing.assert_close(both, alone, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        ({"pooling": "median"}, "unknown pooling 'median': choose one of max, average"),
        ({"padding": "wrap"}, "unknown padding 'wrap': choose one of zeros, reflect, replicate"),
    ],
)
def test_unknown_choices(shipped: Weights, ask: dict[str, str], sentence: str) -> None:
    with pytest.raises(ZeuxisError) as caught:
        build(*shipped, **ask)
    assert str(caught.value) == sentence


def test_unknown_network(shipped: Weights) -> None:
    with pytest.raises(ZeuxisError, match=r"^unknown network 'vgg11': choose one of vgg16, vgg19$"):
        build(shipped[0], card("vgg11", "caffe"))


@pytest.mark.parametrize("ask", ["forward", "channels", "size", "depth"])
def test_unknown_layers(eye: VGG, ask: str) -> None:
    calls = {
        "forward": lambda: eye(picture(16, 16), ["relu1_1", "relu3_4"]),
        "channels": lambda: eye.channels("relu3_4"),
        "size": lambda: eye.size("relu3_4", 16, 16),
        "depth": lambda: eye.depth(["relu3_4"]),
    }
    with pytest.raises(ZeuxisError) as caught:
        calls[ask]()
    known = ", ".join(VGG16_LAYERS)
    assert str(caught.value) == f"vgg16 has no layer 'relu3_4': choose among {known}"
