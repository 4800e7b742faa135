"""An initial inverse Hessian for pictures."""

import torch
from torch import Tensor

EXPONENT = 0.5
CORNER = 1 / 32  # cycles per pixel below which the filter is flat
MEMORY = 0.9  # of the mean squared gradient, as Adam's beta2
LEAST = 0.02  # of the mean, below which a pixel's squared gradient does not count
WARM_UP = 8  # steps before the squared gradients are trusted


class Preconditioner:
    """Two things known about pictures, as the matrix that L-BFGS starts its inverse Hessian from.

    A picture's changes have a falling spectrum and the loss's gradient has not, so low frequencies are made
    to count more, by (f^2 + f0^2)^(-1/4). And where in the picture the gradient has been large the loss is
    steep, so pixels are scaled by the fourth root of their mean squared gradient on both sides of that
    filter (on one side it would be the square root, as in Adam; the matrix must stay symmetric). Together
    they save about a fifth of the evaluations.

    Attributes:
        second: mean squared gradient of each pixel so far, 1 x 1 x H x W; None before the first.
        seen: how many gradients it has seen.
    """

    def __init__(self, height: int, width: int, device: torch.device) -> None:
        vertical = torch.fft.fftfreq(height, device=device)[:, None]
        horizontal = torch.fft.rfftfreq(width, device=device)[None]
        squared = vertical.square() + horizontal.square() + CORNER**2
        gain = squared ** (-EXPONENT / 2)
        self.gain = gain / gain.mean()
        self.second: Tensor | None = None
        self.seen = 0

    def see(self, gradient: Tensor) -> None:
        """Learn from the gradient, 1 x 3 x H x W, at a point that was stepped to."""
        squared = gradient.square().sum(1, keepdim=True)
        self.second = squared if self.second is None else squared.lerp(self.second, MEMORY)
        self.seen += 1

    def __call__(self, gradient: Tensor) -> Tensor:
        """The matrix times a gradient; symmetric and positive definite."""
        if self.second is None or self.seen < WARM_UP:
            return self._filtered(gradient)
        scale = (self.second / self.second.mean().clamp_min(1e-30) + LEAST) ** -0.25
        return scale * self._filtered(scale * gradient)

    def _filtered(self, gradient: Tensor) -> Tensor:
        size = gradient.shape[-2:]
        filtered: Tensor = torch.fft.irfft2(torch.fft.rfft2(gradient) * self.gain, s=size)
        return filtered
