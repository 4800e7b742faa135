"""Gram matrices of several pictures at once, for training."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


class _Gram(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor) -> Tensor:
        ctx.save_for_backward(features)
        rows = _rows(features)
        rows = rows if rows.dtype == torch.float64 else rows.float()
        return rows.transpose(1, 2) @ rows / rows.shape[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (features,) = ctx.saved_tensors
        rows, gradient = _rows(features), gradients[0]
        both = (gradient + gradient.transpose(1, 2)) / rows.shape[1]
        product: Tensor = rows @ both.to(rows.dtype)
        return product.transpose(1, 2).reshape(features.shape)


def gram(features: Tensor) -> Tensor:
    """Gram matrices over the number of positions: Johnson et al. 2016, equation 3, times C.

    Symmetric, so the gradient is one matrix product and not two, at the features' own precision.

    Args:
        features: N x C x H x W, best with channels last.

    Returns:
        N x C x C, float32 (float64 of float64).
    """
    matrix: Tensor = _Gram.apply(features)  # type: ignore[no-untyped-call]
    return matrix


def relative_style_loss(features: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Tensor:
    """Mean over layers of |G - A|^2 / |A|^2, for each of N pictures: N.

    Johnson et al. 2016, equation 4, relative to the target's own size: one weight suits all
    layers and all paintings.
    """
    losses = []
    for layer, target in targets.items():
        gap = (gram(features[layer]) - target).square().sum((1, 2))
        losses.append(gap / target.square().sum((1, 2)))
    return torch.stack(losses).mean(0)


def _rows(features: Tensor) -> Tensor:
    """N x C x H x W to N x H*W x C, a view where channels are last."""
    return features.permute(0, 2, 3, 1).flatten(1, 2)
