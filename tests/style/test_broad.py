"""Broad strokes on large pictures: the bands of two paintings, joined without a seam."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from zeuxis import stylize
from zeuxis.images import resize
from zeuxis.style import broad
from zeuxis.style.broad import with_broad_strokes

HEIGHT, WIDTH, LAYOUT = 150, 201, 67


@pytest.fixture
def picture(photo: np.ndarray) -> np.ndarray:
    return resize(photo, (HEIGHT, WIDTH))


def inverted(pixels: np.ndarray, progress: Any) -> np.ndarray:
    del progress
    return np.asarray(255 - pixels if pixels.dtype == np.uint8 else 1 - pixels)


def grained(pixels: np.ndarray, progress: Any) -> np.ndarray:
    """Strokes of one pixel, whatever the size."""
    del progress
    grain = np.indices(pixels.shape[:2]).sum(0)[..., None] % 2
    return np.asarray(0.3 + 0.4 * grain + 0.0 * pixels, np.float32)


def toned(pixels: np.ndarray, progress: Any) -> np.ndarray:
    """Red if it is small, green if it is large, with the photo's own details."""
    del progress
    tone = [0.2, 0, 0] if len(pixels) < HEIGHT else [0, 0.2, 0]
    return np.asarray(0.4 + 0.2 * pixels + np.array(tone), np.float32)


def enlarged(change: np.ndarray, height: int, width: int) -> np.ndarray:
    """The whole of it at once."""
    planes = [Image.fromarray(np.ascontiguousarray(change[..., channel])) for channel in range(3)]
    large = [plane.resize((width, height), Image.Resampling.BICUBIC) for plane in planes]
    return np.stack([np.asarray(plane) for plane in large], 2)


def test_a_picture_no_larger_than_its_layout_is_painted_once(picture: np.ndarray) -> None:
    calls = []

    def paint(pixels: np.ndarray, progress: Any) -> np.ndarray:
        calls.append(progress)
        return pixels

    assert with_broad_strokes(picture, WIDTH, paint, print) is picture
    assert calls == [print]


def test_only_the_picture_itself_tells_its_progress(picture: np.ndarray) -> None:
    told: list[tuple[int, Any]] = []

    def paint(pixels: np.ndarray, progress: Any) -> np.ndarray:
        told.append((pixels.shape[1], progress))
        return pixels.copy()

    with_broad_strokes(picture, LAYOUT, paint, print)
    assert told == [(LAYOUT, None), (WIDTH, print)]


@pytest.mark.parametrize("rows", [7, 256])
def test_the_strips_are_those_of_the_whole_pyramid(
    picture: np.ndarray, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broad, "ROWS", rows)
    painted = toned(picture, None)
    layout = (50, LAYOUT)
    change = toned(resize(picture, layout), None) - resize(painted, layout)
    expected = np.clip(painted + enlarged(change, HEIGHT, WIDTH), 0, 1)
    assert np.abs(with_broad_strokes(picture, LAYOUT, toned) - expected).max() < 1e-5


def test_what_is_coarse_is_the_layouts_and_what_is_fine_the_pictures(picture: np.ndarray) -> None:
    painted = with_broad_strokes(picture, LAYOUT, toned)
    layout = toned(resize(picture, (50, LAYOUT)), None)
    assert np.abs(painted.mean((0, 1)) - layout.mean((0, 1))).max() < 0.01  # red, as that is
    rows = painted[..., 0] - toned(picture, None)[..., 0]
    assert np.abs(np.diff(rows, axis=0)).max() < 0.01  # and no detail is lost or added


def test_strokes_grow_with_the_picture(picture: np.ndarray) -> None:
    """A grain of one pixel on the layout is of three on the picture."""
    power = np.abs(np.fft.fft2(with_broad_strokes(picture, LAYOUT, grained)[..., 0] - 0.5))
    third = power[round(HEIGHT / 6), round(WIDTH / 6)]
    assert third > 0.05 * power.max()
    assert np.abs(np.fft.fft2(grained(picture, None)[..., 0] - 0.5))[25, 34] < 1e-3 * power.max()


def test_bytes_and_floats_agree(picture: np.ndarray) -> None:
    whole = np.round(picture * 255).astype(np.uint8)
    painted = with_broad_strokes(whole, LAYOUT, inverted)
    assert painted.dtype == np.uint8
    floats = with_broad_strokes(whole / np.float32(255), LAYOUT, inverted)
    assert np.abs(painted / 255 - floats).max() < 1 / 255


@pytest.mark.parametrize("shape", [(2, 900), (900, 1), (130, 131)])
def test_any_shape(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert with_broad_strokes(pixels, 64, inverted).shape == (*shape, 3)


def test_a_shipped_style_on_a_large_photo(photo: np.ndarray) -> None:
    """From afar it is the painting of its layout."""
    large = resize(photo, (256, 384))
    painted = stylize(large, "starry-night", layout_size=128).picture.pixels
    small = resize(painted, (85, 128))
    layout = stylize(resize(large, (85, 128)), "starry-night").picture.pixels
    plain = resize(stylize(large, "starry-night").picture.pixels, (85, 128))
    assert np.abs(small - layout).mean() < 0.3 * np.abs(plain - layout).mean()
