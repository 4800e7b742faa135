"""Weight averages: steadier than the weights of any one step."""

import torch
from torch import Tensor, nn


class Average:
    """Exponential moving average of a module's parameters, with a ramp-up.

    After n steps the decay is at most (1 + n) / (10 + n), so that the first weights are soon forgotten.

    Args:
        module: whose parameters are averaged.
        decay: of the average, a step, in the long run.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.values = {n: p.detach().clone() for n, p in module.named_parameters()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Follow the parameters as they are now."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, parameter in module.named_parameters():
            self.values[name].lerp_(parameter, 1 - decay)

    @torch.no_grad()
    def swap(self, module: nn.Module) -> None:
        """Exchange the parameters and their average; twice is as before."""
        for name, parameter in module.named_parameters():
            before: Tensor = parameter.detach().clone()
            parameter.copy_(self.values[name])
            self.values[name] = before
