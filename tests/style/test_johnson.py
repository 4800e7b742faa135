"""Johnson's network: the layer table of the supplement, sizes, borders, normalisations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load, save
from zeuxis.runtime import load_network
from zeuxis.style.graphs import add_graphs
from zeuxis.style.networks import NETWORKS
from zeuxis.style.networks.johnson import Johnson, continued

# Table 1 of the supplement, for an input of 3x256x256: what a layer gives, and where it is in ours.
TABLE = [
    ("reflection padding (40x40)", "down", (3, 336, 336)),  # what goes into it
    ("32x9x9 conv, stride 1", "down.0", (32, 336, 336)),
    ("64x3x3 conv, stride 2", "down.1", (64, 168, 168)),
    ("128x3x3 conv, stride 2", "down.2", (128, 84, 84)),
    ("residual block, 128 filters", "residual.0", (128, 80, 80)),
    ("residual block, 128 filters", "residual.1", (128, 76, 76)),
    ("residual block, 128 filters", "residual.2", (128, 72, 72)),
    ("residual block, 128 filters", "residual.3", (128, 68, 68)),
    ("residual block, 128 filters", "residual.4", (128, 64, 64)),
    ("64x3x3 conv, stride 1/2", "up.0", (64, 128, 128)),
    ("32x3x3 conv, stride 1/2", "up.1", (32, 256, 256)),
    ("3x9x9 conv, stride 1", "last", (3, 256, 256)),
]
# The kernels that the table names, with those of the residual blocks (table 2: 3x3, as many as they get).
KERNELS = {
    "down.0": (32, 3, 9, 9),
    "down.1": (64, 32, 3, 3),
    "down.2": (128, 64, 3, 3),
    "up.0": (128, 64, 3, 3),  # transposed: inputs before outputs
    "up.1": (64, 32, 3, 3),
    **{f"residual.{b}.{each}": (128, 128, 3, 3) for b in range(5) for each in ("first", "second")},
}


def saved(network: Johnson, path: Path) -> Path:
    card = Card("a", "johnson", extra={"network": {"norm": network.norm}})
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    save(path, add_graphs(tensors, card), card)
    return path


@pytest.fixture(scope="module")
def network() -> Johnson:
    torch.manual_seed(3)
    return Johnson().eval()


@torch.no_grad()
def test_the_table_of_the_supplement(network):
    seen = {}
    hooks = [
        network.down.register_forward_pre_hook(
            lambda _, inputs: seen.update(down=tuple(inputs[0].shape[1:]))
        )
    ]
    for _, place, _ in TABLE[1:]:
        hooks.append(
            network.get_submodule(place).register_forward_hook(
                lambda _, __, output, place=place: seen.update({place: tuple(output.shape[1:])})
            )
        )
    painted = network(torch.rand(1, 3, 256, 256))
    for hook in hooks:
        hook.remove()
    assert painted.shape == (1, 3, 256, 256)
    assert [(name, place, seen[place]) for name, place, _ in TABLE] == TABLE


def test_the_kernels(network):
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    assert shapes.pop("last.weight") == (3, 32, 9, 9)
    assert shapes.pop("last.bias") == (3,)
    kernels = {name: shape for name, shape in shapes.items() if len(shape) == 4}
    assert kernels == {f"{place}.convolution.weight": shape for place, shape in KERNELS.items()}
    assert len(shapes) == 3 * len(kernels)  # each is normalised: scale and shift
    assert sum(tensor.numel() for tensor in network.state_dict().values()) == 1_679_235 - sum(
        shape[1] if place.startswith("up") else shape[0] for place, shape in KERNELS.items()
    )  # pytorch/examples has as many, and biases before the normalisations


@torch.no_grad()
def test_residual_blocks_have_no_relu_after_the_addition(network):
    block = network.residual[0]
    assert (block.second(torch.rand(1, 128, 20, 20)) < 0).any()  # nor before it
    assert (block(torch.randn(1, 128, 20, 20)) < 0).any()
    for place in (network.down, network.up):
        assert all((layer.relu(torch.tensor([-1.0])) == 0).all() for layer in place)
    x = torch.randn(1, 128, 20, 20)
    block.second.norm.weight.zero_()
    assert torch.equal(block(x), x[..., 2:-2, 2:-2])  # its middle, and nothing else
    block.second.norm.weight.fill_(1)


@pytest.mark.parametrize(
    ("height", "width"), [(64, 48), (61, 83), (46, 45), (44, 45), (1, 1), (3, 70), (70, 2)]
)
@torch.no_grad()
def test_any_size_comes_back(height, width, network):
    painted = network(torch.rand(2, 3, height, width))
    assert painted.shape == (2, 3, height, width)
    assert painted.min() >= 0 and painted.max() <= 1


@pytest.mark.parametrize(("height", "width"), [(100, 101), (46, 47)])
def test_pictures_are_continued_by_reflection(height, width):
    photo = torch.rand(1, 3, height, width)
    wide = continued(photo)
    assert [side % 4 for side in wide.shape[-2:]] == [0, 0]
    assert torch.equal(wide[..., 40 : 40 + height, 40 : 40 + width], photo)
    assert torch.equal(wide[..., :40, 40 : 40 + width], photo[..., 1:41, :].flip(2))
    assert torch.equal(wide[..., 40 : 40 + height, :40], photo[..., 1:41].flip(3))
    right, below = wide.shape[-1] - 40 - width, wide.shape[-2] - 40 - height
    assert torch.equal(wide[..., 40:-below, -right:], photo[..., -right - 1 : -1].flip(3))


def test_the_picture_is_normalised_as_for_caffe(network):
    seen = []
    hook = network.down.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    colour = torch.tensor([123.68, 116.779, 103.939])[:, None, None] / 255
    with torch.no_grad():
        network(colour.expand(1, 3, 64, 64))
        network(torch.ones(1, 3, 64, 64))
    hook.remove()
    assert seen[0].abs().max() < 1e-4
    assert torch.allclose(seen[1][0, :, 9, 9], 255 * (1 - colour[:, 0, 0]))


@torch.no_grad()
def test_the_scaled_tanh():
    network = Johnson().eval()
    network.last.weight.zero_()
    network.last.bias.copy_(torch.tensor([0.0, 9.0, -0.5]))
    painted = network(torch.rand(1, 3, 48, 48))[0, :, 0, 0]
    assert torch.allclose(painted, torch.tensor([0.5, 1.0, 0.26894142]))  # 1 / (1 + e)


def test_batch_normalisation():
    torch.manual_seed(0)
    network = Johnson(norm="batch")
    photo = torch.rand(2, 3, 48, 48)
    network(photo)  # learns the statistics
    network.eval()
    with torch.no_grad():
        alone, together = network(photo[:1]), network(photo)
        darker = network(photo / 2)
    assert torch.allclose(alone, together[:1], atol=1e-5)
    assert not torch.allclose(darker, together, atol=1e-3)
    assert int(network.down[0].norm.num_batches_tracked) == 1


def test_another_normalisation_is_refused():
    with pytest.raises(ZeuxisError, match="choose one of instance, batch"):
        Johnson(norm="layer")


@pytest.mark.parametrize("kind", ["johnson", "transformer-net"])
def test_every_weight_takes_a_gradient(kind):
    torch.manual_seed(0)
    network = NETWORKS.get(kind)()
    network.last.bias.data.fill_(0.5)  # else a clamped network is black here and there
    network(torch.rand(1, 3, 52, 48)).square().mean().backward()
    assert all(weight.grad.abs().max() > 0 for weight in network.parameters())


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("johnson", {"norm": "instance"}),
        ("johnson", {"norm": "batch"}),
        ("transformer-net", {"upsampling": "transposed", "rectified": True}),
        ("fresco", {"widths": [8, 16, 24], "blocks": 1}),
    ],
    ids=str,
)
@torch.no_grad()
def test_the_card_makes_the_network(kind, told, tmp_path):
    torch.manual_seed(0)
    network = NETWORKS.get(kind)(**told).eval()
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    path = tmp_path / "a.safetensors"
    save(path, tensors, Card("a", kind, extra={"network": told}))
    tensors, card = load(path)
    again = NETWORKS.get(card.kind)(**card.extra["network"]).eval()
    again.load_state_dict({name: torch.from_numpy(np.array(a)) for name, a in tensors.items()})
    photo = torch.rand(1, 3, 48, 48)
    row = [torch.rand(1, network.row_length)] if kind == "fresco" else []
    assert torch.equal(network(photo, *row), again(photo, *row))


@pytest.mark.parametrize("size", [(64, 80), (83, 61), (41, 44), (2, 1), (5, 70)], ids=str)
@pytest.mark.parametrize("norm", ["instance", "batch"])
@torch.no_grad()
def test_it_runs_without_torch(norm, size, tmp_path):
    torch.manual_seed(0)
    network = Johnson(norm)
    network(torch.rand(4, 3, 64, 64))  # gives the batch normalisation some statistics
    path = saved(network.eval(), tmp_path / "a.safetensors")
    photo = torch.rand(1, 3, *size)
    expected = network(photo)[0].permute(1, 2, 0).numpy()
    runtime = load_network(path)
    pixels = np.ascontiguousarray(photo[0].permute(1, 2, 0).numpy())
    assert np.abs(runtime.paint(pixels) - expected).max() < 1e-5
    assert np.abs(runtime.paint(pixels, max_memory=0) - expected).max() < 5e-3  # in strips


def test_unknown_networks_list_the_known():
    with pytest.raises(ZeuxisError, match="choose one of fresco, johnson, transformer-net"):
        NETWORKS.get("cyclegan")
