"""A network with its styles: rows, strokes, files, and files that hold something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, save
from zeuxis.style.model import StyleModel, load_model, new_model

CONFIG = {"widths": (4, 6, 8), "blocks": 1}
STYLES = [{"name": name} for name in "abc"]


@pytest.fixture
def model() -> StyleModel:
    model = new_model("fresco", CONFIG, STYLES, seed=3)
    torch.manual_seed(0)
    for each in (model.rows, model.plain):
        assert each is not None
        each.data += 0.5 * torch.randn_like(each)
    return model


@torch.no_grad()
def test_strokes_are_between_fine_and_bold(model: StyleModel) -> None:
    photos = torch.rand(3, 3, 24, 24)
    assert model.rows is not None
    fine, bold = model.rows[2]
    rows = torch.stack([fine, 0.75 * fine + 0.25 * bold, bold])
    painted = model(photos, torch.tensor([2, 2, 2]), torch.tensor([0.0, 0.25, 1.0]))
    torch.testing.assert_close(painted, model.network(photos, rows), rtol=0, atol=1e-5)
    others = model(photos, torch.tensor([0, 1, 2]), torch.tensor([0.0, 0.25, 1.0]))
    assert (others - painted).abs().amax((1, 2, 3)).tolist()[2] == 0
    assert (others - painted).abs().amax((1, 2, 3)).min(0).indices == 2


@torch.no_grad()
def test_johnson_has_no_rows() -> None:
    model = new_model("johnson", {}, STYLES[:1], seed=0)
    photos = torch.rand(1, 3, 16, 16)
    assert model.rows is None and model.plain is None
    assert torch.equal(model(photos, torch.tensor([0]), torch.tensor([0.5])), model.network(photos))
    assert not {"rows", "plain"} & set(model.tensors())


def test_johnson_holds_one_style() -> None:
    with pytest.raises(ZeuxisError, match=r"johnson holds one style, but there are 3 paintings"):
        new_model("johnson", {}, STYLES, seed=0)


def test_weights_are_of_the_seed() -> None:
    torch.manual_seed(7)
    state = torch.random.get_rng_state()
    first, same, other = (new_model("fresco", CONFIG, STYLES, seed) for seed in (3, 3, 4))
    assert torch.equal(torch.random.get_rng_state(), state)
    weights = [model.network.last.weight for model in (first, same, other)]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])


@torch.no_grad()
def test_there_and_back(model: StyleModel, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    extra: Any = {"predictor.first.weight": np.ones((2, 2), np.float32)}
    save(path, model.tensors() | extra, Card("m", "fresco", extra=model.extra()))
    loaded, tensors, card = load_model(path)
    assert {each.dtype for each in model.tensors().values()} == {np.dtype(np.float16)}
    assert card.extra["styles"] == STYLES == loaded.styles and "predictor.first.weight" in tensors
    photos, one = torch.rand(1, 3, 32, 32), torch.tensor([1])
    painted = [each(photos, one, torch.tensor([0.5])) for each in (model, loaded)]
    assert 0 < (painted[0] - painted[1]).abs().max() < 2e-3
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name].half().float()), name


@pytest.mark.parametrize(
    ("kind", "extra", "message"),
    [
        ("vgg16", {}, r"m.safetensors is a vgg16: only fresco and johnson networks"),
        ("fresco", {}, "has no styles of its own: give a network that zeuxis style train wrote"),
        ("fresco", {"styles": STYLES}, "does not hold the network on its card"),
        ("fresco", {"network": {"widths": [4, 6]}, "styles": STYLES}, "does not hold the network"),
        ("fresco", {"network": {"depth": 3}, "styles": STYLES}, "does not hold the network"),
        (
            "fresco",
            {"network": {"widths": [4, 6, 9]}, "styles": STYLES},
            "does not hold the network",
        ),
        ("fresco", {"network": CONFIG, "styles": STYLES[:2]}, "does not hold the network"),
        ("johnson", {"network": {}, "styles": STYLES[:1]}, "does not hold the network"),
    ],
)
def test_other_files(
    model: StyleModel, tmp_path: Path, kind: str, extra: dict[str, Any], message: str
) -> None:
    path = tmp_path / "m.safetensors"
    save(path, model.tensors(), Card("m", kind, extra=extra))
    with pytest.raises(ZeuxisError, match=message) as caught:
        load_model(path)
    assert "\n" not in str(caught.value)


def test_no_model_file(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    with pytest.raises(ZeuxisError, match=r"m.safetensors does not exist"):
        load_model(path)
    path.write_bytes(b"{" * 99)
    with pytest.raises(ZeuxisError, match="truncated or is not a safetensors file"):
        load_model(path)
