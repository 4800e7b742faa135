"""Feature networks: the shipped one, a user's ONNX file, a user's torch module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from zeuxis import ZeuxisError
from zeuxis.metrics.features import feature_network

WEIGHTS = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)


def classifier(
    path: Path, *, shape: tuple[object, ...] = ("n", 3, "h", "w"), soft: bool = False
) -> Path:
    """A network in a file: means over the picture (`pool`), then five classes (`logits`)."""
    nodes = [
        helper.make_node("ReduceMean", ["x", "axes"], ["pool"], keepdims=0),
        helper.make_node("Gemm", ["pool", "weights"], ["logits"], transB=1),
    ]
    if soft:
        nodes.append(helper.make_node("Softmax", ["logits"], ["classes"]))
    last = "classes" if soft else "logits"
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, (shape[0], 5))],
        [
            numpy_helper.from_array(WEIGHTS, "weights"),
            numpy_helper.from_array(np.array([2, 3]), "axes"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)
    return path


def flat(path: Path) -> Path:
    """A network that takes rows of numbers."""
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, ("n", 12)) for each in "xy"]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])], "flat", ends[:1], ends[1:]
    )
    opsets = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def pictures(count: int = 3, channels: int = 3, side: int = 8) -> Tensor:
    return torch.rand(count, channels, side, side, generator=torch.Generator().manual_seed(count))


class TestVGG:
    def test_what_it_gives(self) -> None:
        network = feature_network("vgg16")
        found = network(pictures(side=40))
        assert network.name == "vgg16 (relu3_3 + relu5_3)" and network.dim == 768
        assert found.rows.shape == (3, 768) and found.rows.dtype == np.float32
        assert found.probabilities is None
        assert 0 < np.abs(found.rows).mean() < 10

    def test_grey_is_all_colours_alike(self) -> None:
        network, grey = feature_network("vgg16"), pictures(channels=1)
        np.testing.assert_allclose(network(grey).rows, network(grey.repeat(1, 3, 1, 1)).rows)

    def test_parts_are_the_whole(self) -> None:
        network, many = feature_network("vgg16"), pictures(40)
        alone = np.concatenate([network(each[None]).rows for each in many[30:35]])
        np.testing.assert_allclose(network(many).rows[30:35], alone, rtol=1e-3, atol=1e-4)

    @pytest.mark.parametrize("side", [1, 7, 300])
    def test_any_size(self, side: int) -> None:
        assert feature_network("vgg16")(pictures(1, side=side)).rows.shape == (1, 768)

    @pytest.mark.parametrize("shape", [(3, 8, 8), (2, 2, 8, 8), (2, 4, 8, 8), (0, 3, 8, 8)])
    def test_no_pictures(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ZeuxisError, match="takes pictures of N x 1 x H x W or N x 3 x H x W"):
            feature_network("vgg16")(torch.zeros(shape))


class TestONNX:
    def test_last_layer(self, tmp_path: Path) -> None:
        network = feature_network(classifier(tmp_path / "net.onnx"))
        given = pictures(70)
        found = network(given)
        logits = given.mean((2, 3)).numpy() @ WEIGHTS.T
        np.testing.assert_allclose(found.rows, logits, rtol=1e-5, atol=1e-6)
        assert found.probabilities is not None
        np.testing.assert_allclose(
            found.probabilities, torch.from_numpy(logits).softmax(1).numpy(), rtol=1e-5
        )
        assert network.name == "net.onnx:logits" and network.dim == 5

    @pytest.mark.parametrize("soft", [False, True])
    def test_inner_tensor(self, tmp_path: Path, soft: bool) -> None:
        path = classifier(tmp_path / "net.onnx", soft=soft)
        network, whole = feature_network(f"{path}:pool"), feature_network(str(path))
        found, given = network(pictures()), pictures().mean((2, 3))
        np.testing.assert_allclose(found.rows, given.numpy(), rtol=1e-5)
        assert found.probabilities is not None
        np.testing.assert_allclose(found.probabilities.sum(1), 1, rtol=1e-5)
        np.testing.assert_allclose(found.probabilities, whole(pictures()).probabilities)
        assert network.name == "net.onnx:pool" and network.key != whole.key

    def test_fixed_size_and_number(self, tmp_path: Path) -> None:
        network = feature_network(classifier(tmp_path / "net.onnx", shape=(4, 3, 8, 8)))
        given = pictures(6)
        np.testing.assert_allclose(
            network(given).rows, given.mean((2, 3)).numpy() @ WEIGHTS.T, rtol=1e-5, atol=1e-6
        )
        assert network(pictures(2, side=16)).rows.shape == (2, 5)

    def test_another_size_than_it_says_it_takes(self, tmp_path: Path) -> None:
        path = classifier(tmp_path / "net.onnx", shape=("n", 3, 8, "w"))
        with pytest.raises(ZeuxisError, match="does not run on pictures of this size"):
            feature_network(path)(pictures(side=9))

    def test_what_cannot_be_used(self, tmp_path: Path) -> None:
        (tmp_path / "broken.onnx").write_bytes(b"\x08\x09 no network")
        (tmp_path / "folder.onnx").mkdir()
        for name, complaint in [
            ("gone.onnx", "cannot read .*no such file"),
            ("folder.onnx", "cannot read .*directory"),
            ("broken.onnx", "is no network it can run"),
        ]:
            with pytest.raises(ZeuxisError, match=complaint):
                feature_network(tmp_path / name)
        path = classifier(tmp_path / "net.onnx")
        with pytest.raises(ZeuxisError, match="has no tensor 'nowhere'"):
            feature_network(f"{path}:nowhere")
        with pytest.raises(ZeuxisError, match="not pictures of"):
            feature_network(flat(tmp_path / "flat.onnx"))


class TestModule:
    def test_logits(self) -> None:
        net = nn.Sequential(nn.Flatten(), nn.Dropout(0.9), nn.Linear(3 * 64, 4))
        network = feature_network(net)
        found = network(pictures())
        assert network.name == "Sequential" and network.dim == 4 and not network.key
        with torch.no_grad():
            expected = net.eval()(pictures())
        np.testing.assert_allclose(found.rows, expected.numpy(), rtol=1e-4, atol=1e-6)
        assert found.probabilities is not None
        np.testing.assert_allclose(found.probabilities, expected.softmax(1).numpy(), rtol=1e-4)

    def test_features_and_logits(self) -> None:
        class Both(nn.Module):
            def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
                assert x.is_contiguous(memory_format=torch.channels_last)
                return x[:, :, :2, :2], x.mean((2, 3)).softmax(1)

        found = feature_network(Both())(pictures())
        np.testing.assert_allclose(
            found.rows, pictures()[:, :, :2, :2].mean((2, 3)).numpy(), rtol=1e-5
        )
        np.testing.assert_allclose(
            found.probabilities, pictures().mean((2, 3)).softmax(1).numpy(), rtol=1e-5
        )

    def test_it_is_left_as_it_was(self) -> None:
        net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(), nn.Flatten())
        net[1].eval()
        modes = [each.training for each in net.modules()]
        seen = []
        net[2].register_forward_hook(lambda layer, *_: seen.append(layer.training))
        strides, means = net[0].weight.stride(), net[1].running_mean.clone()
        network = feature_network(net)
        network(pictures())
        assert seen == [False] and [each.training for each in net.modules()] == modes
        assert net[0].weight.stride() == strides and torch.equal(net[1].running_mean, means)
        net[2].register_forward_hook(lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            network(pictures())
        assert [each.training for each in net.modules()] == modes

    def test_it_sees_where_it_is(self) -> None:
        net = nn.Linear(3, 2, device="meta")
        asked = []

        class Asked(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = net

            def forward(self, x: Tensor) -> Tensor:
                asked.append(x.device.type)
                return torch.zeros(len(x), 2)

        feature_network(Asked(), "cpu")(pictures())
        assert asked == ["meta"] and net.weight.is_meta

    def test_what_it_must_not_give(self) -> None:
        class Zero(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return x.mean((2, 3)) / 0

        with pytest.raises(ZeuxisError, match="Zero gives features that are not finite"):
            feature_network(Zero())(pictures())
        with pytest.raises(ZeuxisError, match=r"makes \(3, 3, 64\) of 3 pictures"):
            feature_network(nn.Flatten(2))(pictures())


def test_unknown_name() -> None:
    with pytest.raises(ZeuxisError, match="'resnet': choose one of inception, vgg16, or give an"):
        feature_network("resnet")


def test_inception_must_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path))
    with pytest.raises(ZeuxisError, match="run zeuxis weights fetch inception"):
        feature_network("inception")


def test_a_network_stays_itself() -> None:
    network = feature_network("vgg16")
    assert feature_network(network) is network
