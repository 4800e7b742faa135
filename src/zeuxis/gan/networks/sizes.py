"""Which sizes a pair of networks can make that doubles a small map to a picture."""

from dataclasses import dataclass

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks.shape import Shape

LEAST = 16  # pixels a side
BASE = 4  # of the map that is doubled to a picture: its shorter side is 4 to 7


@dataclass(frozen=True)
class Base:
    """The small map that a generator starts from, and a discriminator ends with.

    Attributes:
        height: of the map.
        width: of the map.
        doublings: how often it is doubled to be of the picture's size.
    """

    height: int
    width: int
    doublings: int


def base_of(shape: Shape, network: str, most: int) -> Base:
    """The map of 4 to 7 a side, along the shorter one, that is doubled to a picture.

    Args:
        shape: of the pictures.
        network: its name, for the message.
        most: pixels a side that it can make.

    Raises:
        ZeuxisError: if a side is shorter than 16, longer than `most`, or not doubled from a whole number.
    """
    nearest = [min(max(side, LEAST), most) for side in (shape.height, shape.width)]
    doublings = (min(nearest) // BASE).bit_length() - 1
    multiple = 2**doublings
    height, width = (side // multiple for side in nearest)
    if (height * multiple, width * multiple) != (shape.height, shape.width):
        raise ZeuxisError(
            f"{network} makes no pictures of {shape.width}x{shape.height} pixels: give sides from "
            f"{LEAST} to {most}, near this size in multiples of {multiple}, such as "
            f"{width * multiple}x{height * multiple}"
        )
    return Base(height, width, doublings)
