"""How far apart two tensors are: mean squared, root mean squared or mean absolute difference."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from zeuxis.registry import Registry


def safe_sqrt(x: Tensor) -> Tensor:
    """Square root with a gradient of 0 instead of infinity at 0 (and below, where it is 0); NaN stays NaN."""
    none = x <= 0
    return x.masked_fill(none, 1.0).sqrt().masked_fill(none, 0.0)


@dataclass(frozen=True)
class Distance:
    """`finish` of the mean of `gap`: two steps, so that the mean can be taken piece by piece."""

    gap: Callable[[Tensor], Tensor]
    finish: Callable[[Tensor], Tensor]

    def __call__(self, a: Tensor, b: Tensor) -> Tensor:
        """The distance of two tensors of one shape, a scalar."""
        return self.finish(self.gap(a - b).mean())


DISTANCES: Registry[Distance] = Registry("distance")
DISTANCES.register("mse")(Distance(Tensor.square, lambda mean: mean))
DISTANCES.register("rmse")(Distance(Tensor.square, safe_sqrt))
DISTANCES.register("l1")(Distance(Tensor.abs, lambda mean: mean))
