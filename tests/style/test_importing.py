"""Style networks of others: what they paint is what they painted, and what is none is refused."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from zeuxis.errors import ZeuxisError
from zeuxis.models import load
from zeuxis.runtime import load_network
from zeuxis.style.importing import import_file, read_network
from zeuxis.style.layouts import LAYOUTS
from zeuxis.style.networks import NETWORKS

spec = spec_from_file_location("published", Path(__file__).with_name("published.py"))
published = module_from_spec(spec)
spec.loader.exec_module(published)
each_network = pytest.mark.parametrize("kind", published.NETWORKS, ids=lambda kind: kind.source)


def picture(height: int, width: int, contrast: float = 1.0, seed: int = 1) -> torch.Tensor:
    """Noise of several sizes, 1x3xHxW."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 7, 5, generator=generator)
    noise = nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    noise = 0.7 * noise + 0.3 * torch.rand(1, 3, height, width, generator=generator)
    return 0.5 + contrast * (noise - 0.5)


@pytest.fixture
def saved(tmp_path):
    def save(state, name="candy.pth", **options):
        torch.save(state, tmp_path / name, **options)
        return tmp_path / name

    return save


@pytest.fixture(scope="module")
def candy():
    """The state of a network of pytorch/examples."""
    return published.drawn(published.Examples).state_dict()


def test_a_layout_for_each():
    assert {layout.source for layout in LAYOUTS} == {kind.source for kind in published.NETWORKS}
    assert len(LAYOUTS) == len(published.NETWORKS)


@each_network
@pytest.mark.parametrize("size", [(64, 48), (37, 51), (5, 18), (42, 43)], ids=str)
@torch.no_grad()
def test_it_paints_what_the_original_painted(kind, size, saved):
    original = published.drawn(kind)
    imported = read_network(saved(original.state_dict()))
    assert imported.layout.source == kind.source
    photo = picture(*size)
    ours, theirs = imported.network()(photo), original.stylize(photo)[..., : size[0], : size[1]]
    assert ours.shape == photo.shape
    assert ((theirs > 0) & (theirs < 1)).float().mean() > 0.8  # else there would be little to see
    assert (ours - theirs.clamp(0, 1)).abs().max() < 1e-5


@each_network
@torch.no_grad()
def test_it_paints_the_same_in_the_fog(kind, saved):
    """Where contrasts are so low that what is added to the variance is seen."""
    original = published.drawn(kind).double()
    imported = read_network(saved(published.drawn(kind).state_dict()))
    photo = picture(40, 40, contrast=3e-4).double()
    theirs = original.stylize(photo).clamp(0, 1)
    assert (imported.network().double()(photo) - theirs).abs().max() < 1e-5


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 40), (40, 4)])
@torch.no_grad()
def test_pictures_that_were_too_small(height, width, candy, saved):
    photo = picture(height, width)
    painted = read_network(saved(candy)).network()(photo)
    assert painted.shape == photo.shape
    assert painted.isfinite().all()


def test_checkpoints_and_habits(candy, saved):
    """Old files, files from several GPUs, with an optimizer besides, in half precision."""
    plain = read_network(saved(candy)).tensors
    old = {**candy, "in1.running_mean": torch.ones(32), "res1.in2.running_var": torch.ones(128)}
    parallel = OrderedDict((f"module.{name}", tensor) for name, tensor in candy.items())
    for state in (
        old,
        parallel,
        {"state_dict": parallel, "optimizer_state": {"lr": 0.1}, "commit_hash": "b1ff"},
        {"epoch": 2, "model_state_dict": candy},
        {name: nn.Parameter(tensor) for name, tensor in candy.items()},
    ):
        tensors = read_network(saved(state)).tensors
        assert tensors.keys() == plain.keys()
        assert all(np.array_equal(tensors[name], plain[name]) for name in plain)
    half = read_network(saved({name: tensor.half() for name, tensor in candy.items()})).tensors
    assert all(np.allclose(half[name], plain[name], rtol=1e-3, atol=1e-2) for name in plain)
    legacy = saved(candy, _use_new_zipfile_serialization=False)
    assert read_network(legacy).tensors.keys() == plain.keys()


def refused(path) -> str:
    with pytest.raises(ZeuxisError) as caught:
        read_network(Path(path))
    message = str(caught.value)
    assert message.startswith((str(path), f"cannot read {path}"))
    assert "\n" not in message
    return message


def test_statistics_of_the_training_are_refused(candy, saved):
    state = {**candy, "in1.num_batches_tracked": torch.tensor(9)}
    assert "track_running_stats off" in refused(saved(state))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"conv2.conv2d.weight": None}, "it lacks conv2.conv2d.weight"),
        ({"res6.conv1.conv2d.weight": torch.zeros(1)}, "it has 'res6.conv1.conv2d.weight'"),
        ({"in4.bias": torch.zeros(63)}, "in4.bias has the shape (63,), not (64,)"),
        ({"in4.bias": torch.zeros(1).expand(10**9)}, "has the shape (1000000000,)"),
        ({"in4.bias": "blue"}, "in4.bias is no tensor"),
        ({"in4.bias": torch.zeros(64, dtype=torch.int64)}, "in4.bias is no tensor of real"),
        ({"in4.bias": torch.zeros(64).to_sparse()}, "in4.bias is no tensor of real"),
        ({"in4.bias": torch.full((64,), torch.nan)}, "damaged, for up.0.norm.bias"),
        (
            {"in4.bias": torch.full((64,), 1e200, dtype=torch.float64)},
            "damaged, for up.0.norm.bias",
        ),
    ],
    ids=str,
)
def test_almost_a_network(change, said, candy, saved):
    state = {name: value for name, value in {**candy, **change}.items() if value is not None}
    assert said in refused(saved(state))


def test_other_things(saved):
    message = refused(saved({"features.0.weight": torch.zeros(64, 3, 3, 3)}))
    assert "holds no style network that Zeuxis knows" in message
    assert all(layout.source in message for layout in LAYOUTS)
    assert "holds no style network" in refused(saved({}))
    assert "holds no style network" in refused(saved({"state_dict": 3, 7: "seven"}))
    assert "no tensors by name" in refused(saved([1, 2]))


def test_files_that_are_none(tmp_path, candy, saved):
    assert "does not exist" in refused(tmp_path / "gone.pth")
    assert "is a folder" in refused(tmp_path)
    (tmp_path / "empty.pth").touch()
    assert "is empty" in refused(tmp_path / "empty.pth")
    (tmp_path / "text.pth").write_text("candy")
    assert "is truncated, is no PyTorch file" in refused(tmp_path / "text.pth")
    content = saved(candy).read_bytes()
    for length in (1, 100, len(content) // 2, len(content) - 100):
        (tmp_path / "cut.pth").write_bytes(content[:length])
        assert "is truncated" in refused(tmp_path / "cut.pth")


def test_nothing_in_a_file_is_executed(tmp_path, saved):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    (tmp_path / "trap.pth").write_bytes(pickle.dumps({"conv1.conv2d.weight": Trap()}))
    assert "never opens" in refused(tmp_path / "trap.pth")
    assert "never opens" in refused(saved({"conv1.conv2d.weight": Trap()}))
    assert "never opens" in refused(saved(nn.Conv2d(1, 1, 1)))  # a network, not its state
    assert not (tmp_path / "sprung").exists()


@torch.no_grad()
def test_the_model_file(tmp_path, candy, saved):
    path, output = saved(candy, "rain princess (2).pth"), tmp_path / "rain.safetensors"
    card = import_file(path, output)
    tensors, read = load(output)
    assert read == card
    assert (card.name, card.kind) == ("rain-princess-2", "transformer-net")
    assert card.extra["styles"] == [{"name": "rain-princess-2"}]
    assert "pytorch/examples" in card.source
    network = NETWORKS.get(card.kind)(**card.extra["network"])
    network.load_state_dict(
        {
            name: torch.from_numpy(array)
            for name, array in tensors.items()
            if not name.startswith("graph.")
        }
    )
    photo = picture(32, 32)
    assert torch.equal(network(photo), read_network(path).network()(photo))


@each_network
@pytest.mark.parametrize("size", [(64, 48), (37, 51), (3, 18)], ids=str)
@torch.no_grad()
def test_it_runs_without_torch(kind, size, tmp_path, saved):
    path = saved(published.drawn(kind).state_dict())
    import_file(path, tmp_path / "a.safetensors")
    photo = picture(*size)
    expected = read_network(path).network()(photo)[0].permute(1, 2, 0).numpy()
    runtime = load_network(tmp_path / "a.safetensors")
    pixels = np.ascontiguousarray(photo[0].permute(1, 2, 0).numpy())
    assert np.abs(runtime.paint(pixels) - expected).max() < 1e-5
    assert np.abs(runtime.paint(pixels, max_memory=0) - expected).max() < 5e-3  # in strips


def test_the_same_file_gives_the_same_bytes(tmp_path, candy, saved):
    path = saved(candy)
    first, second = tmp_path / "1" / "a.safetensors", tmp_path / "2" / "a.safetensors"
    import_file(path, first)
    import_file(path, second)
    assert first.read_bytes() == second.read_bytes()


def test_what_is_asked_for_is_checked(tmp_path, candy, saved):
    path, output = saved(candy), tmp_path / "a.safetensors"
    with pytest.raises(ZeuxisError, match=r"cannot be called '\.\./a': give a --name of letters"):
        import_file(path, output, name="../a")
    with pytest.raises(ZeuxisError, match=r"give -o a name that ends in \.safetensors"):
        import_file(path, path)
    with pytest.raises(ZeuxisError, match="cannot write .*name too long"):
        import_file(path, tmp_path / ("a" * 300 + ".safetensors"))
    output.write_bytes(b"dear")
    with pytest.raises(ZeuxisError, match="exists already: give --force"):
        import_file(path, output)
    assert output.read_bytes() == b"dear"
    assert import_file(path, output, name="dear", force=True).name == "dear"
    assert load(output)[1].name == "dear"
