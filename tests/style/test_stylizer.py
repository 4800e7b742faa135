"""`zeuxis.stylize` and `zeuxis.Stylizer`: blends, strength, colours, masks, sizes, and what they refuse."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import zeuxis
from zeuxis import Stylizer, StylizeSettings, ZeuxisError, stylize
from zeuxis.images import Picture, read
from zeuxis.style import brushes

RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


GREY = np.full((6, 8, 3), 51, np.uint8)  # 0.2


def color(result: zeuxis.Stylized, y: int = 0, x: int = 0) -> list[float]:
    return [round(float(value), 2) for value in result.picture.pixels[y, x]]


# What is painted.


@pytest.mark.usefixtures("networks")
@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("red", [1, 0, 0]),
        (("green", 3), [0, 1, 0]),
        ([("red", 1), ("green", 3)], [0.25, 0.75, 0]),  # a mean of rows
        (["red", "b.safetensors"], [0.5, 0, 0.5]),  # a mean of pictures
        ([("red", 1), ("green", 1), ("b.safetensors", 2)], [0.25, 0.25, 0.5]),
        ("white.safetensors", [1, 1, 1]),
        (["white.safetensors", ("b.safetensors", 3)], [0.25, 0.25, 1]),
    ],
)
def test_blends(style: Any, expected: list[float]) -> None:
    assert color(stylize(GREY, style)) == expected


def test_styles_of_one_file_are_painted_at_once(networks: dict[str, Any]) -> None:
    result = stylize(GREY, ["red", "green", "b.safetensors", ("red", 5)])
    assert [len(each.calls) for each in networks.values()] == [1, 1, 0]
    assert result.styles == {"red": 0.75, "green": 0.125, "blue": 0.125}


@pytest.mark.usefixtures("networks")
@pytest.mark.parametrize(
    ("style", "strength", "expected"),
    [
        ("red", 1.0, [1, 0, 0]),
        ("red", 0.75, [0.725, 0.069, 0.069]),  # row: 0.9, 0.025, 0.025, over a quarter of the photo
        ("red", 0.25, [0.325, 0.169, 0.169]),  # row: 0.7, 0.075, 0.075
        ("white.safetensors", 0.25, [0.4, 0.4, 0.4]),
        (["red", "b.safetensors"], 0.75, [0.388, 0.059, 0.434]),
    ],
)
def test_strength(style: Any, strength: float, expected: list[float]) -> None:
    assert color(stylize(GREY, style, strength=strength)) == pytest.approx(expected, abs=0.011)


def test_strength_zero_is_the_photo_and_paints_nothing(
    networks: dict[str, Any], photo: np.ndarray
) -> None:
    result = stylize(photo, "red", strength=0)
    assert np.array_equal(result.picture.pixels, photo)
    assert networks["a.safetensors"].calls == []


@pytest.mark.usefixtures("networks")
def test_colours_kept() -> None:
    photo = np.full((6, 8, 3), (153, 102, 102), np.uint8)  # 0.6, 0.4, 0.4
    luma = np.array([0.299, 0.587, 0.114])
    pixel = stylize(photo, "green", colors="keep").picture.pixels[0, 0]
    assert pixel @ luma == pytest.approx(0.587, abs=0.01)  # the lightness of green
    assert pixel[0] - pixel[1] == pytest.approx(0.2, abs=0.01)  # the photo's hue
    assert pixel[1] == pixel[2]


def test_knobs_reach_the_network(networks: dict[str, Any]) -> None:
    networks["a.safetensors"].tensors["rows"] = np.array([[RED, BLUE]], np.float32)
    stylize(GREY, "red", stroke_size=0.25, threads=3, max_memory=0.75)
    (call,) = networks["a.safetensors"].calls
    assert call["row"].tolist() == [0.75, 0, 0.25]
    assert (call["threads"], call["max_memory"]) == (3, 0.75e9)


def test_what_is_held_besides_is_taken_off_the_memory(networks: dict[str, Any]) -> None:
    stylize(GREY, ["red", "b.safetensors"], max_memory=1.0)
    (call,) = networks["b.safetensors"].calls
    assert call["max_memory"] == 1e9 - GREY.nbytes


def test_progress_goes_from_nothing_to_all(networks: dict[str, Any]) -> None:
    seen: list[float] = []
    stylize(GREY, ["red", "b.safetensors"], progress=seen.append)
    assert seen == [0.5, 1.0]


# What goes in comes out.


@pytest.mark.usefixtures("networks")
def test_large_pictures_are_finished_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    from zeuxis.style import finishing

    photo = np.random.default_rng(0).integers(0, 256, (50, 8, 3), np.uint8)
    options: dict[str, Any] = {
        "colors": "keep",
        "strength": 0.4,
        "mask": Image.linear_gradient("L"),
    }
    whole = stylize(photo, "red", **options).picture.bytes
    monkeypatch.setattr(finishing, "ROWS", 7)
    assert np.array_equal(stylize(photo, "red", **options).picture.bytes, whole)


def test_eight_bits_stay_bytes_and_sixteen_do_not(networks: dict[str, Any]) -> None:
    calls = networks["a.safetensors"].calls
    eight = stylize(GREY, "red", strength=0.9).picture
    deep = stylize(GREY.astype(np.uint16) * 257, "red", strength=0.9).picture
    asked = Stylizer("red", strength=0.9).stylize(GREY, bits=16).picture
    assert [call["dtype"] for call in calls] == [np.uint8, np.float32, np.float32]
    assert [each.bits for each in (eight, deep, asked)] == [8, 16, 16]
    assert eight.holds_bytes and not deep.holds_bytes
    assert asked.pixels[0, 0, 0] == pytest.approx(0.884, abs=1e-6)  # no step of 1/255


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 50), (37, 23), (64, 48)])
def test_odd_sizes_come_back(shipped: Path, size: tuple[int, int]) -> None:
    image = Stylizer("starry-night")(Image.new("RGB", size, "teal"))
    assert (image.size, image.mode) == (size, "RGB")


def test_size(shipped: Path, photo: np.ndarray) -> None:
    assert stylize(photo, "scream", size="48").image.size == (48, 32)
    assert stylize(photo, "scream", size="50x20").image.size == (50, 20)


def test_what_the_photo_carries_is_carried_over(shipped: Path, photo: np.ndarray) -> None:
    alpha = np.linspace(0, 1, photo.size // 3, dtype=np.float32).reshape(photo.shape[:2])
    picture = Picture(photo, alpha, xmp=b"<x/>", dpi=(300, 300))
    result = stylize(picture, "scream")
    assert np.array_equal(result.picture.alpha, alpha)  # type: ignore[arg-type]
    assert (result.picture.xmp, result.picture.dpi) == (b"<x/>", (300, 300))
    assert result.image.mode == "RGBA"
    assert np.array_equal(picture.pixels, photo)  # and the photo is as it was


def test_the_result(shipped: Path, photo: np.ndarray, tmp_path: Path) -> None:
    chosen = StylizeSettings(strength=0.5)
    result = stylize(photo, ["scream", ("great-wave", 3)], settings=chosen, size="32")
    report = result.report()
    assert (report["width"], report["height"]) == (32, 21)
    assert report["styles"] == {"scream": 0.25, "great-wave": 0.75}
    assert report["settings"]["strength"] == 0.5 and report["seconds"] > 0
    with Image.open(io.BytesIO(result._repr_png_())) as shown:
        assert shown.size == (32, 21)
    result.save(tmp_path / "out.png")
    assert np.array_equal(read(tmp_path / "out.png").bytes, result.picture.bytes)


def test_styles_and_strokes_differ(shipped: Path, photo: np.ndarray) -> None:
    def painted(style: str, **knobs: Any) -> np.ndarray:
        return np.asarray(Stylizer(style, **knobs)(photo)).astype(int)

    first = painted("starry-night")
    others = [painted("scream"), painted("starry-night", stroke_size=1.0)]
    assert all(np.abs(first - other).mean() > 1 for other in others)
    assert np.array_equal(first, painted("starry-night"))


# Warm, and shared.


def test_a_network_is_loaded_once_until_its_file_changes(
    styles_file: Path, photo: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(styles_file.read_bytes())
    first = brushes._network(path)
    assert brushes._network(path) is first
    path.touch()
    assert brushes._network(path) is not first


def test_threads_share_a_stylizer(shipped: Path, photo: np.ndarray) -> None:
    stylizer = Stylizer("starry-night", threads=1)
    alone = np.asarray(stylizer(photo))
    found: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: found.append(np.asarray(stylizer(photo)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(np.array_equal(each, alone) for each in found)


# What is refused.


@pytest.mark.usefixtures("networks")
@pytest.mark.parametrize(
    ("style", "knobs", "message"),
    [
        ([], {}, "there is no style"),
        ("rde", {}, "neither a style nor a file rde: did you mean red"),
        (("red", 0), {}, "the weight 0 of red is not a positive number"),
        (("red", float("nan")), {}, "the weight nan of red"),
        ("red", {"strength": 1.5}, "strength is 1.5, but must be between 0 and 1"),
        ("red", {"strenght": 1}, "there is no setting 'strenght'"),
        ("red", {"size": "huge"}, "'huge' is not a size"),
        ("red", {"colors": "mine"}, "colors is 'mine', but must be one of painting, keep"),
    ],
)
def test_refused(style: Any, knobs: dict[str, Any], message: str) -> None:
    with pytest.raises(ZeuxisError, match=message):
        Stylizer(style, **knobs)


@pytest.mark.usefixtures("networks")
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
        stylize(photo, "red")


def test_rows_that_are_damaged(networks: dict[str, Any]) -> None:
    networks["a.safetensors"].tensors["rows"] = np.zeros((1, 2, 3))
    with pytest.raises(ZeuxisError, match=r"cannot use .*a.safetensors: its rows are of shape"):
        stylize(GREY, "green")


def test_no_memory(networks: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(type(networks["a.safetensors"]), "paint", full)
    with pytest.raises(ZeuxisError, match="not enough memory .* lower --size or --max-memory"):
        stylize(GREY, "red")


def test_torch_stays_out(shipped: Path) -> None:
    code = (
        "import sys, numpy as np, zeuxis\nfrom pathlib import Path\nfrom zeuxis.style import gallery\n"
        f"gallery.SHIPPED = Path({str(shipped)!r})\n"
        "zeuxis.Stylizer('starry-night')(np.zeros((32, 32, 3)))\n"
        "assert not {'torch', 'onnx', 'rich'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
