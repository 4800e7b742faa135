"""Two networks that train each other, and all that changes while they do."""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from zeuxis.gan.augmentation.ada import AdaptiveAugment
from zeuxis.gan.losses import losses
from zeuxis.gan.networks.shape import Discriminator, Generator
from zeuxis.gan.settings import GanSettings

Augment = Callable[[Tensor, torch.Generator], Tensor]


class Rivals:
    """A generator, its discriminator, the generator's average and their optimisers.

    Args:
        generator: is trained in place.
        discriminator: is trained in place.
        settings: resolved: nothing in it is None that a recipe has.
        augment: what the discriminator's pictures go through; the identity if there is no augmentation.
        device: where to compute.
        dtype: float32, or bfloat16 for the layers that may be computed with it.

    Attributes:
        average: the generator with averaged weights: the one to keep.
        play: the loss.
        interval: steps of the discriminator from one gradient penalty to the next.
        step: steps of the generator so far.
        discriminator_steps: and of the discriminator.
    """

    def __init__(
        self,
        generator: Generator,
        discriminator: Discriminator,
        settings: GanSettings,
        augment: Augment = lambda pictures, _: pictures,
        device: torch.device = torch.device("cpu"),  # noqa: B008
        dtype: torch.dtype = torch.float32,
    ) -> None:
        layout: Any = {"device": device, "memory_format": torch.channels_last}
        self.generator, self.discriminator = generator.to(**layout), discriminator.to(**layout)
        self.average = copy.deepcopy(self.generator).requires_grad_(False).eval()
        self.settings, self.augment, self.device, self.dtype = settings, augment, device, dtype
        self.step = self.discriminator_steps = 0
        assert settings.loss is not None and settings.regularization_interval is not None
        self.play, self.interval = losses.get(settings.loss), settings.regularization_interval
        assert settings.generator_rate is not None and settings.discriminator_rate is not None
        assert settings.beta1 is not None and settings.beta2 is not None
        betas = settings.beta1, settings.beta2
        self.generator_optimizer = _adam(self.generator, settings.generator_rate, betas)
        self.discriminator_optimizer = _adam(self.discriminator, settings.discriminator_rate, betas)

    def precision(self) -> AbstractContextManager[Any]:
        """Inside it, layers compute with numbers of the type asked for."""
        is_lower = self.dtype != torch.float32
        return torch.autocast(self.device.type, dtype=self.dtype, enabled=is_lower)

    @torch.no_grad()
    def follow(self) -> None:
        """Let the average follow the generator, after a step of it.

        The half-life is at most a part of the pictures seen so far (Karras et al. 2020, StyleGAN2-ADA), so
        that the first weights are soon forgotten. Buffers, such as the statistics of batch normalisation, are
        taken over as they are.
        """
        settings, batch_size = self.settings, self.settings.batch_size
        assert batch_size is not None and settings.average_kimg is not None
        seen = self.step * batch_size
        half_life = min(settings.average_kimg * 1000, seen * settings.average_rampup)
        decay = 0.5 ** (batch_size / half_life) if half_life > 0 else 0.0
        averaged: list[Tensor] = list(self.average.parameters())
        current: list[Tensor] = list(self.generator.parameters())
        torch._foreach_lerp_(averaged, current, 1 - decay)
        for mine, theirs in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            mine.copy_(theirs)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """All of it: tensors, and plain numbers."""
        tensors = {}
        for name in ("generator", "discriminator", "average"):
            for key, value in getattr(self, name).state_dict().items():
                tensors[f"{name}.{key}"] = value
        for name in ("generator_optimizer", "discriminator_optimizer"):
            for number, moments in getattr(self, name).state_dict()["state"].items():
                for key, value in moments.items():
                    tensors[f"{name}.{number}.{key}"] = value
        numbers = {"step": self.step, "discriminator_steps": self.discriminator_steps}
        if isinstance(self.augment, AdaptiveAugment):
            return tensors, numbers | {"augmentation": self.augment.state()}
        return tensors, numbers

    def restore(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
        """Go on from what `state` gave, of which nothing is kept but copies."""
        for name in ("generator", "discriminator", "average"):
            getattr(self, name).load_state_dict(under(tensors, name))
        for name in ("generator_optimizer", "discriminator_optimizer"):
            optimizer = getattr(self, name)
            parameters = optimizer.param_groups[0]["params"]
            moments: dict[int, dict[str, Tensor]] = {}
            for key, value in under(tensors, name).items():
                number, _, moment = key.partition(".")
                copied = _laid_out_like(parameters[int(number)], value)
                moments.setdefault(int(number), {})[moment] = copied
            optimizer.load_state_dict(optimizer.state_dict() | {"state": moments})
        self.step, self.discriminator_steps = numbers["step"], numbers["discriminator_steps"]
        if isinstance(self.augment, AdaptiveAugment):
            self.augment.restore(numbers["augmentation"])


def _adam(module: torch.nn.Module, rate: float, betas: tuple[float, float]) -> torch.optim.Adam:
    return torch.optim.Adam(module.parameters(), lr=rate, betas=betas, eps=1e-8, fused=True)


@torch.no_grad()
def _laid_out_like(parameter: Tensor, value: Tensor) -> Tensor:
    """A copy in the parameter's order of memory: the fused Adam pairs numbers by their place in it."""
    if value.shape != parameter.shape:  # the number of steps
        return value.clone()
    return torch.empty_like(parameter).copy_(value)


def under(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """Those of a checkpoint that belong to one part of it, such as `"average"`, by their names in that."""
    return {k.removeprefix(f"{name}."): t for k, t in tensors.items() if k.startswith(f"{name}.")}
