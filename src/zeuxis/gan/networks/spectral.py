"""Spectral normalisation (Miyato et al. 2018): layers that stretch nothing."""

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm


def hold_slopes(module: nn.Module) -> None:
    """Divide the weights of all convolutions, dense layers and embeddings by their largest singular value.

    One step of the power iteration is made at each forward of a module in training mode, none in evaluation
    (section 2.1, equation 8, and algorithm 1). Its vectors are buffers, and so part of the state dict; those
    that it starts from are drawn from torch's global generator.

    Args:
        module: is changed in place.
    """
    layers = [m for m in module.modules() if isinstance(m, nn.Conv2d | nn.Linear | nn.Embedding)]
    for layer in layers:
        spectral_norm(layer)
