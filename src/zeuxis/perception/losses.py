"""The losses of neural style transfer as the papers write them.

All are scalars, and means, not sums: a weight means the same at every picture size.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from zeuxis.perception.distances import DISTANCES
from zeuxis.perception.statistics import STATISTICS


def content_loss(
    features: Tensor, target: Tensor, distance: str = "mse", mask: Tensor | None = None
) -> Tensor:
    """Gatys et al. 2016, equation 1, with a mean in place of half the sum.

    Args:
        features: of the picture, N x C x H x W.
        target: of the photograph, the same shape.
        distance: `mse`, `rmse` or `l1`.
        mask: weights in [0, 1] of the positions, H x W; all 1 when None.
    """
    return _masked_distance(features, target, distance, mask)


def style_loss(
    features: Tensor,
    target: Tensor,
    statistic: str = "gram",
    distance: str = "mse",
    mask: Tensor | None = None,
    target_mask: Tensor | None = None,
) -> Tensor:
    """How far the style of `features` is from that of `target` in one layer.

    With the statistic `gram` and the distance `mse` it is E_l of Gatys et al. 2016, equation 4.

    Args:
        features: of the picture, 1 x C x H x W.
        target: of the painting, 1 x C x H' x W'.
        statistic: one of `STATISTICS`.
        distance: `mse`, `rmse` or `l1`.
        mask: weights in [0, 1] of the picture's positions, H x W; all 1 when None.
        target_mask: the same for the painting, H' x W'.

    Raises:
        ZeuxisError: for an unknown statistic or distance.
    """
    chosen = STATISTICS.get(statistic)
    ours, theirs = (
        chosen.summary(positions(f), _weights(f, m))
        for f, m in ((features, mask), (target, target_mask))
    )
    return chosen.distance(ours, theirs, distance)


def total_style_loss(
    features: Mapping[str, Tensor],
    targets: Mapping[str, Tensor],
    layer_weights: Mapping[str, float],
    statistic: str = "gram",
    distance: str = "mse",
) -> Tensor:
    """Gatys et al. 2016, equation 5: the weighted sum of the layers' style losses."""
    terms = [
        weight * style_loss(features[layer], targets[layer], statistic, distance)
        for layer, weight in layer_weights.items()
    ]
    return torch.stack(terms).sum()


def total_variation(picture: Tensor, distance: str = "l1", mask: Tensor | None = None) -> Tensor:
    """Roughness of a picture: the distance of each pixel to the next, down and across.

    `l1` is the anisotropic total variation, `mse` the squared one of Mahendran & Vedaldi 2015 (beta = 2).

    Args:
        picture: N x C x H x W. A side of one pixel has no roughness.
        distance: `mse`, `rmse` or `l1`.
        mask: weights in [0, 1] of the pixels, H x W, all 1 when None; two neighbours count by their product.
    """
    total = picture.new_zeros(())
    for axis in (-2, -1):
        steps = picture.shape[axis] - 1
        if steps > 0:
            first, second = picture.narrow(axis, 0, steps), picture.narrow(axis, 1, steps)
            both = None
            if mask is not None:
                both = mask.narrow(axis, 0, steps) * mask.narrow(axis, 1, steps)
            total = total + _masked_distance(second, first, distance, both)
    return total


def positions(features: Tensor) -> Tensor:
    """1 x C x H x W to H*W x C: a view, and so is its gradient, where channels are last."""
    return features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])


def _weights(features: Tensor, mask: Tensor | None) -> Tensor | None:
    return None if mask is None else mask.reshape(-1).to(features.dtype)


def _masked_distance(a: Tensor, b: Tensor, distance: str, mask: Tensor | None) -> Tensor:
    """The distance of N x C x H x W tensors with the positions weighted; 0 where none is left."""
    far = DISTANCES.get(distance)
    if mask is None:
        return far(a, b)
    weights = mask.to(a.dtype).expand_as(a)
    return far.finish((far.gap(a - b) * weights).sum() / weights.sum().clamp_min(1e-12))
