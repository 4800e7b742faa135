"""What painted crops cost: the relative style loss worked out by hand, and how the parts are weighed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.perception.grams import gram, relative_style_loss
from zeuxis.perception.losses import content_loss, total_variation
from zeuxis.perception.tones import patch_loss, tone_loss
from zeuxis.perception.vgg import load_vgg
from zeuxis.style.training.objective import Objective
from zeuxis.style.training.settings import StyleTrainSettings

Little = Callable[..., StyleTrainSettings]


def test_worked_out_by_hand() -> None:
    """Two channels of one position: (1, 2) has the Gram matrix (1 2; 2 4), (3, 0) has (9 0; 0 0)."""
    features = torch.tensor([[[[1.0]], [[2.0]]], [[[3.0]], [[0.0]]]])
    target = torch.tensor([[[2.0, 0.0], [0.0, 1.0]]] * 2)  # |A|^2 = 5
    first = (1 + 4 + 4 + 9) / 5
    second = (49 + 1) / 5
    one = relative_style_loss({"a": features}, {"a": target})
    assert one.tolist() == pytest.approx([first, second])
    two = relative_style_loss({"a": features, "b": features}, {"a": target, "b": gram(features)})
    assert two.tolist() == pytest.approx([first / 2, second / 2])


def test_nothing_to_pay_at_the_target() -> None:
    features = torch.randn(3, 4, 5, 6, requires_grad=True)
    loss = relative_style_loss({"a": features}, {"a": gram(features.detach())})
    assert loss.tolist() == [0, 0, 0]
    loss.sum().backward()  # type: ignore[no-untyped-call]
    assert features.grad is not None and not features.grad.any()


def test_how_strong_a_layer_is_does_not_matter() -> None:
    features, target = torch.randn(2, 4, 5, 6), torch.randn(2, 4, 7, 7)
    loss = relative_style_loss({"a": features}, {"a": gram(target)})
    for strength in (0.01, 100.0):
        other = relative_style_loss({"a": strength * features}, {"a": gram(strength * target)})
        torch.testing.assert_close(other, loss)


def test_gradients() -> None:
    torch.manual_seed(0)
    features = torch.randn(2, 3, 2, 3, dtype=torch.float64, requires_grad=True)
    target = gram(torch.randn(2, 3, 2, 3, dtype=torch.float64))
    assert torch.autograd.gradcheck(
        lambda x: relative_style_loss({"a": x}, {"a": target}), features
    )


def seen(picture: Tensor, *layers: str) -> Any:
    return load_vgg("vgg16")(picture, layers)


def test_the_parts(little: Little) -> None:
    torch.manual_seed(0)
    painted, photos, painting = torch.rand(3, 2, 3, 32, 32)
    settings = little(
        content_layers=("relu1_2", "relu2_2"), content_weight=3.0, style_weight=5.0,
        tv_weight=7.0, tone_weight=11.0, patch_weight=13.0,
    )  # fmt: skip
    targets = {name: gram(f) for name, f in seen(painting, *settings.style_layers).items()}
    losses = Objective(load_vgg("vgg16"), settings)(painted, photos, targets)
    assert list(losses) == ["content", "style", "tone", "patch", "tv"]
    ours, theirs = (seen(each, "relu1_2", "relu2_2") for each in (painted, photos))
    contents = [content_loss(ours[layer], theirs[layer]).item() for layer in ours]
    assert losses["content"].item() == pytest.approx(3 * sum(contents) / 2, rel=1e-5)
    style = relative_style_loss(ours, targets).mean().item()
    assert losses["style"].item() == pytest.approx(5 * style, rel=1e-5)
    tone, patch = (each(painted, photos).mean().item() for each in (tone_loss, patch_loss))
    assert losses["tone"].item() == pytest.approx(11 * tone, rel=1e-5)
    assert losses["patch"].item() == pytest.approx(13 * patch, rel=1e-5)
    assert losses["tv"].item() == pytest.approx(7 * total_variation(painted).item(), rel=1e-5)


def test_a_photo_left_alone_costs_its_style_and_roughness_only(little: Little) -> None:
    photo = F.interpolate(torch.rand(1, 3, 4, 4), scale_factor=8)
    settings = little(tv_weight=0.0, patch_weight=0.0)
    targets = {name: gram(f) for name, f in seen(photo, *settings.style_layers).items()}
    losses = Objective(load_vgg("vgg16"), settings)(photo, photo, targets)
    assert all(abs(loss.item()) < 1e-2 for loss in losses.values())


def test_features_of_photographs_take_no_gradients(little: Little) -> None:
    painted, photos = (torch.rand(1, 3, 32, 32, requires_grad=True) for _ in range(2))
    losses = Objective(load_vgg("vgg16"), little(style_layers=("relu1_2",)))(
        painted, photos, {"relu1_2": torch.ones(1, 64, 64)}
    )
    losses["content"].backward()  # type: ignore[no-untyped-call]
    assert photos.grad is None and painted.grad is not None and painted.grad.any()


def test_half_precision_costs_the_same(little: Little) -> None:
    painted, photos, painting = torch.rand(3, 1, 3, 32, 32)
    settings, vgg = little(), load_vgg("vgg16")
    targets = {name: gram(f) for name, f in seen(painting, *settings.style_layers).items()}
    exact = Objective(vgg, settings)(painted, photos, targets)
    rough = Objective(vgg.at(torch.bfloat16), settings)(painted, photos, targets)
    assert vgg.conv1_1_weight.dtype == torch.float32
    for name, loss in rough.items():
        assert loss.dtype == torch.float32
        assert loss.item() == pytest.approx(exact[name].item(), rel=0.03)


def test_layers_that_there_are_not(little: Little) -> None:
    objective = Objective(load_vgg("vgg16"), little(content_layers=("relu9_9",)))
    with pytest.raises(ZeuxisError, match="vgg16 has no layer 'relu9_9'"):
        objective(torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32), {})
