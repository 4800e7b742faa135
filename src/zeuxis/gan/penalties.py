"""What holds the discriminator's slope: penalties on how fast its judgement changes with the picture.

Slopes are per unit of a picture in [0, 1]. Papers whose pictures are in [-1, 1] see half of them: a weight of
R1, R2 or of a zero-centred penalty found there is to be divided by 4 here.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from zeuxis.perception.distances import safe_sqrt

Judge = Callable[[Tensor, Tensor | None], Tensor]  # pictures and classes to logits


def slope_penalty(discriminator: Judge, pictures: Tensor, labels: Tensor | None = None) -> Tensor:
    """E |∇D(x)|²: R1 on real pictures, R2 on made ones (Mescheder et al. 2018, equations 9 and 10).

    It holds D to be flat where the pictures are, so that the game comes to rest. Papers weigh it with half
    of what they call gamma.

    Args:
        discriminator: pictures and labels to logits, N; each logit of its own picture only.
        pictures: N x C x H x W in [0, 1]; no slope goes back into them.
        labels: their classes, N; None without classes.

    Returns:
        A scalar, differentiable with respect to the discriminator's parameters.
    """
    return _squared_slopes(discriminator, pictures, labels).mean()


def gradient_penalty(
    discriminator: Judge,
    real: Tensor,
    fake: Tensor,
    labels: Tensor | None,
    center: float,
    generator: torch.Generator,
) -> Tensor:
    """E (|∇D(x̂)| - c)², x̂ = u x + (1 - u) G(z), u uniform in [0, 1]: equation 3 of Gulrajani et al. 2017.

    With c = 1 it is theirs, for the Wasserstein loss; with c = 0 that of Thanh-Tung et al. 2019.

    Args:
        discriminator: pictures and labels to logits, N; each logit of its own picture only.
        real: N x C x H x W in [0, 1].
        fake: as many made pictures; no slope goes back into them.
        labels: the classes of both, N; None without classes.
        center: c, the slope asked for, at least 0.
        generator: draws u, one for each pair, on the CPU.

    Returns:
        A scalar, differentiable with respect to the discriminator's parameters; where a slope is exactly 0,
        this pair adds nothing to the derivative.
    """
    part = torch.rand(len(real), 1, 1, 1, generator=generator).to(real)
    between = torch.lerp(fake.detach(), real.detach(), part)
    slopes = safe_sqrt(_squared_slopes(discriminator, between, labels))
    return (slopes - center).square().mean()


def _squared_slopes(discriminator: Judge, pictures: Tensor, labels: Tensor | None) -> Tensor:
    """|∇D|² at each picture, N: the slope of the sum of the logits, since each is of its own picture only."""
    pictures = pictures.detach().requires_grad_(True)
    logits = discriminator(pictures, labels).sum()
    (slopes,) = torch.autograd.grad(logits, pictures, create_graph=True)
    return slopes.square().flatten(1).sum(1)
