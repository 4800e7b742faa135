"""What the two play for: losses of logits, from Goodfellow et al. 2014 to Huang et al. 2024.

D is the discriminator's logit, x a real picture, G(z) a made one, s the logistic function (sigmoid); E is a
mean over the batch. Both sides descend on what stands here, so that where a paper has a player maximise, the
sign is turned. log s(t) is -softplus(-t) and log(1 - s(t)) is -softplus(t), which neither overflow nor lose
their slope.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import relu, softplus

from zeuxis.perception.distances import safe_sqrt
from zeuxis.registry import Registry


@dataclass(frozen=True)
class Loss:
    """What each side descends on, a scalar.

    Attributes:
        discriminator: of the logits of real and of made pictures, N each.
        generator: of the logits of made pictures and, where `needs_real`, of real ones; else of None.
        needs_real: whether the generator's side looks at real pictures too.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor | None], Tensor]
    needs_real: bool = False


losses: Registry[Loss] = Registry("loss")


def cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """-E log s(D(x)) - E log(1 - s(D(G(z)))): equation 1 of Goodfellow et al. 2014, to be descended on."""
    return softplus(-real).mean() + softplus(fake).mean()


def saturating(fake: Tensor, _: Tensor | None = None) -> Tensor:
    """E log(1 - s(D(G(z)))): the generator's part of equation 1 of Goodfellow et al. 2014."""
    return -softplus(fake).mean()


def non_saturating(fake: Tensor, _: Tensor | None = None) -> Tensor:
    """-E log s(D(G(z))): Goodfellow et al. 2014, end of section 3."""
    return softplus(-fake).mean()


def least_squares_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """½ E (D(x) - 1)² + ½ E D(G(z))²: equation 9 of Mao et al. 2017, a = 0 and b = 1."""
    return ((real - 1).square().mean() + fake.square().mean()) / 2


def least_squares_generator(fake: Tensor, _: Tensor | None = None) -> Tensor:
    """½ E (D(G(z)) - 1)²: equation 9 of Mao et al. 2017, c = 1."""
    return (fake - 1).square().mean() / 2


def root_least_squares_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """√(½ E (D(x) - 1)² + ½ E D(G(z))²): how far all logits are from their labels, root mean squared.

    The slope has the same size far from the labels and near them; where all are met it is 0.
    """
    return safe_sqrt(least_squares_discriminator(real, fake))


def root_least_squares_generator(fake: Tensor, _: Tensor | None = None) -> Tensor:
    """√(E (D(G(z)) - 1)²): how far the logits are from the label 1, root mean squared."""
    return safe_sqrt((fake - 1).square().mean())


def wasserstein_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """E D(G(z)) - E D(x): equation 2 of Arjovsky et al. 2017; D's slope is to be held."""
    return fake.mean() - real.mean()


def wasserstein_generator(fake: Tensor, _: Tensor | None = None) -> Tensor:
    """-E D(G(z)): Arjovsky et al. 2017, algorithm 1; of the hinge loss too."""
    return -fake.mean()


def hinge(real: Tensor, fake: Tensor) -> Tensor:
    """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z))): Lim & Ye 2017; equation 16 of Miyato et al. 2018."""
    return relu(1 - real).mean() + relu(1 + fake).mean()


def relativistic_average(real: Tensor, fake: Tensor) -> Tensor:
    """-E log s(D(x) - E D(G(z))) - E log(1 - s(D(G(z)) - E D(x))): Jolicoeur-Martineau 2019, RaSGAN.

    How much more real than the average of the others. The generator descends on the same with the roles
    exchanged, which does not saturate.
    """
    return cross_entropy(real - fake.mean(), fake - real.mean())


def relativistic_pairing(real: Tensor, fake: Tensor) -> Tensor:
    """-E log s(D(x) - D(G(z))): Jolicoeur-Martineau 2019, RSGAN; Huang et al. 2024 (R3GAN).

    How much more real than the made picture in the same place of the batch, so that there have to be as many
    of the one as of the other. The generator descends on the same with the roles exchanged.
    """
    return softplus(fake - real).mean()


def _exchanged(
    discriminator: Callable[[Tensor, Tensor], Tensor],
) -> Callable[[Tensor, Tensor | None], Tensor]:
    """The generator's side of a relativistic loss: made pictures are to look more real than real ones."""

    def generator(fake: Tensor, real: Tensor | None) -> Tensor:
        if real is None:
            raise ValueError("a relativistic loss compares with real pictures: give their logits")
        return discriminator(fake, real)

    return generator


def _keep(name: str, loss: Loss) -> None:
    losses.register(name)(loss)


_keep("non_saturating", Loss(cross_entropy, non_saturating))
_keep("minimax", Loss(cross_entropy, saturating))
_keep("least_squares", Loss(least_squares_discriminator, least_squares_generator))
_keep("root_least_squares", Loss(root_least_squares_discriminator, root_least_squares_generator))
_keep("wasserstein", Loss(wasserstein_discriminator, wasserstein_generator))
_keep("hinge", Loss(hinge, wasserstein_generator))
_keep(
    "relativistic_average",
    Loss(relativistic_average, _exchanged(relativistic_average), needs_real=True),
)
_keep(
    "relativistic_pairing",
    Loss(relativistic_pairing, _exchanged(relativistic_pairing), needs_real=True),
)
