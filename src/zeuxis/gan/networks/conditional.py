"""What networks that know of classes are made of."""

import torch
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks.shape import Shape

EMBEDDING = 64  # numbers of a class
SMALL = 0.02  # deviation of first weights, so that at first classes are much alike


class Joined(nn.Module):
    """Latents, followed by the embedding of their class if there are classes (Mirza & Osindero 2014).

    Args:
        shape: its latents and classes.

    Attributes:
        style_dim: numbers of what is returned.
        class_dim: how many of them, the last, are the class's; 0 without classes.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embedding = nn.Embedding(shape.classes, EMBEDDING) if shape.classes else None
        self.class_dim = EMBEDDING if shape.classes else 0
        self.style_dim = shape.latent_dim + self.class_dim

    def forward(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        """N x latent_dim and N class numbers to N x style_dim.

        Raises:
            ZeuxisError: if there are classes and none were given.
        """
        if self.embedding is None:
            return latents
        return torch.cat([latents, self.embedding(_known(labels))], 1)


class ConditionalBatchNorm(nn.Module):
    """Batch normalisation whose scale and shift follow from a class (de Vries et al. 2017, equation 4).

    Both are linear in the embedding of the class, which all layers share (Brock et al. 2019, section 3).

    Args:
        channels: of the maps.
        class_dim: numbers of a class's embedding; 0 for plain batch normalisation.
    """

    def __init__(self, channels: int, class_dim: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=class_dim == 0)
        self.scale = self.shift = None
        if class_dim:
            self.scale = nn.Linear(class_dim, channels, bias=False)
            self.shift = nn.Linear(class_dim, channels, bias=False)
            nn.init.normal_(self.scale.weight, std=SMALL)
            nn.init.normal_(self.shift.weight, std=SMALL)

    def forward(self, x: Tensor, embedded: Tensor) -> Tensor:
        """N x C x H x W and N x class_dim to N x C x H x W."""
        normalized: Tensor = self.norm(x)
        if self.scale is None or self.shift is None:
            return normalized
        scale: Tensor = self.scale(embedded)[:, :, None, None]
        shift: Tensor = self.shift(embedded)[:, :, None, None]
        return normalized * (1 + scale) + shift


class Projection(nn.Module):
    """How well features suit a class: their product with its embedding (Miyato & Koyama 2018, equation 3).

    Args:
        classes: how many there are; 0 for a projection that adds nothing.
        channels: of the features.
    """

    def __init__(self, classes: int, channels: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(classes, channels) if classes else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, std=SMALL)

    def forward(self, logits: Tensor, features: Tensor, labels: Tensor | None) -> Tensor:
        """Logits, N, with what the classes add to them.

        Args:
            logits: of the features whatever their class, N or N x 1.
            features: N x C.
            labels: N class numbers; None if there are no classes.

        Raises:
            ZeuxisError: if there are classes and none were given.
        """
        logits = logits.flatten()
        if self.embedding is None:
            return logits
        suited: Tensor = (self.embedding(_known(labels)) * features).sum(1)
        return logits + suited


def _known(labels: Tensor | None) -> Tensor:
    if labels is None:
        raise ZeuxisError("these networks were made for classes: say of which each picture is")
    return labels
