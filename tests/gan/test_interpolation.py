"""From seed to seed by great circles."""

from __future__ import annotations

import io
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.gan.interpolation import blend, film, interpolate
from zeuxis.gan.latents import draw, slerp

spec = spec_from_file_location("stand_in", Path(__file__).with_name("stand_in.py"))
assert spec is not None and spec.loader is not None
made = module_from_spec(spec)
spec.loader.exec_module(made)
CLASSES, DIM, stand_in = made.CLASSES, made.DIM, made.stand_in


def test_the_way_between_right_angles_is_a_quarter_of_a_circle() -> None:
    east, north = np.array([2, 0], np.float32), np.array([0, 2], np.float32)
    for t in (0, 0.25, 1 / 3, 1):
        turn = t * np.pi / 2
        assert slerp(east, north, t) == pytest.approx(
            [2 * np.cos(turn), 2 * np.sin(turn)], abs=1e-6
        )


def test_on_the_way_latents_are_as_long_as_at_the_ends() -> None:
    start, end = draw(0, 2, 512)
    lengths = [float(np.linalg.norm(slerp(start, end, t))) for t in np.linspace(0, 1, 9)]
    assert min(lengths) > 0.97 * min(lengths[0], lengths[-1])
    assert np.linalg.norm((start + end) / 2) < 0.8 * min(lengths)  # what a straight line would do


@pytest.mark.parametrize("factor", [1.0, 3.0, -1.0, 0.0])
def test_where_there_is_no_one_circle_the_way_is_straight(factor: float) -> None:
    start = draw(0, 1, 8)[0]
    end = np.float32(factor) * start
    assert slerp(start, end, 0.25) == pytest.approx(start + (end - start) / 4, abs=1e-6)


def test_seeds_are_on_the_way() -> None:
    generator = stand_in()
    frames = interpolate(generator, [5, 9, 2], frames=5)
    for place, seed in ((0, 5), (2, 9), (4, 2)):
        assert (frames[place] == generator.sample(1, seed=seed).array[0]).all()
    latent = slerp(draw(5, 1, DIM)[0], draw(9, 1, DIM)[0], 0.5)
    assert (frames[1] == generator.pictures(latent[None])[0]).all()


def test_a_loop_leads_back() -> None:
    generator = stand_in()
    frames = interpolate(generator, [5, 9], frames=4, loop=True)
    assert (frames[0] == generator.sample(1, seed=5).array[0]).all()
    assert (frames[2] == generator.sample(1, seed=9).array[0]).all()
    assert (frames[1] == frames[3]).all()  # there and back by the same way
    assert not (frames[3] == frames[0]).all()  # the first is not there twice


def test_between_classes_styles_go_straight() -> None:
    generator = stand_in(CLASSES)
    frames = interpolate(generator, [5, 5], frames=3, labels=["boot", "bag"])
    latent = draw(5, 1, DIM)
    for frame, move in zip(frames, (1, 0, -1), strict=True):
        assert (frame == generator.pictures(latent + np.float32(move))[0]).all()
    one = interpolate(generator, [5, 9], frames=2, labels=["bag"])
    assert (one[1] == generator.sample(1, seed=9, label="bag").array[0]).all()
    in_turn = interpolate(generator, [5, 9], frames=2)
    assert (in_turn[1] == one[1]).all() and not (in_turn[0] == one[0]).all()


def test_styles_are_truncated() -> None:
    generator = stand_in(CLASSES)
    frames = interpolate(generator, [5, 9], frames=4, labels=["bag"], truncation_psi=0)
    assert (frames == generator.pictures(generator.style_mean()[1:])[0]).all()


@pytest.mark.parametrize(
    ("seeds", "options", "words"),
    [
        ([1], {}, "give two seeds or more"),
        ([1, 2], {"frames": 1}, "there are to be 1 pictures"),
        ([1, 2], {"frames": 10**10}, "10,000,000,000 pictures: ask for 2 to 10,000"),
        ([1, -2], {}, "the seed is -2"),
        ([1, 2], {"labels": ["bag"] * 3}, "there are 3 classes and 2 seeds"),
        ([1, 2], {"labels": ["hat"]}, "knows no class 'hat'"),
    ],
)
def test_what_cannot_be_is_refused(
    seeds: list[int], options: dict[str, object], words: str
) -> None:
    with pytest.raises(ZeuxisError, match=words):
        interpolate(stand_in(CLASSES), seeds, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("format", ["GIF", "WEBP"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_film_moves(channels: int, format: str) -> None:
    frames = np.zeros((5, 16, 24, channels), np.uint8)
    for number in range(5):
        frames[number, :, 4 * number : 4 * number + 8] = 255
    with Image.open(io.BytesIO(film(frames, 2.0, format))) as moving:
        assert moving.format == format and moving.n_frames == 5 and moving.size == (336, 224)
        assert moving.info["loop"] == 0
        for number in range(5):
            moving.seek(number)
            moving.load()  # WebP tells how long a frame is once it is read
            assert moving.info["duration"] == 400
            shown = np.asarray(moving.convert("L"))[7::14, 7::14].astype(int)
            assert abs(shown - frames[number, ..., 0]).max() <= 24  # smooth, and not lossless


def test_a_film_is_as_large_as_asked_for() -> None:
    frames = np.random.default_rng(0).integers(0, 255, (2, 16, 16, 1), np.uint8)
    with Image.open(io.BytesIO(film(frames, 1.0, scale=1))) as moving:
        assert (np.asarray(moving.convert("L")) == frames[0, ..., 0]).all()


@pytest.mark.parametrize("seconds", [0.0, float("nan"), 1e9])
def test_a_film_takes_its_time(seconds: float) -> None:
    frames = np.zeros((2, 16, 16, 1), np.uint8)
    with pytest.raises(ZeuxisError, match=r"seconds: give 0\.1 to 600"):
        film(frames, seconds)
    frames[1] = 255
    with Image.open(io.BytesIO(film(frames, 600.0))) as moving:
        assert moving.info["duration"] == 300_000


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    interpolate(stand_in(), [1, 2], frames=5, progress=lambda *at: told.append(at))
    assert told[-1] == (5, 5)


def test_a_blend_is_of_the_weighted_mean_of_the_styles() -> None:
    generator = stand_in()
    assert (blend(generator, [5]) == generator.sample(1, seed=5).array[0]).all()
    assert (blend(generator, [5, 9], [0, 3]) == generator.sample(1, seed=9).array[0]).all()
    latents = np.concatenate([draw(seed, 1, DIM) for seed in (5, 9, 2)])
    mean = (latents[0] + latents[1] + 2 * latents[2]) / 4
    expected = generator.pictures(mean[None])[0].astype(int)
    assert np.abs(blend(generator, [5, 9, 2], [1, 1, 2]) - expected).max() <= 1
    alike = generator.pictures(latents.mean(0)[None])[0].astype(int)
    assert np.abs(blend(generator, [5, 9, 2]) - alike).max() <= 1
    assert blend(generator, [5], truncation_psi=0).std() < blend(generator, [5]).std()


def test_a_blend_of_classes_has_a_class_for_each_seed() -> None:
    generator = stand_in(CLASSES)
    one, other = CLASSES[0], CLASSES[1]
    for weights, label, seed in (([1, 0], one, 5), ([0, 1], other, 9)):
        made = blend(generator, [5, 9], weights, labels=[one, other])
        assert (made == generator.sample(1, seed=seed, label=label).array[0]).all()
    both = blend(generator, [5, 9], labels=[other])
    assert (both == blend(generator, [5, 9], labels=[other, other])).all()


@pytest.mark.parametrize(
    ("seeds", "weights", "labels", "words"),
    [
        ([], [], [], "nothing to blend"),
        ([1, 2], [1], [], "2 seeds and 1 weights"),
        ([1, 2], [1, -1], [], "must be 0 or more"),
        ([1, 2], [0, 0], [], "not all 0"),
        ([1], [float("nan")], [], "must be 0 or more"),
        ([1, 2, 3], [], ["a", "b"], "2 classes and 3 seeds"),
    ],
)
def test_blends_that_cannot_be(
    seeds: list[int], weights: list[float], labels: list[str], words: str
) -> None:
    with pytest.raises(ZeuxisError, match=words):
        blend(stand_in(), seeds, weights, labels=labels)
