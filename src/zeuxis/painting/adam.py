"""Adam (Kingma & Ba 2015, algorithm 1) for pictures, with the doors of `LBFGS`."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from zeuxis.painting.objective import Evaluation

BETA1, BETA2, EPSILON = 0.9, 0.99, 1e-8  # beta2 as Kolkin et al. and others have it for pictures
EXPLODED = 10.0  # times the least loss so far


class Adam:
    """Descend from `picture`; `step` by `step`. Attributes as those of `LBFGS`.

    A step after which the loss is not finite, or ten times the least one, is taken back, and the learning
    rate is halved.
    """

    def __init__(
        self,
        evaluate: Callable[[Tensor], Evaluation],
        picture: Tensor,
        learning_rate: float = 0.03,
    ) -> None:
        self.evaluate = evaluate
        self.picture = picture.detach().clone()
        self.now = evaluate(self.picture)
        self.evaluations, self.recoveries, self.steps = 1, 0, 0
        self.stalled = False
        self.learning_rate = learning_rate
        self.least = self.now.loss
        self.first = torch.zeros_like(self.picture)
        self.second = torch.zeros_like(self.picture)

    def step(self) -> None:
        """Take one step; take it back if the loss explodes."""
        first = self.first.lerp(self.now.gradient, 1 - BETA1)
        second = self.second.lerp(self.now.gradient.square(), 1 - BETA2)
        count = self.steps + 1
        mean, square = first / (1 - BETA1**count), second / (1 - BETA2**count)
        picture = self.picture - self.learning_rate * mean / (square.sqrt() + EPSILON)
        there = self.evaluate(picture)
        self.evaluations += 1
        if not there.finite or there.loss > EXPLODED * max(self.least, 1e-12):
            self.recoveries += 1
            self.learning_rate /= 2
            self.stalled = self.learning_rate < 1e-6
            return
        self.picture, self.now, self.steps = picture, there, count
        self.first, self.second = first, second
        self.least = min(self.least, there.loss)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """All that goes on depends on: tensors and plain values."""
        tensors = {
            "picture": self.picture,
            "gradient": self.now.gradient,
            "first": self.first,
            "second": self.second,
        }
        values = {name: getattr(self, name) for name in _VALUES}
        return tensors, values | {"loss": self.now.loss, "parts": self.now.parts}

    @classmethod
    def resume(
        cls,
        evaluate: Callable[[Tensor], Evaluation],
        tensors: Mapping[str, Tensor],
        values: Mapping[str, Any],
    ) -> "Adam":
        """Go on from a `state`, without evaluating anything anew."""
        known = Evaluation(values["loss"], tensors["gradient"], values["parts"])
        it = cls(lambda _: known, tensors["picture"])
        it.evaluate = evaluate
        it.first, it.second = tensors["first"], tensors["second"]
        for name in _VALUES:
            setattr(it, name, values[name])
        return it


_VALUES = ("evaluations", "recoveries", "steps", "stalled", "learning_rate", "least")
