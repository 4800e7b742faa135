"""Which sizes can be made by doubling."""

from __future__ import annotations

import pytest

from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks.shape import Shape
from zeuxis.gan.networks.sizes import Base, base_of


@pytest.mark.parametrize(
    ("height", "width", "base"),
    [
        (16, 16, Base(4, 4, 2)),
        (28, 28, Base(7, 7, 2)),
        (32, 32, Base(4, 4, 3)),
        (32, 64, Base(4, 8, 3)),
        (64, 32, Base(8, 4, 3)),
        (48, 48, Base(6, 6, 3)),
        (64, 96, Base(4, 6, 4)),
        (256, 256, Base(4, 4, 6)),
    ],
)
def test_a_small_map_is_doubled_to_the_picture(height: int, width: int, base: Base) -> None:
    assert base_of(Shape(height, width), "dcgan", 256) == base


@pytest.mark.parametrize(
    ("height", "width", "multiple", "near"),
    [(30, 30, 4, "28x28"), (30, 60, 4, "60x28"), (8, 300, 4, "256x16"), (512, 300, 64, "256x256")],
)
def test_another_size_is_told_one_that_works(
    height: int, width: int, multiple: int, near: str
) -> None:
    with pytest.raises(ZeuxisError) as caught:
        base_of(Shape(height, width), "dcgan", 256)
    assert str(caught.value) == (
        f"dcgan makes no pictures of {width}x{height} pixels: give sides from 16 to 256, near this "
        f"size in multiples of {multiple}, such as {near}"
    )
    side_w, side_h = map(int, near.split("x"))
    assert base_of(Shape(side_h, side_w), "dcgan", 256)
