"""What a generator made: arrays, pictures, a sheet, files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.gan.samples import Samples, each_written, to_bytes
from zeuxis.gan.sheets import enlarged, sheet

PIXELS = np.arange(5 * 32 * 48 * 3, dtype=np.uint32).reshape(5, 32, 48, 3).astype(np.uint8)


def test_floats_become_bytes() -> None:
    found = to_bytes(
        np.array([-0.5, 0.0, 0.5 / 255, 0.6 / 255, 1.0, 2.0], np.float32).reshape(1, 1, 2, 3)
    )
    assert found.shape == (1, 2, 3, 1) and found.dtype == np.uint8
    assert found.ravel().tolist() == [0, 0, 0, 1, 255, 255]
    rgb = np.zeros((1, 3, 2, 2), np.float32)
    rgb[:, 2] = 1
    assert to_bytes(rgb)[0, 0, 0].tolist() == [0, 0, 255]


def test_small_pictures_are_enlarged() -> None:
    tiny = PIXELS[:, :20, :30]
    assert enlarged(tiny).shape == (5, 80, 120, 3)
    assert (enlarged(tiny)[:, 1::4, 2::4] == tiny).all()
    assert enlarged(tiny, 1) is not None and (enlarged(tiny, 1) == tiny).all()
    assert enlarged(np.zeros((1, 64, 99, 1), np.uint8)).shape == (1, 64, 99, 1)


def test_a_sheet_has_rows_of_so_many() -> None:
    for columns, rows, across in ((None, 2, 3), (5, 1, 5), (9, 1, 5), (2, 3, 2)):
        height, width = sheet(PIXELS, columns, scale=1).pixels.shape[:2]
        assert (height // 32, width // 48) == (rows, across)
    grey = sheet(PIXELS[..., :1], 5, scale=1).pixels
    assert (grey[:32, :48] == grey[:32, :48, :1]).all()


def test_samples_are_arrays_and_images() -> None:
    samples = Samples(PIXELS)
    assert len(samples) == 5 and [each.size for each in samples] == [(48, 32)] * 5
    assert samples.images[0].mode == "RGB"
    assert (np.asarray(samples.images[3]) == PIXELS[3]).all()
    grey = Samples(PIXELS[..., :1])
    assert grey.images[0].mode == "L" and (np.asarray(grey.images[3]) == PIXELS[3, ..., 0]).all()


def test_samples_show_and_save_themselves_as_a_sheet(tmp_path: Path) -> None:
    samples = Samples(PIXELS, columns=5)
    shown = Image.open(io.BytesIO(samples._repr_png_()))
    assert shown.size == (samples.picture.width, samples.picture.height)
    assert shown.width > 5 * 96 and shown.height == 64
    samples.save(tmp_path / "sheet.png")
    assert (np.asarray(Image.open(tmp_path / "sheet.png")) == np.asarray(shown)).all()
    assert samples.sheet(1, scale=1).width == 48


def test_each_goes_into_a_file_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "made"
    paths = Samples(PIXELS).save_each(folder)
    assert [path.name for path in paths] == [f"000{number}.png" for number in range(5)]
    for path, pixels in zip(paths, PIXELS, strict=True):
        assert (np.asarray(Image.open(path)) == pixels).all()
    with pytest.raises(ZeuxisError, match=r"0000\.png exists already; use --force"):
        Samples(PIXELS).save_each(folder)
    Samples(PIXELS[::-1]).save_each(folder, overwrite=True)
    assert (np.asarray(Image.open(paths[0])) == PIXELS[4]).all()
    with pytest.raises(ZeuxisError, match="cannot make"):
        Samples(PIXELS).save_each(paths[0])


def test_parts_go_into_files_as_they_are_made(tmp_path: Path) -> None:
    written: list[Path] = []

    def parts() -> Iterator[Samples]:
        for number in range(0, 5, 2):
            assert len(written) == number  # those before are there already
            yield Samples(PIXELS[number : number + 2])

    for path in each_written(parts(), tmp_path / "new", 5):
        assert path.exists()
        written.append(path)
    assert [path.name for path in written] == [f"000{number}.png" for number in range(5)]
    assert (np.asarray(Image.open(written[3])) == PIXELS[3]).all()


def test_a_file_in_the_way_is_seen_before_any_is_written(tmp_path: Path) -> None:
    (tmp_path / "0004.png").touch()
    with pytest.raises(ZeuxisError, match=r"0004\.png exists already"):
        next(each_written([Samples(PIXELS[:1])], tmp_path, 10**10))
    assert len(list(tmp_path.iterdir())) == 1
    next(each_written([Samples(PIXELS[:1])], tmp_path, 4))  # it is not in the way of four


def test_a_sheet_that_nobody_could_open_is_refused() -> None:
    many = np.broadcast_to(PIXELS[:1, :28, :28, :1], (30_000, 28, 28, 1))
    with pytest.raises(ZeuxisError, match="a sheet holds 28,344 pictures of 28x28 at most"):
        Samples(many).picture  # noqa: B018
