"""Which weights of a generator meet its styles first. Needs torch."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zeuxis.gan.layout import STYLE_MEAN
from zeuxis.gan.model import built
from zeuxis.models import load

LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d)


def meeting_styles(path: Path) -> NDArray[np.float32] | None:
    """A^T A, style_dim x style_dim, for the weights A by which styles are multiplied first.

    Where several layers take the styles as they are, A has the rows of all (Shen & Zhou 2021, section 3.2).
    They are found by running the generator once: what a layer is given is a view of the styles.

    Args:
        path: a model file.

    Returns:
        None if no layer takes them as they are.

    Raises:
        ZeuxisError: if the file cannot be read.
    """
    tensors, card = load(path)
    generator, styles = built(tensors, card, path), torch.from_numpy(tensors[STYLE_MEAN][:1].copy())
    total = torch.zeros(styles.shape[1], styles.shape[1])
    home = styles.untyped_storage().data_ptr()

    def look(layer: Any, inputs: tuple[Tensor, ...]) -> None:
        given = inputs[0]
        if given.untyped_storage().data_ptr() == home and given.numel() == given.shape[1]:
            rows, first = _rows(layer), given.storage_offset()
            part = slice(first, first + rows.shape[1])
            total[part, part] += rows.T @ rows

    layers = [each for each in generator.modules() if isinstance(each, LAYERS)]
    hooks = [each.register_forward_pre_hook(look) for each in layers]
    with torch.inference_mode():
        generator.synthesis(styles)
    for hook in hooks:
        hook.remove()
    found: NDArray[np.float32] = total.numpy()
    return found if found.any() else None


def _rows(layer: Any) -> Tensor:
    """A layer's weights as a matrix of so many columns as it takes numbers."""
    weight: Tensor = layer.weight.detach()
    if isinstance(layer, nn.ConvTranspose2d):
        return weight.flatten(1).T
    return weight.movedim(1, -1).flatten(0, -2)
