"""What a person may give as a picture, and what the painter gets."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from zeuxis import PaintSettings, ZeuxisError
from zeuxis.images import Picture
from zeuxis.painting.sources import Sources, gather

PLAIN = PaintSettings(size=None)


def eight_bits(pixels: np.ndarray) -> np.ndarray:
    return np.round(pixels * 255).astype(np.uint8)


def form(pixels: np.ndarray, kind: str, folder: Path) -> Any:
    array = eight_bits(pixels)
    image = Image.fromarray(array)
    path = folder / "picture.png"
    image.save(path)
    if kind == "name":
        return str(path)
    if kind == "stream":
        return io.BytesIO(path.read_bytes())
    return {"path": path, "image": image, "array": array, "picture": Picture.from_array(array)}[
        kind
    ]


@pytest.mark.parametrize("kind", ["name", "path", "stream", "image", "array", "picture"])
def test_forms_of_a_picture(
    kind: str, photo: np.ndarray, texture: np.ndarray, tmp_path: Path
) -> None:
    sources = gather(form(photo, kind, tmp_path), texture, PLAIN)
    assert sources.photo.shape == (1, 3, 96, 144) and sources.photo.dtype == np.float32
    assert np.abs(sources.photo[0].transpose(1, 2, 0) - photo).max() < 0.51 / 255


def test_styles(photo: np.ndarray, texture: np.ndarray) -> None:
    assert gather(photo, texture, PLAIN).weights == [1.0]
    assert gather(photo, (texture, 0.3), PLAIN).weights == [0.3]
    both = gather(photo, [texture, (photo, 2)], PLAIN)
    assert both.weights == [1.0, 2.0]
    assert [style.shape[2:] for style in both.styles] == [(96, 96), (96, 144)]


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf"), "much"])
def test_a_weight_that_is_none(photo: np.ndarray, weight: Any) -> None:
    with pytest.raises(ZeuxisError, match=r"weight .* of wave\.jpg is not a positive number"):
        gather(photo, ("wave.jpg", weight), PLAIN)


def test_no_style(photo: np.ndarray) -> None:
    with pytest.raises(ZeuxisError, match="no style"):
        gather(photo, [], PLAIN)


def test_style_masks_need_a_mask(photo: np.ndarray, texture: np.ndarray) -> None:
    with pytest.raises(ZeuxisError, match="need a mask of the photo"):
        gather(photo, texture, PLAIN, style_masks=[texture])


def test_too_many_megapixels(photo: np.ndarray, tmp_path: Path) -> None:
    path = form(photo, "path", tmp_path)
    with pytest.raises(ZeuxisError, match="megapixel"):
        gather(path, photo, PLAIN, max_megapixels=0.01)


def test_small_photos_are_continued_until_the_network_can_see_them(texture: np.ndarray) -> None:
    sources = gather(np.full((2, 300, 3), 0.4, np.float32), texture, PLAIN)
    assert sources.photo.shape == (1, 3, 32, 300)
    assert np.allclose(sources.photo, 0.4)
    assert sources.finished(sources.photo, PLAIN).pixels.shape == (2, 300, 3)


def test_only_lightness(photo: np.ndarray, texture: np.ndarray) -> None:
    sources = gather(photo, texture, PaintSettings(size=None, colors="luminance"))
    for picture in (sources.photo, *sources.styles):
        assert np.ptp(picture, axis=1).max() == 0  # grey
    grey, style = sources.photo[0, 0], sources.styles[0][0, 0]
    assert style.mean() == pytest.approx(grey.mean(), abs=0.05)
    assert style.std() == pytest.approx(grey.std(), abs=0.05)


@pytest.mark.parametrize("colors", ["histogram", "covariance"])
def test_paintings_get_the_photos_colours(
    photo: np.ndarray, texture: np.ndarray, colors: str
) -> None:
    style = gather(photo, texture, PaintSettings(size=None, colors=colors)).styles[0]
    assert style.mean((0, 2, 3)) == pytest.approx(photo.mean((0, 1)), abs=0.05)
    assert abs(texture.mean((0, 1)) - photo.mean((0, 1))).max() > 0.2


def digest(photo: Any, style: Any, **settings: Any) -> str:
    chosen = PaintSettings(size=None, **settings)
    return gather(photo, style, chosen).digest(chosen)


def test_the_digest_knows_a_job(photo: np.ndarray, texture: np.ndarray) -> None:
    base = digest(photo, texture)
    assert base == digest(photo.copy(), [(texture, 1.0)])
    others = [
        digest(photo[::-1], texture),
        digest(photo, texture[::-1]),
        digest(photo, (texture, 2.0)),
        digest(photo, [texture, texture]),
        digest(photo, texture, seed=1),
        digest(photo, texture, style_weight=1.5),
    ]
    assert len({base, *others}) == len(others) + 1


def test_the_digest_knows_masks(photo: np.ndarray, texture: np.ndarray) -> None:
    def masked(mask: np.ndarray, style_masks: tuple[np.ndarray, ...] = ()) -> Sources:
        return gather(photo, [texture, photo], PLAIN, mask=mask, style_masks=style_masks)

    left = np.zeros((20, 20))
    left[:, :10] = 1.0
    jobs = [masked(left), masked(left.T), masked(left, (left, left)), masked(left, (left, left.T))]
    assert len({job.digest(PLAIN) for job in jobs}) == len(jobs)
