"""The loss is the papers' equation and its gradient is its gradient, whole or in strips."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from zeuxis import PaintSettings, ZeuxisError
from zeuxis.painting.balance import BALANCE, CONTENT_BALANCE, TV_BALANCE
from zeuxis.painting.objective import Evaluation, Objective, StyleSource
from zeuxis.perception import streaming
from zeuxis.perception.vgg import VGG

STYLE = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
Make = Callable[..., Objective]


def plain(vgg: VGG, picture: Tensor, photo: Tensor, style: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Content, style and total variation, as one would write them down from the paper."""
    wanted = [*STYLE, "relu4_2"]
    ours, theirs, painted = vgg(picture, wanted), vgg(photo, wanted), vgg(style, wanted)
    content = ((ours["relu4_2"] - theirs["relu4_2"]) ** 2).mean()
    channels = torch.tensor([64.0, 128, 256, 512, 512])
    weights = channels**-2 / (channels**-2).sum()
    total = torch.zeros(())
    for layer, weight in zip(STYLE, weights, strict=True):
        grams = []
        for features in (ours[layer], painted[layer]):
            count = features.shape[2] * features.shape[3]
            grams.append(torch.einsum("nchw,ndhw->cd", features, features) / count)
        gap = grams[0] - grams[1]
        total = total + weight * (gap**2).sum() / (4 * len(gap) ** 2)
    down = (picture[:, :, 1:] - picture[:, :, :-1]).abs().mean()
    across = (picture[:, :, :, 1:] - picture[:, :, :, :-1]).abs().mean()
    return content, total, down + across


def weights(vgg: VGG) -> dict[str, Tensor]:
    """The tensors that a `VGG` is built from."""
    return {
        ".".join(name.rsplit("_", 1)): buffer
        for name, buffer in vgg.named_buffers()
        if name != "mean"
    }


def test_it_is_the_weighted_sum_of_the_paper(
    vgg: VGG, objective: Make, photo_batch: Tensor, texture_batch: Tensor
) -> None:
    picture = (0.7 * photo_batch + 0.1).requires_grad_(True)
    content, style, tv = plain(vgg, picture, photo_batch, texture_batch)
    alpha = 0.7 * CONTENT_BALANCE["mse"]
    beta = 2.0 * BALANCE["gram"]["mse"]
    loss = alpha * content + beta * style + 3.0 * TV_BALANCE * tv
    (gradient,) = torch.autograd.grad(loss, picture)

    found = objective(content_weight=0.7, style_weight=2.0, tv_weight=3.0)(picture.detach())

    assert found.loss == pytest.approx(loss.item(), rel=1e-4)
    assert found.parts["content relu4_2"] == pytest.approx((alpha * content).item(), rel=1e-4)
    styles = sum(part for name, part in found.parts.items() if name.startswith("style"))
    assert styles == pytest.approx((beta * style).item(), rel=1e-4)
    assert sum(found.parts.values()) == pytest.approx(found.loss, rel=1e-5)
    torch.testing.assert_close(
        found.gradient, gradient, rtol=1e-3, atol=1e-4 * gradient.std().item()
    )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"distance": "rmse"},
        {"statistic": "mean_std"},
        {"statistic": "wasserstein", "style_layers": ("relu1_1", "relu2_1")},
        {"statistic": "sliced"},
        {"pooling": "average", "padding": "reflect"},
    ],
    ids=str,
)
def test_the_gradient_is_that_of_finite_differences(
    vgg: VGG, photo_batch: Tensor, texture_batch: Tensor, settings: dict[str, Any]
) -> None:
    tensors = {name: tensor.double() for name, tensor in weights(vgg).items()}
    look = {key: settings.pop(key) for key in ("pooling", "padding") if key in settings}
    exact = VGG("vgg16", tensors, vgg.mean.double(), **look)
    chosen = PaintSettings(**settings)
    photo, style = photo_batch.double(), texture_batch.double()
    objective = Objective(exact, photo, [StyleSource(style)], chosen)
    generator = torch.Generator().manual_seed(0)
    picture = photo + 0.1 * torch.randn(photo.shape, generator=generator, dtype=torch.float64)
    here = objective(picture)
    towards = torch.randn(photo.shape, generator=generator, dtype=torch.float64)
    slope = (here.gradient * towards).sum().item()
    steps = (1e-6, 1e-7, 1e-8)  # a ReLU may flip in a long one, rounding spoils a short one
    found = [
        (objective(picture + h * towards).loss - objective(picture - h * towards).loss) / (2 * h)
        for h in steps
    ]
    assert min(abs(each - slope) for each in found) < 1e-4 * abs(slope), (found, slope)


def test_weights_of_paintings_are_shares(
    objective: Make, photo_batch: Tensor, texture_batch: Tensor
) -> None:
    other = texture_batch.flip(1)

    def loss(first: float, second: float) -> Evaluation:
        return objective([StyleSource(texture_batch, first), StyleSource(other, second)])(
            photo_batch
        )

    assert loss(1, 3).loss == pytest.approx(loss(10, 30).loss, rel=1e-5)
    assert loss(1, 3).loss != pytest.approx(loss(3, 1).loss, rel=1e-2)
    alone = [objective([StyleSource(style)])(photo_batch) for style in (texture_batch, other)]
    mixed = 0.25 * alone[0].loss + 0.75 * alone[1].loss
    assert loss(1, 3).loss == pytest.approx(mixed, rel=1e-4)  # content is 0 at the photo


def test_the_photo_has_no_content_loss(objective: Make, photo_batch: Tensor) -> None:
    assert objective()(photo_batch).parts["content relu4_2"] == pytest.approx(0, abs=1e-6)


def test_a_painting_has_no_style_loss_against_itself(objective: Make, photo_batch: Tensor) -> None:
    parts = objective([StyleSource(photo_batch)])(photo_batch).parts
    assert max(part for name, part in parts.items() if name != "tv") < 1e-6


@pytest.mark.parametrize("off", ["content", "style", "tv"])
def test_a_weight_of_zero_takes_a_loss_out(objective: Make, photo_batch: Tensor, off: str) -> None:
    parts = objective(**{f"{off}_weight": 0.0})(photo_batch * 0.9).parts
    assert sum(part for name, part in parts.items() if name.startswith(off)) == 0
    assert sum(parts.values()) > 0


def test_layer_weights(objective: Make, photo_batch: Tensor) -> None:
    chosen = {"style_layers": ("relu1_1", "relu3_1"), "style_layer_weights": (0.0, 2.0)}
    parts = objective(**chosen)(photo_batch).parts
    assert parts["style relu1_1"] == 0 and parts["style relu3_1"] > 0
    with pytest.raises(ZeuxisError, match="2 layers and 1 layer weights"):
        objective(**chosen | {"style_layer_weights": (1.0,)})
    with pytest.raises(ZeuxisError, match="no layer 'relu9_1'"):
        objective(content_layers=("relu9_1",))


@pytest.mark.parametrize(
    "gradient", [[1.0, float("nan")], [float("inf"), -float("inf")], [3e38, 3e38]]
)
def test_what_is_not_finite_is_told(gradient: list[float]) -> None:
    assert not Evaluation(1.0, torch.tensor(gradient), {}).finite
    assert not Evaluation(float("nan"), torch.ones(2), {}).finite
    assert Evaluation(1.0, torch.ones(2), {}).finite


@pytest.mark.parametrize("statistic", ["gram", "mean_std", "sliced", "nearest"])
@pytest.mark.parametrize("padding", ["zeros", "reflect"])
def test_strips_give_the_same_loss_and_gradient(
    vgg: VGG,
    photo_batch: Tensor,
    texture_batch: Tensor,
    monkeypatch: pytest.MonkeyPatch,
    statistic: str,
    padding: str,
) -> None:
    padded = VGG("vgg16", weights(vgg), vgg.mean, padding=padding)
    monkeypatch.setattr(streaming, "STRIP_BYTES", 1)  # as thin as they can be
    found = []
    for memory in (3.0, 0.5):
        settings = PaintSettings(statistic=statistic, max_memory=memory)
        objective = Objective(padded, photo_batch, [StyleSource(texture_batch)], settings)
        assert objective.whole == (memory == 3.0)
        found.append(objective(0.8 * photo_batch + 0.1))
    whole, strips = found
    assert strips.loss == pytest.approx(whole.loss, rel=1e-4)
    scale = whole.gradient.std().item()
    torch.testing.assert_close(strips.gradient, whole.gradient, rtol=1e-3, atol=2e-3 * scale)
