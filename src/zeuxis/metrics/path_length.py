"""Perceptual path length (Karras et al. 2019, section 4.1): how smoothly pictures follow their latents."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError

EPSILON = 1e-4
PART = 16  # pairs at a time
OUTLIERS = 0.01  # share of the shortest and of the longest steps that are left out, as the authors' code does

Make = Callable[[Tensor], Tensor]
Distance = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class PathLength:
    """What `perceptual_path_length` finds.

    Attributes:
        mean: over the steps that are no outliers; shorter is smoother.
        std: over the same.
        steps: how many these were.
    """

    mean: float
    std: float
    steps: int


@torch.no_grad()
def perceptual_path_length(
    make: Make,
    starts: Tensor,
    ends: Tensor,
    distance: Distance,
    *,
    sphere: bool = True,
    epsilon: float = EPSILON,
    ends_only: bool = False,
    seed: int = 0,
) -> PathLength:
    """Mean of d(G(a at t), G(a at t + epsilon)) / epsilon^2 over paths from starts to ends.

    Args:
        make: G, from N x D latents to N x C x H x W pictures.
        starts: N x D latents; the paper takes 100,000.
        ends: N x D latents.
        distance: d, from two sets of n pictures to n numbers that grow with the square of small changes, as
            LPIPS does.
        sphere: whether paths are arcs (slerp), for normal latents, or straight, for a mapping network's.
        epsilon: length of a step, as a share of the path.
        ends_only: t = 0 and not drawn from [0, 1]: whether a path leaves the start smoothly.
        seed: of t.

    Raises:
        ZeuxisError: the latents have other shapes, or a distance is not finite.
    """
    if starts.ndim != 2 or starts.shape != ends.shape or not len(starts):
        raise ZeuxisError(
            f"paths are between N x D latents and as many, not {tuple(starts.shape)} and {tuple(ends.shape)}"
        )
    draws = torch.rand(len(starts), 1, generator=torch.Generator().manual_seed(seed))
    places = torch.zeros_like(draws) if ends_only else draws
    between = slerp if sphere else torch.lerp
    found = []
    for a, b, t in zip(*(torch.split(e, PART) for e in (starts, ends, places)), strict=True):
        t = t.to(a)
        pictures = make(torch.cat([between(a, b, t), between(a, b, t + epsilon)]))
        first, second = pictures.float().chunk(2)
        found.append(distance(first, second).double().reshape(-1).cpu() / epsilon**2)
    steps = torch.cat(found).numpy()
    if not np.isfinite(steps).all():
        raise ZeuxisError("a distance along a path is not finite: look at what the generator makes")
    low, high = np.quantile(steps, [OUTLIERS, 1 - OUTLIERS])
    kept = steps[(low <= steps) & (steps <= high)]
    return PathLength(float(kept.mean()), float(kept.std()), len(kept))


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """The point at share t of the arc from a to b (Shoemake 1985), N x D; its length goes from a's to b's."""
    lengths = [each.norm(dim=1, keepdim=True) for each in (a, b)]
    first, second = a / lengths[0], b / lengths[1]
    cosine = (first * second).sum(1, keepdim=True).clamp(-1, 1)
    across = second - cosine * first
    across = across / across.norm(dim=1, keepdim=True).clamp_min(1e-12)
    angle = t * cosine.acos()
    found: Tensor = (first * angle.cos() + across * angle.sin()) * torch.lerp(
        lengths[0], lengths[1], t
    )
    return found
