"""`zeuxis.paint`, from pictures to a picture, with every knob that changes what comes out."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import zeuxis
from zeuxis import Painting, PaintSettings, ZeuxisError, paint
from zeuxis.images import Picture
from zeuxis.painting import schedule
from zeuxis.painting.progress import preview_to


def pixels(painting: Painting) -> np.ndarray:
    return painting.picture.pixels


def speckled(color: tuple[float, float, float]) -> np.ndarray:
    """A rough texture of one hue, 64x64."""
    lightness = np.random.default_rng(0).uniform(0.3, 1.0, (16, 16)).repeat(4, 0).repeat(4, 1)
    return (lightness[..., None] * np.array(color)).astype(np.float32)


RED, BLUE = speckled((1.0, 0.1, 0.1)), speckled((0.1, 0.1, 1.0))


def half_and_half() -> np.ndarray:
    """A mask: black on the left, white on the right."""
    mask = np.zeros((48, 64, 3), np.uint8)
    mask[:, 32:] = 255
    return mask


def redness(part: np.ndarray) -> float:
    return float((part[..., 0] - part[..., 2]).mean())


def test_a_painting(photo: np.ndarray, texture: np.ndarray, recorder: Any) -> None:
    painting = paint(photo, texture, size="64", iterations=4, callback=recorder)
    assert isinstance(painting, Painting)
    assert painting.image.size == (64, 43) and painting.image.mode == "RGB"
    assert painting.loss == recorder.losses[-1] == pytest.approx(sum(painting.losses.values()))
    assert painting.evaluations >= 5 and painting.seconds > 0
    assert not painting.interrupted and painting.notes == ()
    assert painting.settings == PaintSettings(size="64", iterations=4)
    assert recorder.steps == [(0, 1), (0, 2), (0, 3), (0, 4)]
    json.dumps(painting.report())
    with Image.open(io.BytesIO(painting._repr_png_())) as shown:
        assert shown.size == (64, 43)


def test_what_a_callback_is_told(photo: np.ndarray, texture: np.ndarray, recorder: Any) -> None:
    paint(photo, texture, size="64x64", iterations=2, levels=2, callback=[recorder, recorder])
    assert recorder.steps == [(k, i) for k in (0, 1) for i in (1, 1, 2, 2)]
    last = recorder.seen[-1]
    assert (last.levels, last.width, last.height, last.iterations) == (2, 64, 64, 2)
    assert (recorder.seen[0].width, recorder.seen[0].height) == (32, 32)
    assert last.seconds_left == pytest.approx(0, abs=1e-6)
    assert recorder.seen[0].painting().pixels.shape == (64, 64, 3)


def test_settings_and_knobs(photo: np.ndarray, texture: np.ndarray) -> None:
    settings = PaintSettings(size="48", iterations=1)
    assert paint(photo, texture, settings=settings, tv_weight=2.0).settings == PaintSettings(
        size="48", iterations=1, tv_weight=2.0
    )
    with pytest.raises(ZeuxisError, match="no setting 'styl_weight': choose among .*style_weight"):
        paint(photo, texture, styl_weight=1.0)
    with pytest.raises(ZeuxisError, match="strength is 2.0, but must be between 0 and 1"):
        paint(photo, texture, strength=2.0)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("statistic", ["gram", "mean_std", "wasserstein", "sliced", "nearest"])
def test_the_loss_falls(
    photo: np.ndarray, texture: np.ndarray, recorder: Any, optimizer: str, statistic: str
) -> None:
    layers = ("relu1_1", "relu2_1", "relu3_1")
    chosen = {"statistic": statistic, "optimizer": optimizer, "style_layers": layers}
    paint(photo, texture, size="48", iterations=8, start="noise", callback=recorder, **chosen)
    assert recorder.losses[-1] < 0.9 * recorder.losses[0]


@pytest.mark.parametrize("distance", ["rmse", "l1"])
def test_the_loss_falls_with_every_distance(
    photo: np.ndarray, texture: np.ndarray, recorder: Any, distance: str
) -> None:
    paint(photo, texture, size="48", iterations=6, distance=distance, callback=recorder)
    assert recorder.losses[-1] < recorder.losses[0]


def test_starts(photo: np.ndarray, texture: np.ndarray, tmp_path: Path) -> None:
    name = str(tmp_path / "start.png")
    Image.new("RGB", (10, 10), (0, 255, 0)).save(name)

    def begun(start: str, **more: Any) -> np.ndarray:
        return pixels(paint(photo, texture, size="64", iterations=0, start=start, **more))

    small = Picture.from_array(photo).resized((43, 64)).pixels
    assert np.abs(begun("content") - small).max() < 1e-6
    style = Picture.from_array(texture).resized((43, 64)).pixels
    assert np.abs(begun("style") - style).max() < 1e-6
    assert np.allclose(begun(name), [0, 1, 0])
    noise = begun("noise")
    assert noise.std() == pytest.approx(0.1, abs=0.02) and noise.mean() == pytest.approx(
        0.5, abs=0.02
    )
    assert np.array_equal(noise, begun("noise"))
    assert not np.array_equal(noise, begun("noise", seed=1))
    with pytest.raises(ZeuxisError, match=r"no file nowhere\.png"):
        begun("nowhere.png")


@pytest.mark.parametrize(
    "settings",
    [{"start": "noise"}, {"statistic": "sliced", "levels": 2}, {"optimizer": "adam"}],
    ids=str,
)
def test_same_settings_same_bytes(
    photo: np.ndarray, texture: np.ndarray, settings: dict[str, Any]
) -> None:
    first, second = (
        pixels(paint(photo, texture, size="64x64", iterations=3, seed=7, **settings)).tobytes()
        for _ in range(2)
    )
    assert first == second


def test_strength(photo: np.ndarray, texture: np.ndarray) -> None:
    def painted(strength: float) -> np.ndarray:
        return pixels(paint(photo, texture, size=None, levels=1, iterations=2, strength=strength))

    full = painted(1.0)
    assert np.abs(full - photo).mean() > 0.01
    assert np.array_equal(painted(0.0), photo)
    assert np.abs(painted(0.5) - (photo + full) / 2).max() < 1e-5


def test_style_weight_pulls(photo: np.ndarray, texture: np.ndarray) -> None:
    far = [
        np.abs(
            pixels(paint(photo, texture, size="64", iterations=8, style_weight=weight))
            - Picture.from_array(photo).resized((43, 64)).pixels
        ).mean()
        for weight in (0.0, 0.05, 5.0)
    ]
    assert far[0] < far[1] < far[2]


def test_style_scale_is_the_size_of_the_strokes(
    photo: np.ndarray, texture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zeuxis.painting import stage

    seen = []

    def spy(vgg: Any, photo: Any, styles: Any, *rest: Any) -> Any:
        seen.append(tuple(styles[0].picture.shape[2:]))
        return objective(vgg, photo, styles, *rest)

    objective = stage.Objective
    monkeypatch.setattr(stage, "Objective", spy)
    for scale in (0.5, 1.0, 2.0):
        paint(photo, texture, size="64", iterations=0, style_scale=scale)
    assert seen == [(32, 32), (64, 64), (128, 128)]


def test_several_styles_share_by_weight(photo: np.ndarray) -> None:
    def painted(red: float, blue: float) -> np.ndarray:
        styles = [(RED, red), (BLUE, blue)]
        return pixels(paint(photo, styles, size="64", iterations=8, content_weight=0.0))

    assert redness(painted(4, 1)) > redness(painted(1, 4)) + 0.2
    assert np.abs(painted(0.2, 0.8) - painted(1, 4)).max() < 1e-3


def test_masks_send_each_style_to_its_region(photo: np.ndarray) -> None:
    painting = paint(
        photo, [RED, BLUE], size="64", iterations=12, content_weight=0.05, mask=half_and_half()
    )
    assert redness(pixels(painting)[:, :24]) > 0.2
    assert redness(pixels(painting)[:, -24:]) < -0.1
    assert "style relu1_1 region 2" in painting.losses


def test_colours_of_masks_send_parts_of_a_style(photo: np.ndarray) -> None:
    style = np.concatenate([RED, BLUE], axis=1)
    mask, style_mask = np.zeros((32, 32, 3)), np.zeros((32, 64, 3))
    mask[:, :16, 1] = mask[:, 16:, 0] = 1.0  # green, red
    style_mask[:, :32, 0] = style_mask[:, 32:, 1] = 1.0  # red over the red, green over the blue
    painting = paint(
        photo,
        style,
        size="64",
        iterations=12,
        content_weight=0.05,
        mask=mask,
        style_masks=[style_mask],
    )
    assert redness(pixels(painting)[:, :24]) < -0.1
    assert redness(pixels(painting)[:, -24:]) > 0.2


def test_alpha_is_kept(photo: np.ndarray, texture: np.ndarray) -> None:
    alpha = np.linspace(0, 1, photo.shape[1], dtype=np.float32)
    alpha = np.broadcast_to(alpha, photo.shape[:2])
    cut_out = np.dstack([photo, alpha])
    painting = paint(cut_out, texture, size=None, levels=1, iterations=1)
    assert painting.image.mode == "RGBA"
    assert painting.picture.alpha is not None
    assert np.abs(painting.picture.alpha - alpha).max() < 1e-6


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 2), (1, 40)], ids=str)
def test_photos_of_odd_shapes(shape: tuple[int, int], texture: np.ndarray) -> None:
    photo = np.random.default_rng(0).random((*shape, 3)).astype(np.float32)
    painting = paint(photo, texture, size=None, iterations=2)
    assert pixels(painting).shape == (*shape, 3)
    assert np.isfinite(pixels(painting)).all()


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (2, 200)], ids=str)
def test_tiny_styles(shape: tuple[int, int], photo: np.ndarray) -> None:
    style = np.random.default_rng(0).random((*shape, 3)).astype(np.float32)
    painting = paint(photo, style, size="64", iterations=2)
    assert np.isfinite(pixels(painting)).all()


@pytest.mark.parametrize(
    ("pixels_", "suffix"), [(64, "64x43"), (96, "96x64")], ids=["longest side", "wider"]
)
def test_sizes(photo: np.ndarray, texture: np.ndarray, pixels_: int, suffix: str) -> None:
    painting = paint(photo, texture, size=str(pixels_), iterations=0)
    assert f"{painting.picture.width}x{painting.picture.height}" == suffix
    exact = paint(photo, texture, size="50x40", iterations=0)
    assert pixels(exact).shape == (40, 50, 3)
    assert pixels(paint(photo, texture, size="50%", iterations=0)).shape == (48, 72, 3)


def test_minutes(photo: np.ndarray, texture: np.ndarray, recorder: Any) -> None:
    began = time.monotonic()
    painting = paint(photo, texture, size="64", minutes=0.05, callback=recorder)
    assert time.monotonic() - began < 30  # on a machine that is busy, too
    assert painting.seconds > 1.0
    assert recorder.seen[0].iterations is None and recorder.seen[0].seconds_left <= 3.0
    assert len(recorder.seen) >= 1


def test_too_little_time_for_a_size(
    photo: np.ndarray, texture: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "LEAST_EVALUATIONS", 10**6)
    painting = paint(photo, texture, size="128", levels=2, minutes=0.01)
    assert pixels(painting).shape == (85, 128, 3)
    assert painting.notes == (
        "the time was too short for 128x85 pixels: painted at 64x42 and enlarged",
    )
    assert painting.evaluations > 1  # it did paint


def test_trace(photo: np.ndarray, texture: np.ndarray, tmp_path: Path, recorder: Any) -> None:
    trace = tmp_path / "trace.jsonl"
    trace.write_text("of another painting\n")
    paint(photo, texture, size="64x64", levels=2, iterations=3, trace=trace, callback=recorder)
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert [(line["level"], line["iteration"]) for line in lines] == recorder.steps
    assert [line["loss"] for line in lines] == recorder.losses
    assert set(lines[0]["parts"]) == set(recorder.seen[0].parts)
    assert lines[0]["seconds"] <= lines[-1]["seconds"]


def test_a_trace_that_cannot_be_written_is_told_at_once(
    photo: np.ndarray, texture: np.ndarray, tmp_path: Path, recorder: Any
) -> None:
    with pytest.raises(ZeuxisError, match="cannot write the trace"):
        paint(photo, texture, trace=tmp_path / "nowhere" / "trace.jsonl", callback=recorder)
    assert not recorder.seen


def test_previews(photo: np.ndarray, texture: np.ndarray, tmp_path: Path) -> None:
    preview = tmp_path / "preview.jpg"
    seen = []
    paint(
        photo,
        texture,
        size="64x64",
        levels=2,
        iterations=3,
        callback=[preview_to(preview, every=2), lambda _: seen.append(preview.exists())],
    )
    assert seen == [False, True, True, True, True, True]
    with Image.open(preview) as image:
        assert image.size == (64, 64)


def test_saving(photo: np.ndarray, texture: np.ndarray, tmp_path: Path) -> None:
    painting = paint(photo, texture, size="64", iterations=1)
    painting.save(tmp_path / "painted.png", bits=16)
    with pytest.raises(ZeuxisError, match="exists already"):
        painting.save(tmp_path / "painted.png")
    again = zeuxis.paint(tmp_path / "painted.png", texture, size=None, iterations=0)
    assert again.picture.bits == 16
    assert np.abs(pixels(again) - pixels(painting)).max() < 1e-4
