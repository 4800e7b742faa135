"""Sizes as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeuxis.errors import ZeuxisError
from zeuxis.images import Size


@pytest.mark.parametrize(
    ("text", "height_width"),
    [
        ("1024", (768, 1024)),
        ("400", (300, 400)),
        ("1024x768", (768, 1024)),
        ("100x100", (100, 100)),
        (" 64 X 32 ", (32, 64)),
        ("64×32", (32, 64)),
        ("50%", (300, 400)),
        ("100%", (600, 800)),
        ("12.5 %", (75, 100)),
        ("200%", (1200, 1600)),
        ("0.01%", (1, 1)),
        ("1", (1, 1)),
    ],
)
def test_sizes_of_a_picture_of_800x600(text, height_width):
    assert Size.parse(text).resolve(600, 800) == height_width


def test_the_longest_side_is_the_height_of_an_upright_picture():
    assert Size.parse("1024").resolve(800, 600) == (1024, 768)


@pytest.mark.parametrize(
    "text",
    ["", "big", "-5", "0", "0x10", "10x0", "0%", "-50%", "10x", "x10", "1x2x3", "1.5", "1e3",
     "50 %%", "nan%", "٣٤", "1024 768", "10\n20", "9" * 30],
)  # fmt: skip
def test_bad_sizes_are_one_sentence(text):
    with pytest.raises(ZeuxisError) as caught:
        Size.parse(text)
    assert repr(text) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["70000", "70000x1", "60000x60000", "99999999%"])
def test_sizes_beyond_memory_are_one_sentence(text):
    with pytest.raises(ZeuxisError, match="megapixels"):
        Size.parse(text).resolve(600, 800)


def test_a_long_thin_picture_keeps_one_pixel():
    assert Size.parse("100").resolve(2, 30000) == (1, 100)


@pytest.mark.parametrize("text", ["1024", "1024x768", "50%", "12.5%"])
def test_a_size_is_told_as_it_was_typed(text):
    assert str(Size.parse(text)) == text
    assert Size.parse(str(Size.parse(text))) == Size.parse(text)


@pytest.mark.parametrize(
    "measures", [{}, {"longest": 5, "scale": 2.0}, {"scale": float("nan")}, {"exact": (4, -1)}]
)
def test_a_size_is_one_measure(measures):
    with pytest.raises(ZeuxisError, match="not one measure"):
        Size(**measures)


@given(st.integers(1, 60000), st.integers(1, 3000), st.integers(1, 3000))
def test_the_longest_side_is_exact(longest, height, width):
    try:
        resolved = Size(longest=longest).resolve(height, width)
    except ZeuxisError:
        assert longest**2 * min(height, width) / max(height, width) > 0.99e9
    else:
        assert max(resolved) == longest and min(resolved) >= 1
