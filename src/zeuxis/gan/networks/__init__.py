"""Pairs of networks, one file a paper, all in one registry: `networks.get("dcgan").build(shape)`."""

from zeuxis.gan.networks import dcgan, mlp, modern, resnet
from zeuxis.gan.networks.shape import Discriminator, Family, Generator, Shape, networks

__all__ = [
    "Discriminator",
    "Family",
    "Generator",
    "Shape",
    "dcgan",
    "mlp",
    "modern",
    "networks",
    "resnet",
]
