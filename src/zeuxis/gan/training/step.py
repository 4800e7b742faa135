"""One step of the game (Goodfellow et al. 2014, algorithm 1): one learns to tell, then one to deceive."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from zeuxis.gan.losses import Loss
from zeuxis.gan.networks.shape import draw_latents
from zeuxis.gan.penalties import gradient_penalty, slope_penalty
from zeuxis.gan.training.rivals import Rivals
from zeuxis.training.randomness import keyed

Batch = tuple[Tensor, Tensor | None]  # real pictures, N x C x H x W in [0, 1], and their classes
Synchronize = Callable[[Iterable[nn.Parameter]], None]  # averages slopes over processes


def train_step(
    rivals: Rivals,
    batches: Sequence[Batch],
    synchronize: Synchronize | None = None,
    rank: int = 0,
) -> dict[str, Tensor]:
    """Let each learn from the other once.

    Args:
        rivals: are changed in place.
        batches: one of real pictures for each step of the discriminator; the generator is asked for classes
            like those of the last.
        synchronize: is given the parameters of one network once their slopes are there, if other processes
            compute slopes too.
        rank: of this process among them: each draws latents of its own.

    Returns:
        What the step cost and what the discriminator thought, detached, by name; means over its parts.
    """
    settings = rivals.settings
    told: list[dict[str, Tensor]] = []
    for turn, batch in enumerate(batches):
        draws = keyed(settings.seed, f"discriminator {turn} {rank}", rivals.step)
        rivals.discriminator_optimizer.zero_grad(set_to_none=True)
        is_regularized = rivals.discriminator_steps % rivals.interval == 0
        for part in _parts(batch, settings.accumulation):
            told.append(_teach_discriminator(rivals, part, is_regularized, draws))
        if synchronize:
            synchronize(rivals.discriminator.parameters())
        rivals.discriminator_optimizer.step()
        rivals.discriminator_steps += 1

    draws = keyed(settings.seed, f"generator {rank}", rivals.step)
    rivals.generator_optimizer.zero_grad(set_to_none=True)
    with frozen(rivals.discriminator):
        for part in _parts(batches[-1], settings.accumulation):
            told.append(_teach_generator(rivals, part, draws))
    if synchronize:
        synchronize(rivals.generator.parameters())
    rivals.generator_optimizer.step()

    rivals.step += 1
    rivals.follow()
    names = {name for part in told for name in part}
    return {n: torch.stack([part[n] for part in told if n in part]).mean() for n in sorted(names)}


def _teach_discriminator(
    rivals: Rivals, batch: Batch, is_regularized: bool, draws: torch.Generator
) -> dict[str, Tensor]:
    """Slopes of what the discriminator's judgement of real and made pictures costs it."""
    settings, play, (real, labels) = rivals.settings, rivals.play, batch
    with torch.no_grad(), rivals.precision():
        fake = rivals.generator(_latents(rivals, len(real), draws), labels).float()
    seen_real, seen_fake = rivals.augment(real, draws), rivals.augment(fake, draws)
    with rivals.precision():
        real_logits = rivals.discriminator(seen_real, labels).float()
        fake_logits = rivals.discriminator(seen_fake, labels).float()
    loss = play.discriminator(real_logits, fake_logits)
    told = {
        "discriminator_loss": loss.detach(),
        "real_logits": real_logits.detach().mean(),
        "fake_logits": fake_logits.detach().mean(),
        "real_signs": _signs(play, real_logits.detach(), fake_logits.detach()),
    }
    if is_regularized:
        penalty = _penalty(rivals, seen_real, seen_fake, labels, draws)
        if penalty is not None:
            told["penalty"] = penalty.detach()
            loss = loss + rivals.interval * penalty  # as often as it was left out
    (loss / settings.accumulation).backward()  # type: ignore[no-untyped-call]
    return told


def _signs(play: Loss, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """How sure the discriminator is of real pictures, -1 to 1 (Karras et al. 2020, ADA, section 3)."""
    # relativistic logits have no zero of their own
    zero = fake_logits.mean() if play.needs_real else 0.0
    return (real_logits - zero).sign().mean()


def _penalty(
    rivals: Rivals, real: Tensor, fake: Tensor, labels: Tensor | None, draws: torch.Generator
) -> Tensor | None:
    """The weighted gradient penalties that the settings ask for; None if for none."""
    settings, parts = rivals.settings, []
    with rivals.precision():
        if settings.r1_gamma:
            parts.append(settings.r1_gamma / 2 * slope_penalty(rivals.discriminator, real, labels))
        if settings.r2_gamma:
            parts.append(settings.r2_gamma / 2 * slope_penalty(rivals.discriminator, fake, labels))
        if settings.gradient_penalty:
            between = gradient_penalty(
                rivals.discriminator, real, fake, labels, settings.penalty_center, draws
            )
            parts.append(settings.gradient_penalty * between)
    return sum(parts[1:], parts[0]) if parts else None


def _teach_generator(rivals: Rivals, batch: Batch, draws: torch.Generator) -> dict[str, Tensor]:
    """Slopes of what the discriminator's judgement of its pictures costs the generator."""
    settings, play, (real, labels) = rivals.settings, rivals.play, batch
    latents = _latents(rivals, len(real), draws)
    with rivals.precision():
        fake = rivals.generator(latents, labels).float()
        fake_logits = rivals.discriminator(rivals.augment(fake, draws), labels).float()
        real_logits = None
        if play.needs_real:
            with torch.no_grad():
                real_logits = rivals.discriminator(rivals.augment(real, draws), labels).float()
    loss = play.generator(fake_logits, real_logits)
    (loss / settings.accumulation).backward()  # type: ignore[no-untyped-call]
    return {"generator_loss": loss.detach()}


def _latents(rivals: Rivals, count: int, draws: torch.Generator) -> Tensor:
    return draw_latents(draws, count, rivals.generator.shape.latent_dim).to(rivals.device)


def _parts(batch: Batch, count: int) -> Iterator[Batch]:
    """A batch in so many parts of equal size."""
    pictures, labels = batch
    of_labels = labels.chunk(count) if labels is not None else [None] * count
    yield from zip(pictures.chunk(count), of_labels, strict=True)


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """The module's parameters want no slopes while the block lasts: a third of its backward saved."""
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in module.parameters():
            parameter.requires_grad_(True)
