"""Style statistics: what of a layer's features is compared between painting and picture.

A statistic works in two steps, so that a picture too large for memory can be seen piece by piece:
`summary` of each piece of a layer, joined by addition (or, for samples, side by side), then `distance`
between two joined summaries. The one shared by all pieces is exact: no piece has a style of its own.
"""

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.grad import conv2d_weight

from zeuxis.perception.distances import DISTANCES, safe_sqrt
from zeuxis.registry import Registry


class Statistic(ABC):
    """One way to describe the style in a layer.

    Attributes:
        samples: how many positions of a layer it looks at, None for all of them. The summaries of a
            statistic that looks at all of them add up; the others stand side by side.
    """

    samples: int | None = None

    @abstractmethod
    def summary(self, features: Tensor, mask: Tensor | None) -> Tensor:
        """What is kept of `features`, M x C, weighted by `mask`, M (None: all of them, fully)."""

    @abstractmethod
    def distance(self, a: Tensor, b: Tensor, distance: str) -> Tensor:
        """How far two summaries are apart, a scalar; `distance` is one of `DISTANCES`."""

    def layer_weight(self, channels: int) -> float:
        """Weight of a layer of so many channels, beside the others', when none is asked for."""
        del channels
        return 1.0


STATISTICS: Registry[Statistic] = Registry("style statistic")


def _register(name: str, statistic: Statistic) -> None:
    STATISTICS.register(name)(statistic)


class Gram(Statistic):
    """Gram matrices: Gatys et al. 2016, equations 3 and 4.

    The matrix is divided by the number of positions M, so equation 4, 1/(4 N^2 M^2) sum (G - A)^2, is a
    quarter of the mean squared difference.
    """

    def summary(self, features: Tensor, mask: Tensor | None) -> Tensor:
        """(1 + C) x C: the number of positions, then the sum of f f^T."""
        return torch.cat([_count(features, mask), _second_moment(features, mask)])

    def distance(self, a: Tensor, b: Tensor, distance: str) -> Tensor:
        """A quarter of the distance of the matrices."""
        return DISTANCES.get(distance)(_mean(a), _mean(b)) / 4

    def layer_weight(self, channels: int) -> float:
        """1 / C^2, as in the code that Gatys published with the paper."""
        return 1.0 / channels**2


class MeanStd(Statistic):
    """Mean and standard deviation of every channel: Huang & Belongie 2017, equation 13."""

    def summary(self, features: Tensor, mask: Tensor | None) -> Tensor:
        """3 x C: the number of positions, then the sums of f and f^2."""
        weighted = _masked(features, mask)
        sums = torch.stack([weighted.sum(0), (weighted * features).sum(0)])
        return torch.cat([_count(features, mask), sums])

    def distance(self, a: Tensor, b: Tensor, distance: str) -> Tensor:
        """The distance of the means plus the distance of the standard deviations."""
        far = DISTANCES.get(distance)
        (mean_a, square_a), (mean_b, square_b) = _mean(a), _mean(b)
        std_a, std_b = safe_sqrt(square_a - mean_a**2), safe_sqrt(square_b - mean_b**2)
        return far(mean_a, mean_b) + far(std_a, std_b)


class GaussianWasserstein(Statistic):
    """2-Wasserstein distance of the Gaussians with the features' mean and covariance.

    W^2 = |m_a - m_b|^2 + tr(A + B - 2 (B^1/2 A B^1/2)^1/2)  (Dowson & Landau 1982), per channel.
    """

    jitter = 1e-4  # on the diagonals: a square root has no gradient at a zero eigenvalue

    def summary(self, features: Tensor, mask: Tensor | None) -> Tensor:
        """(2 + C) x C: the number of positions, then the sums of f and of f f^T."""
        total = _masked(features, mask).sum(0, True)
        return torch.cat([_count(features, mask), total, _second_moment(features, mask)])

    def distance(self, a: Tensor, b: Tensor, distance: str) -> Tensor:
        """W^2 / C for `mse`, its square root for `rmse`; `l1`, not defined for it, is as `mse`.

        In double precision: the roots of small eigenvalues would spoil the gradient by some percent.
        """
        if not bool(torch.isfinite(a.sum() + b.sum())):  # which have no eigenvalues
            return a.sum() * torch.nan
        (mean_a, cov_a), (mean_b, cov_b) = self._moments(a.double()), self._moments(b.double())
        root_b = _matrix_sqrt(cov_b)
        cross = _eigenvalues(root_b @ cov_a @ root_b).clamp_min(0)
        trace = cov_a.trace() + cov_b.trace() - 2 * safe_sqrt(cross).sum()
        squared = ((mean_a - mean_b).square().sum() + trace.clamp_min(0)) / len(mean_a)
        return DISTANCES.get(distance).finish(squared).to(a.dtype)

    def _moments(self, summary: Tensor) -> tuple[Tensor, Tensor]:
        means = _mean(summary)
        mean, second = means[0], means[1:]
        eye = torch.eye(len(mean), dtype=mean.dtype, device=mean.device)
        return mean, second - mean[:, None] * mean[None, :] + self.jitter * eye


class SlicedWasserstein(Statistic):
    """Sliced Wasserstein distance (Heitz et al. 2021, section 3): sorted projections of features.

    There are as many directions as channels, the same ones always, at right angles: none is left out.
    """

    samples = 16384

    def summary(self, features: Tensor, mask: Tensor | None) -> Tensor:
        """The features of the positions inside the mask (0.5 and above), as they are."""
        return features if mask is None else features[mask >= 0.5]

    def distance(self, a: Tensor, b: Tensor, distance: str) -> Tensor:
        """The distance of the sorted projections; the longer list is read at the shorter's quantiles."""
        towards = _directions(a.shape[1]).to(a)
        sorted_a, sorted_b = (a @ towards).sort(0).values, (b @ towards).sort(0).values
        count = min(len(sorted_a), len(sorted_b))
        return DISTANCES.get(distance)(_quantiles(sorted_a, count), _quantiles(sorted_b, count))


class NearestNeighbours(Statistic):
    """Nearest-neighbour features: every feature goes to the most alike of the painting.

    By the cosine of centred features (Kolkin et al. 2022).
    """

    samples = 4096

    def summary(self, features: Tensor, mask: Tensor | None) -> Tensor:
        """The features of the positions inside the mask (0.5 and above), as they are."""
        return features if mask is None else features[mask >= 0.5]

    def distance(self, a: Tensor, b: Tensor, distance: str) -> Tensor:
        """The distance to 0 of the least cosine distances of `a` to `b`."""
        cosine = _unit(a - a.mean(0)) @ _unit(b - b.mean(0)).T
        away = 1 - cosine.max(1).values
        return DISTANCES.get(distance)(away, torch.zeros_like(away))


_register("gram", Gram())
_register("mean_std", MeanStd())
_register("wasserstein", GaussianWasserstein())
_register("sliced", SlicedWasserstein())
_register("nearest", NearestNeighbours())


class _SecondMoment(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, mask: Tensor | None) -> Tensor:
        ctx.save_for_backward(features, mask)
        weighted = _masked(features, mask)
        if not _has_onednn(features):
            return features.T @ weighted
        shape = (features.shape[1], features.shape[1], 1, 1)
        matrix: Tensor = conv2d_weight(  # type: ignore[no-untyped-call]
            _image(features), shape, _image(weighted), dilation=2
        )
        return matrix[:, :, 0, 0]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        features, mask = ctx.saved_tensors
        weighted, matrix = _masked(features, mask), gradients[0] + gradients[0].T
        if not _has_onednn(features):
            return weighted @ matrix, None
        product = F.conv2d(_image(weighted), matrix[:, :, None, None], dilation=2)
        return product.permute(0, 2, 3, 1).reshape(features.shape), None


def _second_moment(features: Tensor, mask: Tensor | None) -> Tensor:
    """sum_k m_k f_k f_k^T of M x C features. Symmetric, so its gradient is one matrix product, not two."""
    matrix: Tensor = _SecondMoment.apply(features, mask)  # type: ignore[no-untyped-call]
    return matrix


def _has_onednn(features: Tensor) -> bool:
    """Whether 1 x 1 convolutions are the faster matrix products: twice as fast as MKL's on AMD.

    On one thread torch takes oneDNN for them only if they are dilated, which changes nothing in their result.
    """
    if features.device.type != "cpu" or features.dtype != torch.float32:
        return False
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]


def _image(features: Tensor) -> Tensor:
    """M x C to 1 x C x 1 x M, channels last: a view."""
    return features.reshape(1, 1, *features.shape).permute(0, 3, 1, 2)


def _count(features: Tensor, mask: Tensor | None) -> Tensor:
    """The weight of all positions, as a row of C equal numbers."""
    total = features.new_tensor(len(features)) if mask is None else mask.sum()
    return total.to(features.dtype).expand(1, features.shape[1])


def _masked(features: Tensor, mask: Tensor | None) -> Tensor:
    return features if mask is None else features * mask[:, None]


def _mean(summary: Tensor) -> Tensor:
    """Sums to means: the rows after the first over the first."""
    return summary[1:] / summary[:1].clamp_min(1e-12)


def _unit(features: Tensor) -> Tensor:
    """Features of length 1; what is almost 0 has no direction: it becomes 0, and so does its gradient."""
    length: Tensor = torch.linalg.vector_norm(features, dim=1, keepdim=True)
    return features / length.masked_fill(length < 1e-5, torch.inf)


@lru_cache
def _directions(channels: int) -> Tensor:
    """Directions at right angles in random orientation, the columns of C x C."""
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(channels, channels, generator=generator, dtype=torch.float64)
    directions: Tensor = torch.linalg.qr(normal).Q
    return directions


def _matrix_sqrt(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = (vectors * safe_sqrt(values)) @ vectors.T
    return root


def _eigenvalues(matrix: Tensor) -> Tensor:
    values: Tensor = torch.linalg.eigvalsh((matrix + matrix.T) / 2)
    return values


def _quantiles(ordered: Tensor, count: int) -> Tensor:
    """`count` rows, evenly spread over the rows of `ordered`."""
    if len(ordered) == count:
        return ordered
    rows = (torch.arange(count, device=ordered.device) + 0.5) * len(ordered) / count
    return ordered[rows.long().clamp_max(len(ordered) - 1)]
