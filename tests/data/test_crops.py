"""Random crops: where they come from, what they show, and pictures that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zeuxis.data import Crops, crops
from zeuxis.errors import ZeuxisError

HEIGHT, WIDTH = 80, 120


def ramp(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Red grows to the right and green downwards, by 2 each pixel: crops tell where they are from."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([2 * columns, 2 * rows, np.full_like(rows, 9)], 2).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    Image.fromarray(ramp()).save(tmp_path / "deep" / "ramp.png")
    return tmp_path


def slopes(crop: np.ndarray) -> tuple[float, float]:
    """Levels that red grows by to the right, and green downwards, away from the borders."""
    inside = crop[:, 8:-8, 8:-8].astype(np.float64) * 255
    return np.diff(inside[0], axis=1).mean(), np.diff(inside[1], axis=0).mean()


def drawn(folder: Path, count: int, *arguments: float) -> list[np.ndarray]:
    source, rng = Crops(folder, 1000), np.random.default_rng(0)
    return [source.draw(rng, 32, *arguments) for _ in range(count)]


def test_a_part_of_the_photograph(folder: Path) -> None:
    places = set()
    for crop in drawn(folder, 60):
        assert crop.shape == (3, 32, 32) and crop.dtype == np.float32
        assert crop.flags.c_contiguous
        levels = np.rint(crop * 255).astype(int)
        left, top = levels[0].min() // 2, levels[1].min() // 2
        photo = ramp()[top : top + 32, left : left + 32].transpose(2, 0, 1)
        assert any(np.array_equal(levels, each) for each in (photo, photo[..., ::-1]))
        places.add((left, top))
    lefts, tops = zip(*places, strict=True)
    assert min(lefts) < 10 and max(lefts) > WIDTH - 32 - 10
    assert min(tops) < 10 and max(tops) > HEIGHT - 32 - 10


def test_half_of_them_are_mirrored(folder: Path) -> None:
    mirrored = [slopes(crop)[0] < 0 for crop in drawn(folder, 200)]
    assert 75 < sum(mirrored) < 125
    assert all(slopes(crop)[1] > 0 for crop in drawn(folder, 20))


def test_zoom_and_shrink(folder: Path) -> None:
    """A crop of half as many pixels, enlarged, has slopes half as steep."""
    factors = [slopes(crop)[1] / 2 for crop in drawn(folder, 100, 2.0, 1.5)]
    assert 0.48 < min(factors) < 0.56 and 1.4 < max(factors) < 1.55
    assert np.mean(np.log(factors) < 0) == pytest.approx(
        np.log(2) / (np.log(2) + np.log(1.5)), abs=0.12
    )
    assert np.allclose([slopes(crop)[1] for crop in drawn(folder, 9)], 2, atol=1e-4)


def test_no_larger_than_the_photograph(folder: Path) -> None:
    """Where it would show more than there is, the whole is shown."""
    source = Crops(folder, 1000)
    crop = source.draw(np.random.default_rng(0), 160)
    assert crop.shape == (3, 160, 160)
    assert slopes(crop)[1] == pytest.approx(2 * HEIGHT / 160, rel=0.02)


def test_the_same_seed_the_same_crops(folder: Path) -> None:
    Image.fromarray(ramp()[::-1]).save(folder / "other.png")
    first, again = drawn(folder, 8, 2.0), drawn(folder, 8, 2.0)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])


def test_photographs_are_made_smaller_on_reading(folder: Path) -> None:
    crop = Crops(folder, 40).draw(np.random.default_rng(1), 40)
    assert slopes(crop)[1] == pytest.approx(4, rel=0.02)


def test_every_kind_of_picture(tmp_path: Path) -> None:
    photo = Image.fromarray(ramp())
    photo.convert("L").save(tmp_path / "grey.png")
    photo.convert("CMYK").save(tmp_path / "print.jpg")
    rgba = photo.convert("RGBA")
    rgba.putalpha(128)
    rgba.save(tmp_path / "cover.png")
    source, rng = Crops(tmp_path, 64), np.random.default_rng(0)
    found = [source.draw(rng, 32) for _ in range(12)]
    assert {each.shape for each in found} == {(3, 32, 32)}
    assert not source.skipped and len(source._kept) == 3


def test_what_cannot_be_used_is_skipped(folder: Path) -> None:
    Image.fromarray(ramp(31, 200)).save(folder / "tiny.png")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff and nothing more")
    (folder / "empty.png").touch()
    source, rng = Crops(folder, 1000), np.random.default_rng(0)
    for _ in range(20):
        assert slopes(source.draw(rng, 32))[1] == pytest.approx(2, abs=1e-4)
    assert {file.name for file in source.skipped} == {"tiny.png", "broken.jpg", "empty.png"}
    for file, sentence in source.skipped.items():
        assert file.name in sentence and "\n" not in sentence
    assert "tiny.png is smaller than 32 pixels" in source.skipped[folder / "tiny.png"]


def test_none_can_be_used(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    source = Crops(tmp_path, 64)
    for _ in range(2):
        with pytest.raises(ZeuxisError, match=r"none of the 2 pictures in .*[ab]\.png is empty"):
            source.draw(np.random.default_rng(0), 32)


def test_folders_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(ZeuxisError, match="there are no pictures in"):
        Crops(tmp_path, 64)
    with pytest.raises(ZeuxisError, match="none") as caught:
        Crops(tmp_path / "none", 64)
    assert "\n" not in str(caught.value)
    with pytest.raises(ZeuxisError, match="notes.txt"):
        Crops(tmp_path / "notes.txt", 64)


def test_little_memory_gives_the_same_crops(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        Image.fromarray(np.roll(ramp(), number, 2)).save(folder / f"{number}.png")
    whole = drawn(folder, 20)
    size = HEIGHT * WIDTH * 3
    for room in (2 * size, size - 1):
        monkeypatch.setattr(crops, "MEMORY", room)
        source, rng, kept = Crops(folder, 1000), np.random.default_rng(0), set[int]()
        for crop in whole:
            assert np.array_equal(source.draw(rng, 32), crop)
            assert sum(each.nbytes for each in source._kept.values()) <= room
            kept |= set(source._kept)
        assert len(kept) == (4 if room > size else 0)  # the latest ones are
