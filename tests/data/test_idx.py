"""IDX files: the family of MNIST, its parts and labels, packed and not, and damaged ones."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from zeuxis.data import prepare
from zeuxis.data.sources import find_source
from zeuxis.data.sources.idx import read_idx
from zeuxis.errors import ZeuxisError

Encode = Callable[[np.ndarray], bytes]
LABELS = np.arange(20) % 3


@pytest.fixture(params=["", ".gz"])
def mnist(request: pytest.FixtureRequest, tmp_path: Path, pixels: np.ndarray, idx: Encode) -> Path:
    """A folder with a train part of 20 and a test part of 17 pictures, grey."""
    root = tmp_path / "mnist"
    root.mkdir()
    for part, count in (("train", 20), ("t10k", 17)):
        arrays = {"images-idx3": pixels[:count, ..., 2], "labels-idx1": LABELS[:count]}
        for name, array in arrays.items():
            data = idx(array)
            file = root / f"{part}-{name}-ubyte{request.param}"
            file.write_bytes(gzip.compress(data) if request.param else data)
    return root


@pytest.mark.parametrize(("split", "count"), [("train", 20), ("test", 17)])
def test_both_parts(mnist: Path, pixels: np.ndarray, split: str, count: int) -> None:
    found = prepare(mnist, height=8, width=8, channels=1, classes=True, split=split)
    order = np.argsort(found.pictures[:, 0, 0, 0])
    assert np.array_equal(found.pictures[order], pixels[:count, ..., 2:])
    assert np.array_equal(found.labels[order], LABELS[:count])
    assert found.classes == ("0", "1", "2")


def test_one_file_will_do(mnist: Path) -> None:
    (file,) = mnist.glob("t10k-images*")
    found = prepare(file, height=8, width=8, channels=1, classes=True)
    assert len(found) == 17 and found.classes == ("0", "1", "2")


def test_classes_have_the_names_in_a_file(mnist: Path) -> None:
    settings = {"height": 8, "width": 8, "channels": 1, "classes": True}
    (mnist / "classes.txt").write_text("shirt\nshoe\nbag\nhat\n")
    found = prepare(mnist, **settings)
    assert found.classes == ("shirt", "shoe", "bag", "hat") and found.labels.max() == 2
    (mnist / "classes.txt").write_text("shirt\nshoe\n")
    with pytest.raises(ZeuxisError, match="names 2 classes, but there are labels from 0 to 2"):
        prepare(mnist, **settings)
    (mnist / "classes.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ZeuxisError, match=r"classes.txt is not text in UTF-8"):
        prepare(mnist, **settings)


def test_grey_becomes_colour_and_larger(mnist: Path) -> None:
    found = prepare(mnist, height=16, width=16, channels=3)
    assert found.pictures.shape == (20, 16, 16, 3)
    assert np.ptp(found.pictures, axis=3).max() == 0
    assert found.enlarged == 20 and "20 of 20 pictures are smaller than 16x16" in found.notes[1]


def test_without_labels(mnist: Path) -> None:
    for file in mnist.glob("*labels*"):
        file.unlink()
    assert len(prepare(mnist, height=8, width=8, channels=1)) == 20
    with pytest.raises(ZeuxisError, match="has no classes"):
        prepare(mnist, height=8, width=8, channels=1, classes=True)


def test_packed_and_unpacked_are_one(mnist: Path) -> None:
    for file in list(mnist.iterdir()):
        data = file.read_bytes()
        if file.suffix == ".gz":
            file.with_suffix("").write_bytes(gzip.decompress(data))
        else:
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(data))
    assert find_source(mnist).path.suffix == ""
    assert len(prepare(mnist, height=8, width=8, channels=1)) == 20


def test_parts_that_are_not_there_or_several(mnist: Path) -> None:
    (train,) = mnist.glob("train-images*")
    other = mnist / train.name.replace("train", "letters-train")
    other.write_bytes(train.read_bytes())
    with pytest.raises(ZeuxisError, match="several are the train part; give one of these files"):
        find_source(mnist)
    train.unlink()
    other.unlink()
    with pytest.raises(ZeuxisError, match="none is the train part"):
        find_source(mnist)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-1], "is cut short"),
        (lambda data: data[:9], "is cut short"),
        (lambda data: data + b"\0", "is longer than its header says"),
        (lambda data: b"\x01" + data[1:], "does not begin as an IDX file does"),
        (lambda data: data[:3], "does not begin as an IDX file does"),
        (lambda data: data[:2] + b"\x0d" + data[3:], "holds numbers other than bytes"),
        (lambda data: data[:4] + b"\xff" * 12 + data[16:], "larger than memory|is cut short"),
    ],
)
def test_damaged_files(
    tmp_path: Path,
    pixels: np.ndarray,
    idx: Encode,
    change: Callable[[bytes], bytes],
    message: str,
    packed: bool,
) -> None:
    data = change(idx(pixels[..., 0]))
    file = tmp_path / ("a.gz" if packed else "a")
    file.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(ZeuxisError, match=message) as caught:
        read_idx(file)
    assert str(file) in str(caught.value)


def test_a_packed_file_that_is_cut(tmp_path: Path, pixels: np.ndarray, idx: Encode) -> None:
    whole = gzip.compress(idx(pixels[..., 0]))
    for data in (whole[:-9], whole[:30], b"no gzip at all"):
        (tmp_path / "a.gz").write_bytes(data)
        with pytest.raises(ZeuxisError, match=r"cannot read .*a\.gz"):
            read_idx(tmp_path / "a.gz")


def test_labels_that_do_not_belong(mnist: Path, idx: Encode, pixels: np.ndarray) -> None:
    (labels,) = mnist.glob("train-labels*")
    for array in (LABELS[:19], pixels[..., 0]):
        data = idx(array)
        labels.write_bytes(gzip.compress(data) if labels.suffix else data)
        with pytest.raises(ZeuxisError, match="one whole number, or one name, for each of its 20"):
            prepare(mnist, height=8, width=8, channels=1)


def test_a_file_of_labels_is_no_pictures(mnist: Path) -> None:
    (labels,) = mnist.glob("train-labels*")
    with pytest.raises(ZeuxisError, match=r"has the shape 20: pictures are N x H x W"):
        prepare(labels, height=8, width=8, channels=1)
