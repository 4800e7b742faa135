"""Networks that turn pictures into numbers to be compared, by name.

A distance is one of two sets of pictures *as a network sees them*: it says nothing beside a distance that
another network measured. So a network's `name` goes with every result.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zeuxis.errors import ZeuxisError
from zeuxis.metrics.classifiers import module_network, onnx_network, split_name
from zeuxis.metrics.network import FeatureNetwork, Features
from zeuxis.perception.download import file_digest
from zeuxis.perception.inception import load_inception
from zeuxis.perception.inception_layers import DIM
from zeuxis.perception.sources import find
from zeuxis.perception.vgg import load_vgg
from zeuxis.registry import Registry

__all__ = ["NETWORKS", "FeatureNetwork", "Features", "feature_network"]

VGG_LAYERS = ("relu3_3", "relu5_3")
SILENT = 1e-3  # of a mean activation of 1: what is far below is not raised
VGG_SIDES = 32, 224  # pixels: what the shorter side is brought to where it is out of these

Build = Callable[[str], FeatureNetwork]  # from a device
NETWORKS: Registry[Build] = Registry("feature network")


def feature_network(
    name: "str | Path | nn.Module | FeatureNetwork", device: str = "cpu"
) -> FeatureNetwork:
    """A network to see with.

    Args:
        name: `"inception"`, the network of published FIDs, which must have been fetched; `"vgg16"`, which
            comes with Zeuxis; the path of an ONNX classifier, `classifier.onnx`, or of one of its tensors,
            `classifier.onnx:pool`; or a torch module that takes N x 3 x H x W in [0, 1] and gives logits, or
            features and logits, and that sees on the device it is on.
        device: where the others compute, but for ONNX.

    Raises:
        ZeuxisError: there is none of this name, its weights are not here, or it cannot be used.
    """
    if isinstance(name, FeatureNetwork):
        return name
    if isinstance(name, nn.Module):
        return module_network(name)
    path = split_name(str(name))
    if path is not None:
        return onnx_network(*path)
    if name not in NETWORKS.names():
        known = ", ".join(NETWORKS.names())
        raise ZeuxisError(
            f"there is no feature network {str(name)!r}: choose one of {known}, or give an .onnx file"
        )
    return NETWORKS.get(str(name))(device)


@NETWORKS.register("inception")
def inception(device: str = "cpu") -> FeatureNetwork:
    """Inception-v3 of 2015-12-05, which published distances are of: 2048 numbers, and 1008 classes.

    Pictures are rounded to bytes and resized to 299 x 299 exactly as the reference does it.
    """
    network = load_inception(device)

    def see(pictures: Tensor) -> tuple[Tensor, Tensor]:
        features, logits = network(pictures)
        return features, logits.softmax(1)

    key = f"inception {file_digest(find('inception'))}"
    return FeatureNetwork(
        "inception (2015-12-05, pool3)", see, DIM, device=device, part=16, key=key
    )


@NETWORKS.register("vgg16")
def vgg16(device: str = "cpu") -> FeatureNetwork:
    """The VGG-16 that comes with Zeuxis: relu3_3 and relu5_3, 768 numbers.

    One layer of textures and one of things. At each place the features are brought to a mean square of 1, as
    LPIPS does (Zhang et al. 2018), and then the mean is taken over the picture: otherwise the few channels
    that are a hundred times louder than the others would decide alone. Pictures whose shorter side is out of
    32..224 pixels are brought into it.
    """
    vgg = load_vgg("vgg16", device=device)

    def see(pictures: Tensor) -> tuple[Tensor, None]:
        found = vgg(_within(pictures, *VGG_SIDES), VGG_LAYERS)
        return torch.cat([_even(found[layer]).mean((2, 3)) for layer in VGG_LAYERS], 1), None

    name = f"vgg16 ({' + '.join(VGG_LAYERS)})"
    dim = sum(vgg.channels(layer) for layer in VGG_LAYERS)
    key = f"{name} even {file_digest(find('vgg16'))}"
    return FeatureNetwork(name, see, dim, device=device, key=key, classifies=False)


def _even(features: Tensor) -> Tensor:
    """The features of each place over the root of their mean square."""
    return features / (features.square().mean(1, keepdim=True).sqrt() + SILENT)


def _within(pictures: Tensor, low: int, high: int) -> Tensor:
    """Pictures whose shorter side has `low` to `high` pixels."""
    height, width = pictures.shape[-2:]
    side = min(max(min(height, width), low), high)
    if side == min(height, width):
        return pictures
    scale = side / min(height, width)
    size = [round(height * scale), round(width * scale)]
    return F.interpolate(pictures, size, mode="bilinear", antialias=True)
