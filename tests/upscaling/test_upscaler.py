"""`zeuxis.upscale` and `zeuxis.Upscaler`: exact sizes, what a picture carries, and what they refuse."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from zeuxis import Upscaler, UpscaleSettings, ZeuxisError, upscale
from zeuxis.images import Picture, read
from zeuxis.models import Card, load, save
from zeuxis.runtime import load_enlarger
from zeuxis.upscaling import finishing, gallery
from zeuxis.upscaling.finishing import filled

pytestmark = pytest.mark.usefixtures("enlargers")


@pytest.fixture
def small(photo: np.ndarray) -> np.ndarray:
    """A photograph, 24x37x3, uint8."""
    return np.rint(255 * photo[30:54, 40:77]).astype(np.uint8)


# How large.


@pytest.mark.parametrize(
    ("knobs", "size", "model"),
    [
        ({}, (148, 96), "x4"),
        ({"scale": 2}, (74, 48), "x2"),
        ({"scale": 3}, (111, 72), "x4"),
        ({"scale": 2.5}, (92, 60), "x4"),
        ({"scale": 7.9}, (292, 190), "x8"),
        ({"scale": 8}, (296, 192), "x8"),
        ({"scale": 1.01}, (37, 24), None),
        ({"scale": 1}, (37, 24), None),
        ({"to": "74"}, (74, 48), "x2"),
        ({"to": "75"}, (75, 49), "x4"),
        ({"to": "100x24"}, (100, 24), "x4"),  # one side only
        ({"to": "100x10"}, (100, 10), "x4"),
        ({"to": "296x192"}, (296, 192), "x8"),
        ({"to": "150%"}, (56, 36), "x2"),
        ({"to": "20"}, (20, 13), None),
    ],
    ids=str,
)
def test_sizes_are_exact(
    small: np.ndarray, knobs: dict[str, Any], size: tuple[int, int], model: str | None
) -> None:
    result = upscale(small, **knobs)
    assert (result.image.size, result.model) == (size, model)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (2, 3)])
def test_the_smallest_pictures(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    for scale in (1.5, 4, 7.1):
        expected = tuple(round(side * scale) for side in reversed(size))
        assert Upscaler(scale=scale)(pixels).size == expected


def test_a_shipped_scale_is_what_the_network_makes(enlargers: Path, small: np.ndarray) -> None:
    made = upscale(small, scale=2, sharpness=0.3).picture
    network = load_enlarger(enlargers / "x2.safetensors", 0.3)
    assert np.array_equal(made.bytes, network.enlarge(small))


@pytest.mark.parametrize("to", ["100x61", "40x90", "111"])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_size_in_between_is_made_smaller_in_bands_as_in_one(
    enlargers: Path, photo: np.ndarray, to: str, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = photo[:60, :37]
    picture = Picture(small, bits=bits)
    upscaler = Upscaler(to=to, sharpness=0)
    whole = upscaler.upscale(picture)
    source = picture.bytes if bits == 8 else small
    network = load_enlarger(enlargers / f"{whole.model}.safetensors")
    size = upscaler.size_of(picture)
    expected = Picture(network.enlarge(source)).resized(size).pixels
    apart = 0.5001 / 255 if bits == 8 else 1e-6  # the rounding to bytes
    assert np.abs(whole.picture.pixels - expected).max() < apart

    shares: list[float] = []
    monkeypatch.setattr(finishing, "BAND_BYTES", 1)
    banded = Upscaler(to=to, sharpness=0, max_memory=0.5)
    monkeypatch.setattr(banded, "settings", UpscaleSettings(to=to, sharpness=0, max_memory=0))
    made = banded.upscale(picture, progress=shares.append).picture
    assert np.abs(made.pixels - whole.picture.pixels).max() < (1.001 / 255 if bits == 8 else 1e-5)
    assert len(shares) > 3 and shares == sorted(shares) and shares[-1] == pytest.approx(1)


def test_what_is_not_larger_is_only_resized(small: np.ndarray) -> None:
    picture = Picture.from_array(small)
    assert np.array_equal(
        upscale(picture, to="30x20").picture.pixels, picture.resized((20, 30)).pixels
    )
    assert np.array_equal(upscale(picture, scale=1).picture.bytes, small)


def test_names_for_files() -> None:
    knobs: list[dict[str, Any]] = [{}, {"scale": 2.5}, {"to": "4000x3000"}, {"to": "150%"}]
    assert [Upscaler(**each).name for each in knobs] == ["x4", "x2.5", "4000x3000", "x1.5"]


# What goes in comes out.


def test_eight_bits_stay_bytes_and_sixteen_do_not(small: np.ndarray) -> None:
    eight = upscale(small, scale=2).picture
    deep = upscale(small.astype(np.uint16) * 257, scale=2).picture
    asked = Upscaler(scale=2).upscale(small, bits=16).picture
    assert [each.bits for each in (eight, deep, asked)] == [8, 16, 16]
    assert eight.holds_bytes and not deep.holds_bytes
    steps = asked.pixels * 255
    assert np.abs(steps - steps.round()).max() > 0.1  # finer than 8 bits
    assert np.array_equal(deep.pixels, asked.pixels)
    assert np.array_equal(eight.bytes, asked.bytes)


def test_what_the_photo_carries_is_carried_over(small: np.ndarray) -> None:
    alpha = np.linspace(0, 1, 24 * 37, dtype=np.float32).reshape(24, 37)
    picture = Picture(small, alpha, xmp=b"<x/>", dpi=(300, 300))
    result = upscale(picture, scale=3)
    assert result.image.mode == "RGBA" and result.image.size == (111, 72)
    assert np.array_equal(result.picture.alpha, Picture(small, alpha).resized((72, 111)).alpha)  # type: ignore[arg-type]
    assert (result.picture.xmp, result.picture.dpi) == (b"<x/>", (300, 300))
    assert picture.alpha is alpha  # and the photo is as it was


@pytest.mark.parametrize("bits", [8, 16])
def test_hidden_colours_do_not_bleed(bits: int) -> None:
    """A red disc: whether what is around it and hidden is green or black makes no difference to it."""
    y, x = np.mgrid[:31, :40]
    alpha = ((y - 15) ** 2 + (x - 20) ** 2 < 90).astype(np.float32)
    made = []
    for hidden in ((0, 1, 0), (0, 0, 0)):
        pixels = np.where(alpha[..., None] > 0, (1, 0, 0), hidden).astype(np.float32)
        made.append(upscale(Picture(pixels, alpha, bits=bits), scale=2).picture)
    assert np.array_equal(made[0].pixels, made[1].pixels)
    red = upscale(Picture(np.full((31, 40, 3), (1, 0, 0), np.float32), bits=bits), scale=2).picture
    seen = made[0].alpha > 0.5  # type: ignore[operator]
    seen[:8] = seen[-8:] = False
    assert np.abs(made[0].pixels - red.pixels)[seen].max() < 1e-5


def test_what_is_hidden_is_filled_from_what_is_seen_nearby() -> None:
    colors = np.random.default_rng(0).random((13, 22, 3), np.float32)
    seen = np.zeros((13, 22), bool)
    assert filled(colors, seen) is colors  # nothing to fill from
    seen[3:5, 4], seen[10, 20] = True, True
    colors[3:5, 4], colors[10, 20] = (1, 0.5, 0), (0, 0, 1)
    found = filled(colors, seen)
    assert found[2, 5] == pytest.approx([1, 0.5, 0]) and found[12, 21] == pytest.approx([0, 0, 1])
    assert np.array_equal(found[seen], colors[seen])
    assert (found >= 0).all() and (found <= 1).all()


@pytest.mark.parametrize("bits", [8, 16])
def test_grey_stays_grey(photo: np.ndarray, bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "ROWS", 7)
    grey = np.repeat(photo[:20, :20, :1], 3, axis=2)
    made = upscale(Picture(grey, bits=bits), scale=2).picture
    assert np.ptp(made.pixels, axis=2).max() == 0 and np.ptp(made.pixels) > 0.1
    grey[0, 0, 1] += 0.1
    assert np.ptp(upscale(Picture(grey, bits=bits), scale=2).picture.pixels, axis=2).max() > 0


def test_sharpness(small: np.ndarray) -> None:
    faithful, between, sharp = (upscale(small, sharpness=t).picture.pixels for t in (0.0, 0.5, 1.0))
    apart = np.abs(faithful - sharp).mean()
    assert 0 < np.abs(faithful - between).mean() < apart
    assert np.array_equal(upscale(small).picture.pixels, between)


def test_the_result(small: np.ndarray, tmp_path: Path) -> None:
    result = upscale(small, settings=UpscaleSettings(sharpness=0.25), to="111")
    report = result.report()
    assert (report["width"], report["height"], report["model"]) == (111, 72, "x4")
    assert report["settings"]["sharpness"] == 0.25 and report["settings"]["to"] == "111"
    assert report["seconds"] > 0
    with Image.open(io.BytesIO(result._repr_png_())) as shown:
        assert shown.size == (111, 72)
    result.save(tmp_path / "out.png")
    assert np.array_equal(read(tmp_path / "out.png").bytes, result.picture.bytes)


# Warm, and shared.


def test_networks_are_loaded_once_and_when_needed(
    small: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zeuxis import runtime

    loaded: list[str] = []

    def counting(path: Path, sharpness: float) -> Any:
        loaded.append(path.stem)
        return load_enlarger(path, sharpness)

    gallery._loaded.cache_clear()
    monkeypatch.setattr(runtime, "load_enlarger", counting)
    upscaler = Upscaler(to="100", sharpness=0.4)
    assert loaded == []
    for _ in range(2):
        upscaler(small)
        upscaler(np.zeros((10, 60, 3), np.uint8))
    assert loaded == ["x4", "x2"]


def test_a_file_that_has_changed_is_loaded_anew(
    enlargers: Path, small: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes((enlargers / "x2.safetensors").read_bytes())
    first = gallery.enlarger(path, 0.5)
    assert gallery.enlarger(path, 0.5) is first
    assert upscale(small, model=path).image.size == (74, 48)  # its own scale
    path.write_bytes((enlargers / "x8.safetensors").read_bytes())
    assert upscale(small, model=path).image.size == (296, 192)


def test_threads_share_an_upscaler(small: np.ndarray) -> None:
    upscaler = Upscaler(scale=3, threads=1)
    alone = np.asarray(upscaler(small))
    found: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: found.append(np.asarray(upscaler(small)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(np.array_equal(each, alone) for each in found)


# Networks of other programs.


class Tripled:
    """A network of another program."""

    scale, margin = 3, 0

    def enlarge(self, pixels: np.ndarray, **_: Any) -> np.ndarray:
        return pixels.repeat(3, axis=0).repeat(3, axis=1)


@pytest.mark.parametrize("name", ["esrgan.pth", "esrgan.safetensors"])
def test_networks_of_other_programs(
    small: np.ndarray, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign: Any = ModuleType("foreign")
    asked: list[Path] = []
    foreign.load_foreign = lambda path: asked.append(path) or Tripled()
    monkeypatch.setitem(sys.modules, "zeuxis.upscaling.foreign", foreign)
    save_file({"conv.weight": np.zeros(3, np.float32)}, tmp_path / name)
    result = upscale(small, model=tmp_path / name)
    assert np.array_equal(result.picture.bytes, small.repeat(3, axis=0).repeat(3, axis=1))
    assert (asked, result.model) == ([tmp_path / name], "esrgan")
    assert upscale(small, model=tmp_path / name, scale=1.5).image.size == (56, 36)
    with pytest.raises(ZeuxisError, match="makes sides 3 times as long"):
        Upscaler(tmp_path / name, scale=4)


# What is refused.


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"scale": 2, "to": "90"}, "both scale, 2, and to, 90, say how large"),
        ({"scale": 0.5}, "scale is 0.5, but must be between 1 and 8"),
        ({"scale": 9}, "scale is 9, but must be between 1 and 8"),
        ({"scale": float("nan")}, "scale is nan, but must be"),
        ({"sharpness": 1.5}, "sharpness is 1.5, but must be between 0 and 1"),
        ({"to": "huge"}, "'huge' is not a size"),
        ({"to": "0"}, "the size '0' is zero"),
        ({"scal": 1}, "there is no setting 'scal'"),
        ({"model": "none.safetensors"}, "cannot read none.safetensors: no such file"),
        ({"model": "photo.jpg"}, "photo.jpg is no model file by its name"),
    ],
    ids=str,
)
def test_refused(knobs: dict[str, Any], message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        Upscaler(**knobs)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"to": "297"}, "297x193 is over 8 times the photo's 37x24: give at most 296x192"),
        ({"to": "37x200"}, "37x200 is over 8 times the photo's 37x24"),
        ({"to": "99999"}, "ask for sides up to 65500"),
    ],
)
def test_what_no_network_reaches(small: np.ndarray, knobs: dict[str, Any], message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        upscale(small, **knobs)


def test_what_is_too_large_is_refused_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    vast = Picture(np.broadcast_to(np.uint8(0), (9000, 9000, 3)))
    with pytest.raises(ZeuxisError, match="72000x72000 pixels; ask for sides up to"):
        upscale(vast, scale=8)
    with pytest.raises(ZeuxisError, match="at most 1000 megapixels"):
        upscale(vast, scale=4)


@pytest.mark.parametrize(
    ("photo", "message"),
    [
        ("none.jpg", "there is no file none.jpg"),
        (np.zeros((2, 2, 5)), "a picture needs numbers of shape"),
        (io.BytesIO(b""), "is empty"),
    ],
    ids=["missing", "shape", "empty"],
)
def test_photos_that_are_none(photo: Any, message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        upscale(photo)


def test_model_files_that_are_none(enlargers: Path, tmp_path: Path) -> None:
    whole = (enlargers / "x2.safetensors").read_bytes()
    for content, message in (
        (b"", "mine.safetensors is empty"),
        (whole[:-50], "is truncated or is not a safetensors file"),
        (whole[:-50] + bytes(50), "was altered"),
    ):
        (tmp_path / "mine.safetensors").write_bytes(content)
        with pytest.raises(ZeuxisError, match=message):
            Upscaler(tmp_path / "mine.safetensors")
    tensors, _ = load(enlargers / "x2.safetensors")
    save(tmp_path / "mine.safetensors", {"weight": tensors["body.bias"]}, Card("style", "fresco"))
    with pytest.raises(ZeuxisError, match=r"mine.safetensors is a fresco without a graph that"):
        Upscaler(tmp_path / "mine.safetensors")
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(ZeuxisError, match="folder.safetensors is a folder: give a"):
        Upscaler(tmp_path / "folder.safetensors")


def test_without_what_comes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "MODELS", tmp_path)
    with pytest.raises(ZeuxisError, match="came without its networks that enlarge: install it"):
        Upscaler()


def test_no_memory(small: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    from zeuxis.upscaling import upscaler

    def full(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(upscaler, "enlarged", full)
    with pytest.raises(ZeuxisError, match="not enough memory .* lower --scale or --max-memory"):
        upscale(small)


def test_torch_stays_out(enlargers: Path) -> None:
    code = (
        "import sys, numpy as np, zeuxis\nfrom pathlib import Path\n"
        "from zeuxis.upscaling import gallery\n"
        f"gallery.MODELS = Path({str(enlargers)!r})\n"
        "zeuxis.Upscaler(scale=3)(np.zeros((32, 32, 3)))\n"
        "assert not {'torch', 'onnx', 'rich'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
