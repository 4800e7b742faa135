import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch

from zeuxis import places
from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load, read_card, save
from zeuxis.perception import importing, sources
from zeuxis.perception.calibration import mean_activations
from zeuxis.perception.download import file_digest
from zeuxis.perception.sources import (
    INPUTS,
    SOURCES,
    WeightSource,
    available,
    fetch,
    find,
    import_file,
)
from zeuxis.perception.vgg import CONVOLUTIONS, build

PHOTO = np.random.default_rng(1).random((1, 3, 32, 32), dtype=np.float32)
PLACES = {  # of the convolutions in torchvision's `features`
    "vgg16": (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
    "vgg19": (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34),
}
WIDTHS = (64, 128, 256, 512, 512)


def state_of(kind, corner=(0.0, 0.0, 0.0)):
    """A working VGG in torchvision's names and full shapes; all outputs of a layer are the same.

    The tensors are expanded from one output, which keeps the files small.
    """
    generator = torch.Generator().manual_seed(7)
    state, inputs = {}, 3
    for place, layer in zip(PLACES[kind], CONVOLUTIONS[kind], strict=True):
        outputs = WIDTHS[int(layer[4]) - 1]
        weight = torch.rand(1, inputs, 3, 3, generator=generator) * 2 / (9 * inputs)
        if place == 0:
            weight[0, :, 0, 0] = torch.tensor(corner)
        state[f"features.{place}.weight"] = weight.expand(outputs, inputs, 3, 3)
        state[f"features.{place}.bias"] = torch.rand(1, generator=generator).expand(outputs)
        inputs = outputs
    return state


@pytest.fixture(autouse=True)
def cache(monkeypatch):
    """An empty cache, removed after the test, for weight files are large; a tiny photograph."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("ZEUXIS_CACHE", folder)
        monkeypatch.setattr(importing, "photographs", lambda: [PHOTO])
        yield Path(folder)


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    path = tmp_path / "shipped.safetensors"
    save(path, {"x": np.zeros(5, np.float32)}, Card("vgg16", "vgg16", licence="CC-BY-4.0"))
    monkeypatch.setattr(sources, "SHIPPED", path)
    return path


@pytest.fixture
def foreign(tmp_path):
    """Writes a PyTorch file and gives its path."""

    def write(state, name="net.pth", **options):
        torch.save(state, tmp_path / name, **options)
        return tmp_path / name

    return write


@pytest.fixture
def web(tmp_path, monkeypatch, foreign):
    """A source whose file is served from a folder on this machine."""
    monkeypatch.setenv("no_proxy", "*")
    path = foreign(state_of("vgg16") | {"classifier.0.weight": torch.zeros(3, 3)})
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_port}/net.pth"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield WeightSource(
            "vgg16-web", "vgg16", "to fetch", path.stat().st_size, "MIT", url, file_digest(path)
        )
        server.shutdown()
        thread.join()


def refused(call, *args, **options):
    with pytest.raises(ZeuxisError) as caught:
        call(*args, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def assert_is(path, kind, state, input_name):
    """The weight file is the network of `state`, rescaled layer by layer, and it works."""
    tensors, card = load(path)
    assert card.kind == kind
    assert card.extra["input"] == INPUTS[input_name]
    assert len(tensors) == 2 * len(CONVOLUTIONS[kind])
    for place, layer in zip(PLACES[kind], CONVOLUTIONS[kind], strict=True):
        for part in ("weight", "bias"):
            saved, original = tensors[f"{layer}.{part}"], state[f"features.{place}.{part}"].numpy()
            scale = saved.flat[-1] / original.flat[-1]
            np.testing.assert_allclose(saved, original * scale, rtol=1e-4, atol=1e-9)
    means = mean_activations(build(tensors, card), [PHOTO])
    assert np.allclose(list(means.values()), 1, atol=1e-3)


class TestFind:
    def test_shipped(self, shipped):
        assert find("vgg16") == fetch("vgg16") == shipped

    def test_shipped_but_missing(self, monkeypatch, tmp_path):
        monkeypatch.setattr(sources, "SHIPPED", tmp_path / "gone.safetensors")
        assert "install Zeuxis anew" in refused(find, "vgg16")

    def test_path(self, shipped):
        assert find(shipped) == find(str(shipped)) == shipped

    @pytest.mark.parametrize("name", ["gone.safetensors", "some/where", Path("vgg16")])
    def test_path_that_is_not_there(self, name):
        assert f"{name} does not exist" in refused(find, name)

    @pytest.mark.parametrize("name", ["vgg19", "vgg19-torchvision"])
    def test_vgg19_is_to_be_fetched(self, name):
        assert "run zeuxis weights fetch vgg19-torchvision, or" in refused(find, name)

    def test_vgg16_torchvision_is_to_be_fetched(self):
        assert "zeuxis weights fetch vgg16-torchvision" in refused(find, "vgg16-torchvision")

    def test_vgg19_is_any_in_the_cache_and_its_namesake_first(self, cache):
        for name in ("vgg19-caffe", "vgg19-torchvision", "vgg19"):
            save(cache / f"{name}.safetensors", {}, Card(name, "vgg19"))
            assert find("vgg19") == find(name) == cache / f"{name}.safetensors"

    @pytest.mark.parametrize("name", ["monet", "", "VGG19", ".", ".."])
    def test_unknown_name(self, shipped, cache, name):
        save(cache / "mine.safetensors", {}, Card("mine", "vgg19"))
        message = refused(find, name)
        assert f"no weights {name!r}" in message
        assert "vgg16, vgg16-torchvision, vgg19-torchvision, inception, mine" in message
        assert "zeuxis weights import FILE" in message


class TestAvailable:
    def test_nothing_in_the_cache(self, shipped):
        assert [(row.name, row.kind, row.where) for row in available()] == [
            ("vgg16", "vgg16", "shipped"),
            ("vgg16-torchvision", "vgg16", "to fetch"),
            ("vgg19-torchvision", "vgg19", "to fetch"),
            ("inception", "inception", "to fetch"),
        ]
        assert available()[0].size == shipped.stat().st_size
        assert available()[1].size > 500_000_000

    def test_cached_and_damaged(self, shipped, cache):
        for name in ("vgg19-torchvision", "mine", "vgg16-torchvision"):
            save(cache / f"{name}.safetensors", {}, Card(name, "vgg19", licence="MIT"))
        (cache / "vgg16-torchvision.safetensors").write_bytes(b"damaged")
        (cache / "other.safetensors").write_bytes(b"damaged")
        rows = {row.name: (row.where, row.licence) for row in available()}
        assert rows == {
            "vgg16": ("shipped", "CC-BY-4.0"),
            "vgg16-torchvision": ("to fetch", "BSD-3-Clause"),
            "vgg19-torchvision": ("cached", "MIT"),
            "inception": ("to fetch", "Apache-2.0"),
            "mine": ("cached", "MIT"),
        }

    def test_folder_is_the_users_unless_told(self, monkeypatch):
        monkeypatch.delenv("ZEUXIS_CACHE")
        assert places.cache_folder().parts[-1] == "zeuxis"

    def test_without_torch(self):
        code = (
            "import sys; from zeuxis.perception.sources import *; available(); find('vgg16')\n"
            "print('torch' in sys.modules)"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert run.stdout.strip() == "False", run.stderr


def test_published_sources_are_well_formed():
    for source in SOURCES:
        assert len(bytes.fromhex(source.sha256)) == 32
        assert source.url.startswith("https://")
        assert source.url.endswith(f"-{source.sha256[:8]}.pth")
        assert source.name in (source.kind, f"{source.kind}-{source.input}")


class TestFetch:
    def test_download_becomes_a_weight_file(self, web, cache):
        path = fetch("vgg16-web", [web])
        assert path == find("vgg16-web") == cache / "vgg16-web.safetensors"
        assert os.listdir(cache) == [path.name]  # the download is gone
        assert_is(path, "vgg16", state_of("vgg16"), "torchvision")
        card = read_card(path)
        assert (card.name, card.licence) == ("vgg16-web", "MIT")
        assert card.source == f"{web.url} sha256 {web.sha256}"

    def test_second_time_nothing_is_downloaded(self, web):
        path = fetch("vgg16-web", [web])
        assert fetch("vgg16-web", [replace(web, url="http://127.0.0.1:1/")]) == path

    def test_damaged_file_is_fetched_anew(self, web, cache):
        path = cache / "vgg16-web.safetensors"
        save(path, {"x": np.ones(100)}, Card("vgg16-web", "vgg16"))
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        assert fetch("vgg16-web", [web]) == path
        load(path)

    def test_interrupted_conversion_needs_no_second_download(self, web, cache, monkeypatch):
        def interrupt(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(importing, "calibrate", interrupt)
            with pytest.raises(KeyboardInterrupt):
                fetch("vgg16-web", [web])
        assert os.listdir(cache) == ["vgg16-web.pth"]
        fetch("vgg16-web", [replace(web, url="http://127.0.0.1:1/")])
        assert os.listdir(cache) == ["vgg16-web.safetensors"]

    def test_other_bytes_than_published(self, web, cache):
        message = refused(fetch, "vgg16-web", [replace(web, sha256="397923af")])
        assert "not arrive as published" in message
        assert os.listdir(cache) == []

    def test_without_connection(self, web):
        message = refused(fetch, "vgg16-web", [replace(web, url="http://127.0.0.1:1/x.pth")])
        assert "cannot reach 127.0.0.1" in message
        assert "use the VGG-16 that comes with Zeuxis, or zeuxis weights import FILE" in message

    @pytest.mark.parametrize("name", ["vgg19", "monet", ""])
    def test_unknown_name(self, name):
        message = refused(fetch, name)
        assert f"cannot fetch {name!r}" in message
        assert "vgg16-torchvision, vgg19-torchvision" in message


class TestImport:
    @pytest.mark.parametrize("kind", ["vgg16", "vgg19"])
    @pytest.mark.parametrize("input_name", ["caffe", "torchvision"])
    def test_published_network_is_recognised(self, foreign, cache, kind, input_name):
        state = state_of(kind, importing.PUBLISHED[kind][input_name])
        path = import_file(foreign(state))
        assert path == cache / f"{kind}-{input_name}.safetensors" == find(path.stem)
        assert_is(path, kind, state, input_name)
        assert read_card(path).licence == sources.LICENCES[input_name]

    @pytest.mark.parametrize("input_name", ["caffe", "torchvision"])
    def test_other_network_needs_to_be_told(self, foreign, cache, input_name):
        path = foreign(state_of("vgg16"), "mine.pt")
        message = refused(import_file, path)
        assert str(path) in message
        assert "--input caffe" in message
        made = import_file(path, input=input_name)
        assert made == cache / "mine.safetensors"
        assert_is(made, "vgg16", state_of("vgg16"), input_name)
        assert read_card(made).licence == "unknown"

    def test_what_the_user_says_goes(self, foreign, cache):
        state = state_of("vgg16", importing.PUBLISHED["vgg16"]["caffe"])
        made = import_file(foreign(state), input="torchvision", name="odd")
        assert made == cache / "odd.safetensors"
        assert read_card(made).extra["input"] == INPUTS["torchvision"]

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
    def test_other_precisions_are_recognised(self, foreign, dtype):
        for kind, inputs in importing.PUBLISHED.items():
            for name, corner in inputs.items():
                state = {key: each.to(dtype) for key, each in state_of(kind, corner).items()}
                network = importing.read_network(foreign(state))
                assert (network.kind, network.input) == (kind, name)
                assert all(each.dtype == np.float32 for each in network.tensors.values())

    def test_old_pytorch_format_and_parameters_and_more_keys(self, foreign):
        state = {key: torch.nn.Parameter(each) for key, each in state_of("vgg19").items()}
        state |= {"classifier.0.weight": torch.zeros(2, 2), "classifier.6.bias": torch.zeros(2)}
        path = foreign(state, _use_new_zipfile_serialization=False)
        assert importing.read_network(path).kind == "vgg19"

    def test_weight_file_of_ours(self, foreign, cache, tmp_path):
        made = import_file(foreign(state_of("vgg16")), input="caffe")
        copy = made.replace(tmp_path / "copy.safetensors")
        again = import_file(copy)
        assert again == cache / "copy.safetensors"
        (first, card), (second, other) = load(copy), load(again)
        assert other == replace(card, name="copy")
        assert all(np.array_equal(first[key], second[key]) for key in first | second)
        assert "leave out input" in refused(import_file, copy, input="caffe")

    def test_name(self, foreign, cache):
        path = foreign(state_of("vgg16"), "my net!.pth")
        for name in (None, "vgg16", "../up", ".hidden", "a b", "é"):
            assert "another --name" in refused(import_file, path, input="caffe", name=name)
        assert import_file(path, input="caffe", name="Mine_2.0").name == "Mine_2.0.safetensors"
        assert find("Mine_2.0") == cache / "Mine_2.0.safetensors"

    def test_unknown_input(self, foreign):
        assert "choose one of caffe, torchvision" in refused(import_file, "x.pth", input="keras")


def changed(key, tensor):
    return state_of("vgg16") | {key: tensor}


def without(*keys):
    return {key: each for key, each in state_of("vgg16").items() if key not in keys}


class TestRefused:
    @pytest.mark.parametrize(
        ("state", "complaint"),
        [
            ({}, "lacks features.0.weight"),
            ({"conv1_1.weight": torch.zeros(1)}, "lacks features.0.weight"),
            ({0: torch.zeros(1)}, "lacks features.0.weight"),
            (without("features.28.weight"), "lacks features.28.weight"),
            (without("features.0.bias"), "lacks features.0.bias"),
            (changed("features.1.weight", torch.ones(64)), "has features.1.weight"),
            (changed("features.5.weight", torch.ones(128, 64, 5, 5)), r"conv2_1.weight has the"),
            (changed("features.28.bias", torch.ones(1)), r"conv5_3.bias has the shape \(1,\)"),
            (changed("features.0.bias", torch.full((64,), torch.nan)), "conv1_1.bias is not fin"),
            (changed("features.0.bias", torch.full((64,), torch.inf)), "conv1_1.bias is not fin"),
            (
                changed("features.0.bias", torch.full((64,), 1e300, dtype=torch.float64)),
                "conv1_1.bias is not finite",
            ),
            (changed("features.0.bias", torch.ones(64, dtype=torch.int32)), "no tensor of real"),
            (changed("features.0.bias", torch.ones(64).to_sparse()), "no tensor of real"),
            (changed("features.0.bias", torch.ones(64, device="meta")), "no tensor of real"),
            (changed("features.0.bias", [1.0] * 64), "no tensor of real"),
            ([torch.zeros(1)], "holds no tensors by name"),
            (torch.zeros(1), "holds no tensors by name"),
        ],
    )
    def test_wrong_network(self, foreign, cache, state, complaint):
        path = foreign(state)
        message = refused(import_file, path, input="caffe")
        assert str(path) in message
        with pytest.raises(ZeuxisError, match=complaint):
            import_file(path, input="caffe")
        assert os.listdir(cache) == []

    @pytest.mark.parametrize("bias", [-1e6, 3e38])
    def test_network_that_is_silent_or_overflows(self, foreign, cache, bias):
        path = foreign(changed("features.10.bias", torch.full((256,), bias)))
        assert "silent or overflows" in refused(import_file, path, input="caffe")
        assert os.listdir(cache) == []

    @pytest.mark.parametrize("zipped", [True, False])
    def test_code_is_never_run(self, foreign, tmp_path, zipped):
        trap = tmp_path / "sprung"

        class Malice:
            def __reduce__(self):
                return (Path.touch, (trap,))

        path = foreign(state_of("vgg16") | {"x": Malice()}, _use_new_zipfile_serialization=zipped)
        assert "holds more than plain tensors" in refused(import_file, path, input="caffe")
        path.write_bytes(pickle.dumps(Malice()))
        assert "holds more than plain tensors" in refused(import_file, path, input="caffe")
        assert not trap.exists()
        pickle.loads(path.read_bytes())
        assert trap.exists()  # the trap was a working one

    @pytest.mark.parametrize("zipped", [True, False])
    @pytest.mark.parametrize("share", [0.0001, 0.1, 0.5, 0.99])
    def test_truncated(self, foreign, zipped, share):
        path = foreign(state_of("vgg16"), _use_new_zipfile_serialization=zipped)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        assert "cannot read" in refused(import_file, path, input="caffe")

    @pytest.mark.parametrize("source", SOURCES)
    def test_published_name_on_other_bytes(self, foreign, source):
        path = foreign(state_of("vgg16"), source.url.split("/")[-1])
        assert "not the published file of that name" in refused(import_file, path)

    @pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"<html>", b"PK\x03\x04", b"\x80"])
    def test_something_else(self, tmp_path, content):
        path = tmp_path / "net.pth"
        path.write_bytes(content * 30)
        assert "is no PyTorch file" in refused(import_file, path, input="caffe")

    def test_nothing(self, tmp_path):
        (tmp_path / "empty.pth").touch()
        assert "is a folder" in refused(import_file, tmp_path)
        assert "is empty" in refused(import_file, tmp_path / "empty.pth")
        assert "does not exist" in refused(import_file, tmp_path / "gone.pth")
        assert "cannot read" in refused(import_file, tmp_path / "empty.pth" / "x.pth")
        assert "does not exist" in refused(import_file, tmp_path / "gone.safetensors")

    def test_full_or_read_only_cache(self, foreign, cache, monkeypatch):
        (cache / "file").touch()
        monkeypatch.setenv("ZEUXIS_CACHE", str(cache / "file" / "folder"))
        assert "cannot write" in refused(import_file, foreign(state_of("vgg16")), input="caffe")

    @pytest.mark.parametrize(
        ("card", "complaint"),
        [
            (Card("a", "gan"), "kind 'gan', not the weights of a VGG"),
            (Card("a", "vgg16"), "not the weights of a VGG"),
            (Card("a", "vgg16", extra={"input": INPUTS["caffe"] | {"order": "XYZ"}}), "not the"),
            (Card("a", "vgg16", extra={"input": INPUTS["caffe"] | {"std": [0, 1, 1]}}), "not the"),
            (Card("a", "vgg16", extra={"input": INPUTS["caffe"] | {"mean": ["a"]}}), "not the"),
            (Card("a", "vgg16", extra={"input": INPUTS["caffe"]}), "lacks conv1_1.weight"),
        ],
    )
    def test_model_file_of_another_kind(self, tmp_path, cache, card, complaint):
        path = tmp_path / "model.safetensors"
        save(path, {"x": np.ones(2)}, card)
        assert complaint in refused(import_file, path)
        assert os.listdir(cache) == []


@pytest.mark.skipif(not sources.SHIPPED.is_file(), reason="the shipped weights are not here")
def test_the_shipped_network_would_be_recognised():
    tensors, card = load(sources.SHIPPED)
    scale = card.extra["scales"]["relu1_1"]
    corner = tensors["conv1_1.weight"][0, :, 0, 0].astype(np.float32) * scale
    assert np.allclose(corner, importing.PUBLISHED["vgg16"]["caffe"], rtol=0, atol=importing.ALIKE)
    assert json.loads(json.dumps(INPUTS["caffe"])) == card.extra["input"]
