"""The networks that enlarge: shapes, reach, what they begin as, slopes, graphs, and the papers' tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.runtime.enlarging import ENLARGED
from zeuxis.runtime.plan import WHOLE
from zeuxis.runtime.sessions import Session
from zeuxis.upscaling.bicubic import bicubic
from zeuxis.upscaling.model import graph_of, new_network, tensors_of
from zeuxis.upscaling.networks import Enlarging
from zeuxis.upscaling.networks.discriminators import DISCRIMINATORS, Patches

KINDS = [
    ("loupe", {"scale": 2, "width": 8, "blocks": 2}),
    ("loupe", {"scale": 3, "width": 8, "blocks": 0}),
    ("loupe", {"scale": 4, "width": 8, "blocks": 1}),
    ("loupe", {"scale": 8, "width": 8, "blocks": 1}),
    ("johnson-sr", {"scale": 2}),
    ("johnson-sr", {"scale": 4}),
    ("johnson-sr", {"scale": 8}),
    ("srcnn", {"scale": 3}),
    ("srcnn", {"scale": 4}),
    ("srresnet", {"scale": 2, "blocks": 2}),
    ("srresnet", {"scale": 3, "blocks": 1}),
    ("srresnet", {"scale": 4, "blocks": 1}),
    ("srresnet", {"scale": 8, "blocks": 1}),
]
every_kind = pytest.mark.parametrize(("kind", "config"), KINDS, ids=str)


def shaken(kind: str, config: dict[str, Any]) -> Enlarging:
    """A network none of whose layers does nothing."""
    torch.set_num_threads(1)
    network = new_network(kind, config, 0)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.02 * torch.randn(weight.shape, generator=torch.manual_seed(1)))
    return network.eval()


def random(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.manual_seed(3))


@every_kind
def test_sizes_and_slopes(kind: str, config: dict[str, Any]) -> None:
    network = shaken(kind, config).train()
    picture = random(2, 3, 5, 9)
    enlarged = network(picture)
    assert enlarged.shape == (2, 3, 5 * config["scale"], 9 * config["scale"])
    assert enlarged.dtype == torch.float32
    enlarged.square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    assert all(p.grad.abs().sum() > 0 for n, p in network.named_parameters() if "bias" not in n)


@every_kind
@torch.no_grad()
def test_nothing_beyond_the_margin_matters(kind: str, config: dict[str, Any]) -> None:
    network = shaken(kind, config)
    side, margin, scale = 4, network.margin, config["scale"]
    picture = random(1, 3, side + 2 * margin + 2, side + 2 * margin + 2)
    other = 1 - picture
    inner = slice(1, -1)
    other[..., inner, inner] = picture[..., inner, inner]
    own = slice((1 + margin) * scale, (1 + margin + side) * scale)
    one, two = (network(each)[..., own, own] for each in (picture, other))
    torch.testing.assert_close(one, two, rtol=0, atol=1e-6)


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
@torch.no_grad()
def test_an_untrained_loupe_is_the_bicubic_enlargement(scale: int) -> None:
    network = new_network("loupe", {"scale": scale, "width": 8, "blocks": 2}, 0)
    picture = random(1, 3, 9, 12)
    wanted = bicubic(picture[0].permute(1, 2, 0).double().numpy(), (9 * scale, 12 * scale))
    found = network(picture)[0].permute(1, 2, 0).numpy()
    inner = slice(2 * scale, -2 * scale)  # beyond the border MATLAB mirrors, and we repeat
    np.testing.assert_allclose(found[inner, inner], wanted[inner, inner], atol=2e-6)
    assert abs(found - wanted).max() < 0.1


def test_the_same_seed_gives_the_same_network() -> None:
    one, two, other = (new_network("srresnet", {"scale": 2, "blocks": 1}, s) for s in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.first[0].weight, other.first[0].weight)  # type: ignore[union-attr,index]


def layers(network: nn.Module) -> list[tuple[Any, ...]]:
    """Convolutions in order: inputs, outputs, size, stride."""
    kinds = nn.Conv2d | nn.ConvTranspose2d
    return [
        (m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0])
        for m in network.modules()
        if isinstance(m, kinds)
    ]


def test_johnson_sr_is_that_of_the_supplement() -> None:
    for scale, doublings in ((4, 2), (8, 3)):
        found = layers(new_network("johnson-sr", {"scale": scale}, 0))
        assert found[0] == (3, 64, 9, 1) and found[-1] == (64, 3, 9, 1)
        assert found[1:9] == [(64, 64, 3, 1)] * 8
        assert found[9:-1] == [(64, 64, 3, 2)] * doublings
    with pytest.raises(ZeuxisError, match="scale 3 is not 2, 4 or 8"):
        new_network("johnson-sr", {"scale": 3}, 0)


def test_srcnn_has_filters_9_5_5() -> None:
    network = new_network("srcnn", {"scale": 4}, 0)
    assert layers(network) == [(3, 64, 9, 1), (64, 32, 5, 1), (32, 3, 5, 1)]


def test_srresnet_is_that_of_figure_4() -> None:
    network = new_network("srresnet", {"scale": 4}, 0)
    found = layers(network)
    assert found[0] == (3, 64, 9, 1) and found[-1] == (64, 3, 9, 1)
    assert found[1:34] == [(64, 64, 3, 1)] * 33
    assert found[34:-1] == [(64, 256, 3, 1)] * 2
    assert sum(p.numel() for p in network.parameters()) == 1_547_350
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    assert len(norms) == 33


@every_kind
@torch.no_grad()
def test_the_graph_is_the_network(kind: str, config: dict[str, Any]) -> None:
    """At any size, with weights from outside; at half precision they differ by little."""
    network = shaken(kind, config)
    tensors = tensors_of(network)
    session = Session(graph_of(network)[WHOLE], {n: tensors[n] for n in tensors}, 1)
    for name, weight in network.named_parameters():
        weight.copy_(torch.from_numpy(tensors[name].astype(np.float32)))
    for size in ((1, 1), (7, 4), (33, 20)):
        picture = random(1, 3, *size)
        (found,) = session.run([ENLARGED], {"picture": picture.numpy()})
        np.testing.assert_allclose(found, network(picture).numpy(), atol=2e-4)


def test_the_graph_names_no_place_of_this_machine() -> None:
    graph = graph_of(new_network("loupe", {"scale": 2, "width": 8, "blocks": 1}, 0))[WHOLE]
    assert str(Path(__file__).parents[2]).encode() not in graph.tobytes()
    with pytest.raises(Exception, match=r"external|initializer|exist"):
        onnxruntime.InferenceSession(graph.tobytes(), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("name", DISCRIMINATORS.names())
def test_discriminators(name: str) -> None:
    torch.manual_seed(0)
    judge = DISCRIMINATORS.get(name)()
    for side in (32, 48):
        pictures = random(2, 3, side, side).requires_grad_()
        logits = judge(pictures)
        assert logits.dim() == 1 and len(logits) == (2 if name == "srgan" else 2 * (side // 8) ** 2)
        logits.sum().backward()
        assert pictures.grad is not None and pictures.grad.isfinite().all()


def test_patches_see_patches() -> None:
    """A pixel far away does not matter to a logit."""
    torch.manual_seed(0)
    judge = Patches().eval()
    one = random(1, 3, 128, 128)
    other = one.clone()
    other[..., 96:, 96:] = 0
    gaps = (judge(one) - judge(other)).abs().reshape(16, 16)
    assert gaps[:6, :6].max() == 0 and gaps[12:, 12:].min() > 0
