"""Limited-memory BFGS (Nocedal & Wright, algorithm 7.4) for pictures.

What is different from the usual one: a line search, so that no step can make the loss explode; a first step
measured in grey levels, so that none is wasted on finding the scale; and an initial Hessian with a
picture's spectrum (`precondition`) in place of a multiple of the identity.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from zeuxis.painting.objective import Evaluation
from zeuxis.painting.precondition import Preconditioner

FIRST_STEP = 0.01  # root mean square change of the picture, in units of its range
SUFFICIENT_DECREASE = 1e-4
LONGEST_SEARCH = 12


class LBFGS:
    """Descend from `picture`; `step` by `step`.

    Attributes:
        picture: where it is, 1 x 3 x H x W.
        now: the evaluation there.
        evaluations: how many it took so far.
        stalled: whether no step along any direction it knows makes the loss smaller.
        recoveries: how often an evaluation was not finite and was stepped back from.
    """

    def __init__(
        self, evaluate: Callable[[Tensor], Evaluation], picture: Tensor, history: int = 20
    ) -> None:
        self.evaluate = evaluate
        self.picture = picture.detach().clone()
        self.now = evaluate(self.picture)
        self.evaluations, self.recoveries = 1, 0
        self.stalled = False
        self.pairs: deque[tuple[Tensor, Tensor]] = deque(maxlen=history)
        self.precondition = Preconditioner(picture.shape[-2], picture.shape[-1], picture.device)

    def step(self) -> None:
        """Take one step that makes the loss smaller, or set `stalled`."""
        direction = self._direction()
        slope = _dot(self.now.gradient, direction)
        if not slope < 0:  # rounding has spoilt the pairs
            self.pairs.clear()
            direction = self._direction()
            slope = _dot(self.now.gradient, direction)
        if slope == 0:
            self.stalled = True
            return
        if self._search(direction, slope):
            return
        self.stalled = not self.pairs  # steepest descent failed too
        self.pairs.clear()

    def _direction(self) -> Tensor:
        """Minus the inverse Hessian times the gradient: the two-loop recursion."""
        q = self.now.gradient.clone()
        alphas = []
        for s, y in reversed(self.pairs):
            alpha = _dot(s, q) / _dot(s, y)
            alphas.append(alpha)
            q -= alpha * y
        q = self.precondition(q)
        if self.pairs:
            s, y = self.pairs[-1]
            q *= _dot(s, y) / _dot(y, self.precondition(y))
        else:
            size = q.square().mean().sqrt().item()
            q *= FIRST_STEP / size if size > 0 else 0.0
        for (s, y), alpha in zip(self.pairs, reversed(alphas), strict=True):
            q += (alpha - _dot(y, q) / _dot(s, y)) * s
        return -q

    def _search(self, direction: Tensor, slope: float) -> bool:
        """Backtrack until the loss is smaller (Nocedal & Wright, equation 3.6a)."""
        length = 1.0
        for _ in range(LONGEST_SEARCH):
            picture = self.picture + length * direction
            there = self.evaluate(picture)
            self.evaluations += 1
            rise = there.loss - self.now.loss
            if not there.finite:
                self.recoveries += 1
                length *= 0.1
                continue
            if rise <= SUFFICIENT_DECREASE * length * slope:
                self._accept(picture, there)
                return True
            best = -slope * length**2 / (2 * (rise - slope * length))  # of the parabola
            length = min(max(best, 0.1 * length), 0.5 * length)
        return False

    def _accept(self, picture: Tensor, there: Evaluation) -> None:
        s, y = picture - self.picture, there.gradient - self.now.gradient
        if _dot(s, y) > 1e-10 * s.norm().item() * y.norm().item():
            self.pairs.append((s, y))
        self.picture, self.now = picture, there
        self.precondition.see(there.gradient)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """All that goes on depends on: tensors and plain values."""
        tensors = {"picture": self.picture, "gradient": self.now.gradient}
        for number, (s, y) in enumerate(self.pairs):
            tensors |= {f"s{number}": s, f"y{number}": y}
        if self.precondition.second is not None:
            tensors["second"] = self.precondition.second
        values = {
            "loss": self.now.loss,
            "parts": self.now.parts,
            "evaluations": self.evaluations,
            "recoveries": self.recoveries,
            "stalled": self.stalled,
            "pairs": len(self.pairs),
            "seen": self.precondition.seen,
        }
        return tensors, values

    @classmethod
    def resume(
        cls,
        evaluate: Callable[[Tensor], Evaluation],
        tensors: Mapping[str, Tensor],
        values: Mapping[str, Any],
        history: int = 20,
    ) -> "LBFGS":
        """Go on from a `state`, without evaluating anything anew."""
        known = Evaluation(values["loss"], tensors["gradient"], values["parts"])
        it = cls(lambda _: known, tensors["picture"], history)
        it.evaluate = evaluate
        it.evaluations, it.recoveries = values["evaluations"], values["recoveries"]
        it.stalled = values["stalled"]
        it.precondition.second, it.precondition.seen = tensors.get("second"), values["seen"]
        for number in range(values["pairs"]):
            it.pairs.append((tensors[f"s{number}"], tensors[f"y{number}"]))
        return it


def _dot(a: Tensor, b: Tensor) -> float:
    return torch.dot(a.reshape(-1), b.reshape(-1)).item()
