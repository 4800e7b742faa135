"""The rule for gamma, by hand."""

from __future__ import annotations

import pytest

from zeuxis.errors import ZeuxisError
from zeuxis.gan.gamma import r1_gamma_for


def test_it_is_the_published_rule_for_pictures_between_0_and_1() -> None:
    """0.0002 * 1024**2 / 32 = 6.5536 there, for pictures in [-1, 1]."""
    assert r1_gamma_for(1024, 1024, 32) == pytest.approx(6.5536 / 4, rel=1e-12)


def test_pixels_count_whatever_the_format() -> None:
    assert r1_gamma_for(64, 256, 16) == pytest.approx(r1_gamma_for(128, 128, 16), rel=1e-12)
    assert r1_gamma_for(64, 128, 16) == pytest.approx(2 * r1_gamma_for(64, 64, 16), rel=1e-12)
    assert r1_gamma_for(64, 64, 32) == pytest.approx(r1_gamma_for(64, 64, 16) / 2, rel=1e-12)


@pytest.mark.parametrize("sizes", [(0, 64, 16), (64, -1, 16), (64, 64, 0)])
def test_nothing_has_no_gamma(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ZeuxisError, match="there is no gamma for"):
        r1_gamma_for(*sizes)
