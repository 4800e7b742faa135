"""The published recipe, written as its implementations have it: the peer that benchmarks/paint.py runs.

A plain `nn.Sequential` VGG-16 on B, G, R pixels in 0..255, one scale, `torch.optim.LBFGS` as torch ships it
(no line search, 100 corrections), beginning from the photo. Weights and losses are those of `zeuxis.paint`.
"""

import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zeuxis.models import load
from zeuxis.painting.balance import BALANCE, TV_BALANCE
from zeuxis.painting.settings import STYLE_LAYERS
from zeuxis.perception.sources import find
from zeuxis.perception.vgg import CONVOLUTIONS

CONTENT_LAYER = "relu4_2"
CHANNELS = {"relu1_1": 64, "relu2_1": 128, "relu3_1": 256, "relu4_1": 512, "relu5_1": 512}


def network() -> nn.Sequential:
    """VGG-16 to relu5_1, its modules named by layer; input as Caffe has it."""
    tensors, _ = load(find("vgg16"))
    net = nn.Sequential()
    for name in CONVOLUTIONS["vgg16"][:11]:
        if name.endswith("_1") and name != "conv1_1":
            net.add_module(f"pool{int(name[4]) - 1}", nn.MaxPool2d(2, 2))
        weight = torch.from_numpy(tensors[f"{name}.weight"]).float()
        convolution = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
        convolution.weight.data = weight
        convolution.bias.data = torch.from_numpy(tensors[f"{name}.bias"]).float()
        net.add_module(name, convolution)
        net.add_module(name.replace("conv", "relu"), nn.ReLU(inplace=True))
    return net.requires_grad_(False)


def caffe(picture: Tensor) -> Tensor:
    """RGB in [0, 1] to B, G, R in 0..255 less the mean."""
    return picture.flip(1) * 255 - torch.tensor([103.939, 116.779, 123.68]).reshape(1, 3, 1, 1)


def features(net: nn.Sequential, x: Tensor) -> dict[str, Tensor]:
    """The layers that losses look at."""
    seen = {}
    for name, module in net.named_children():
        x = module(x)
        if name in CHANNELS or name == CONTENT_LAYER:
            seen[name] = x
    return seen


def gram(layer: Tensor) -> Tensor:
    """Gatys et al. 2016, equation 3, over the number of positions."""
    rows = layer[0].flatten(1)
    return rows @ rows.T / rows.shape[1]


def objective(net: nn.Sequential, photo: Tensor, style: Tensor) -> Callable[[Tensor], Tensor]:
    """The loss of a Caffe picture, with the default weights of `zeuxis.paint`."""
    with torch.no_grad():
        content = features(net, caffe(photo))[CONTENT_LAYER].clone()
        grams = {
            name: gram(f) for name, f in features(net, caffe(style)).items() if name in CHANNELS
        }
    total = sum(1 / CHANNELS[name] ** 2 for name in STYLE_LAYERS)

    def loss(x: Tensor) -> Tensor:
        seen = features(net, x)
        value = F.mse_loss(seen[CONTENT_LAYER], content)
        for name in STYLE_LAYERS:
            weight = BALANCE["gram"]["mse"] / CHANNELS[name] ** 2 / total
            value = value + weight * F.mse_loss(gram(seen[name]), grams[name]) / 4
        down, across = x[..., 1:, :] - x[..., :-1, :], x[..., 1:] - x[..., :-1]
        return value + TV_BALANCE / 255 * (down.abs().mean() + across.abs().mean())

    return loss


def run(photo: Tensor, style: Tensor, evaluations: int) -> tuple[list[tuple[float, float]], Tensor]:
    """CPU-seconds and loss at each evaluation, and the picture, RGB in [0, 1]."""
    net = network()
    began = time.process_time()
    loss = objective(net, photo, style)
    x = caffe(photo).requires_grad_(True)
    descent = torch.optim.LBFGS(
        [x], max_iter=evaluations, max_eval=evaluations, tolerance_change=-1, tolerance_grad=-1
    )
    log: list[tuple[float, float]] = []

    def closure() -> Tensor:
        descent.zero_grad()
        value = loss(x)
        value.backward()
        log.append((time.process_time() - began, value.item()))
        return value

    descent.step(closure)
    mean = torch.tensor([103.939, 116.779, 123.68]).reshape(1, 3, 1, 1)
    return log, ((x.detach() + mean) / 255).flip(1).clamp(0, 1)
