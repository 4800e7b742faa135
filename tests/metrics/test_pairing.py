"""Metrics of pairs take whatever pictures come as."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import TensorDataset

from zeuxis import ZeuxisError
from zeuxis.images import Picture, write
from zeuxis.metrics import pairing
from zeuxis.metrics.compare import compare
from zeuxis.metrics.lpips import Lpips
from zeuxis.metrics.pairs import psnr
from zeuxis.metrics.similarity import ms_ssim, ssim

COUNT = 5


def bytes_of(seed: int, side: int = 24, channels: int = 3) -> np.ndarray:
    shape = (COUNT, side, side, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def floats(pictures: np.ndarray) -> Tensor:
    return torch.from_numpy(pictures.transpose(0, 3, 1, 2).astype(np.float32) / 255)


def folder(place: Path, pictures: np.ndarray, suffix: str = "png") -> Path:
    place.mkdir()
    for number, picture in enumerate(pictures):
        write(Picture.from_array(picture), place / f"{number}.{suffix}")
    return place


FORMS: dict[str, Callable[[np.ndarray], Any]] = {
    "a tensor": floats,
    "an array": lambda x: floats(x).numpy(),
    "a data set": lambda x: SimpleNamespace(pictures=x, labels=np.zeros(COUNT, int)),
    "parts": lambda x: iter([x[:3], floats(x[3:])]),
    "labelled parts": lambda x: [(x, [0] * COUNT)],
    "single pictures": lambda x: iter(x),
    "single tensors": lambda x: list(floats(x)),
    "Pillow": lambda x: [Image.fromarray(each) for each in x],
    "a set of torch": lambda x: TensorDataset(floats(x), torch.zeros(COUNT, dtype=torch.long)),
    "a set without labels": lambda x: TensorDataset(floats(x)),
}


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_give_the_same(form: str) -> None:
    first, second = bytes_of(0), bytes_of(1)
    expected = psnr(floats(first), floats(second))
    for source, other in ((FORMS[form](first), floats(second)), (first, FORMS[form](second))):
        found = psnr(source, other)
        assert found.dtype == torch.float64
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("metric", [psnr, ssim, ms_ssim, Lpips()])
def test_folders_are_paired_by_names(metric: Callable[..., Tensor], tmp_path: Path) -> None:
    first, second = bytes_of(0, side=176)[:2], bytes_of(1, side=176)[:2]
    places = folder(tmp_path / "a", first), folder(tmp_path / "b", second, "tiff")
    expected = metric(floats(first), floats(second))
    torch.testing.assert_close(metric(*places), expected, rtol=1e-5, atol=0)
    torch.testing.assert_close(metric(str(places[0]), iter(second)), expected, rtol=1e-5, atol=0)
    one, other = places[0] / "1.png", places[1] / "1.tiff"
    torch.testing.assert_close(metric(one, other), expected[1:], rtol=1e-5, atol=0)


def test_folders_say_what_compare_says(tmp_path: Path) -> None:
    """Sizes may change from pair to pair; 16 bits are not made 8; a file is held against all."""
    draws = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number, side in enumerate((16, 16, 20)):
            pixels = draws.random((side, side + 2, 3), np.float32) / 99
            write(Picture(pixels), tmp_path / name / f"{number}.png", bits=16)
    pairs = [(tmp_path / "a" / f"{n}.png", tmp_path / "b" / f"{n}.png") for n in range(3)]
    expected = [compare(*pair, Lpips()) for pair in pairs]
    found = psnr(tmp_path / "a", tmp_path / "b")
    assert found.tolist() == pytest.approx([each.psnr for each in expected], rel=1e-9)
    lpips = Lpips()(tmp_path / "a", tmp_path / "b")
    assert lpips.tolist() == pytest.approx([each.lpips for each in expected], rel=1e-5)
    (tmp_path / "a" / "2.png").unlink()
    against_one = psnr(tmp_path / "a", pairs[0][1])
    assert against_one[0].item() == pytest.approx(expected[0].psnr, rel=1e-9)
    assert len(against_one) == 2


def test_nothing_is_rounded() -> None:
    draws = torch.Generator().manual_seed(0)
    first, second = torch.rand(2, COUNT, 3, 12, 12, generator=draws, dtype=torch.float64)
    found = ssim((each for each in first), iter(second.split(2)))
    assert torch.equal(found, ssim(first, second))


def test_as_many_at_once_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = bytes_of(0), bytes_of(1)
    for room, expected in ((24 * 24 * 2, [2, 2, 1]), (1, [1] * COUNT), (1 << 20, [COUNT])):
        monkeypatch.setattr(pairing, "MOST", room)
        assert [len(one) for one, _ in pairing.in_pairs(iter(first), second)] == expected


def test_grey_beside_files(tmp_path: Path) -> None:
    grey = bytes_of(0, channels=1)
    found = psnr(folder(tmp_path / "a", grey), SimpleNamespace(pictures=grey))
    assert found.tolist() == [np.inf] * COUNT


def test_arrays_turned_round() -> None:
    first, second = floats(bytes_of(0)).numpy(), floats(bytes_of(1)).numpy()
    turned = psnr(first[:, ::-1], second[:, ::-1])
    torch.testing.assert_close(turned, psnr(first, second))


def test_what_has_no_partner(tmp_path: Path) -> None:
    first, second = bytes_of(0), bytes_of(1)
    for few, more, side in ((first[:3], second, "first"), (first, second[:3], "second")):
        with pytest.raises(ZeuxisError, match=f"the {side} pictures are 3, and the others more"):
            psnr(iter(few), iter(more))
    with pytest.raises(ZeuxisError, match="no pictures to compare"):
        psnr(iter([]), [])
    places = folder(tmp_path / "a", first), folder(tmp_path / "b", second)
    (places[1] / "3.png").unlink()
    with pytest.raises(ZeuxisError, match=r"no picture of \S+b has the name of \S+a.3\.png"):
        psnr(*places)
    with pytest.raises(ZeuxisError, match=r"no picture of \S+b has the name of \S+a.3\.png"):
        psnr(*reversed(places))


def test_what_does_not_go_together(tmp_path: Path) -> None:
    places = folder(tmp_path / "a", bytes_of(0)), folder(tmp_path / "b", bytes_of(1, side=20))
    with pytest.raises(
        ZeuxisError, match=r"0\.png \(24x24\) cannot be compared with \S+0\.png \(20"
    ):
        psnr(*places)
    with pytest.raises(ZeuxisError, match="5 x 3 x 24 x 24 and 5 x 3 x 20 x 20 cannot be"):
        psnr(places[0], bytes_of(1, side=20))
    with pytest.raises(ZeuxisError, match="int is no set of pictures"):
        psnr(7, 7)
    (places[0] / "2.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(ZeuxisError, match=r"2\.png"):
        psnr(places[0], iter(bytes_of(1)))


def test_no_more_of_a_generator_is_held_than_is_looked_at() -> None:
    asked = 0

    def parts() -> Iterator[np.ndarray]:
        nonlocal asked
        for asked in range(1, 101):
            yield bytes_of(asked)

    found = pairing.in_pairs(parts(), np.concatenate([bytes_of(n + 1) for n in range(100)]))
    one, other = next(found)
    assert len(one) == pairing.AT_ONCE and torch.equal(one, other) and asked <= 14
    assert sum(len(one) for one, _ in found) == 100 * COUNT - pairing.AT_ONCE
