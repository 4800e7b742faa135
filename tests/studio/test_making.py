"""The other verbs: enlarging, painting, growing, training."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

import zeuxis
from zeuxis.errors import ZeuxisError
from zeuxis.gan import Generator
from zeuxis.gan.latents import draw
from zeuxis.studio.asked import Asked, Place
from zeuxis.studio.task import Task
from zeuxis.studio.uploads import Received
from zeuxis.studio.verbs import verbs
from zeuxis.studio.wall import folders

Open = Callable[..., TestClient]
JSON = {"accept": "application/json"}


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def test_samples_are_those_of_the_command(studio: TestClient) -> None:
    fields = {"generator": "digits", "n": "4", "seed": "7", "truncation_psi": "0.7", "label": "3"}
    job = studio.post("/v1/sample?wait=30", data=fields, headers=JSON).json()
    assert job["command"] == "zeuxis gan sample digits --truncation 0.7 --class 3 -n 4 --seed 7"
    assert len(job["results"]) == 5 and job["results"][1]["width"] == 28
    samples = Generator.load("digits").sample(4, seed=7, truncation_psi=0.7, label="3")
    sheet = studio.get(job["results"][0]["url"]).content
    assert np.array_equal(pixels(sheet), np.asarray(samples.image.convert("RGB")))
    last = pixels(studio.get(job["results"][4]["url"]).content)
    assert np.array_equal(last[..., :1], samples.array[3])


def test_blends_lie_between(studio: TestClient) -> None:
    def made(**fields: str) -> np.ndarray:
        answer = studio.post("/v1/blend?wait=30", data={"generator": "flowers"} | fields)
        assert answer.status_code == 200, answer.text
        return pixels(answer.content)

    generator = Generator.load("flowers")
    styles = generator.styles(
        np.concatenate([draw(seed, 1, generator.latent_dim) for seed in (3, 7)])
    )
    (one, other), (between,) = generator.pictures(styles), generator.pictures(styles.mean(0)[None])
    assert np.array_equal(made(seeds="3"), one)
    assert np.array_equal(made(seeds="3,7", weights="0,2"), other)
    assert np.abs(made(seeds="3,7").astype(int) - between).max() <= 1


def test_a_blend_goes_from_class_to_class(studio: TestClient) -> None:
    def asked(**fields: Any) -> dict[str, Any]:
        form = {"generator": "digits", "truncation_psi": "0.5"} | fields
        return studio.post("/v1/blend?wait=30", data=form, headers=JSON).json()

    job = asked(seeds="3,7", labels=["2", "5"], weights="0,1")
    assert job["command"] == (
        "zeuxis gan blend digits --truncation 0.5 --class 2,5 --seeds 3,7 --weights 0,1"
    )
    sample = Generator.load("digits").sample(1, seed=7, truncation_psi=0.5, label="5")
    made = pixels(studio.get(job["results"][0]["url"]).content)
    assert np.array_equal(made[..., :1], sample.array[0])
    alone = asked(seeds="7", labels="5")["command"]
    assert alone == "zeuxis gan sample digits --truncation 0.5 --class 5 -n 1 --seed 7"


def test_enlarging(tmp_path: Path, enlargers: Path, strange: ModuleType, photo: np.ndarray) -> None:
    folder, said = tmp_path / "jobs" / "one", []
    folder.mkdir(parents=True)
    (folder / "image-0").write_bytes(strange.encoded(photo, "PNG"))
    place = Place(tmp_path, {}, max_megapixels=1.0)
    sent = {"image": [Received("image-0", "photo.png", 144, 96, "photo.png")]}
    verb = verbs.get("upscale")
    prepared = verb.prepare(Asked(verb.settings, verb.knobs, {"scale": ["2"]}, sent, place))
    assert prepared.command == "zeuxis upscale photo.png --scale 2.0"
    task = Task({"id": "one", "state": tmp_path, "request": prepared.request}, said.append)
    verb.run(task)
    (result,) = task.results
    assert (result["name"], result["width"], result["height"]) == ("photo-x2.png", 288, 192)
    direct = zeuxis.upscale(photo, scale=2).image
    assert np.array_equal(pixels((folder / "result-0.png").read_bytes()), np.asarray(direct))
    assert said and all(0 <= message["share"] <= 1 for message in said)


@pytest.mark.parametrize(
    ("verb", "fields", "words"),
    [
        ("sample", {}, "give a generator: one of digits"),
        ("sample", {"generator": "nobody"}, "there is no generator 'nobody'"),
        ("sample", {"generator": "../../x"}, "there is no generator"),
        ("sample", {"generator": "digits", "n": "65"}, "between 1 and 64"),
        (
            "sample",
            {"generator": "digits", "label": "cat"},
            "knows no class 'cat': choose one of 0, 1",
        ),
        ("sample", {"generator": "flowers", "label": "0"}, "it knows none, so leave it out"),
        ("sample", {"generator": "digits", "seed": "-1"}, "seed is -1"),
        ("blend", {"generator": "digits"}, "give 1 to 16 seeds"),
        ("blend", {"generator": "digits", "seeds": "1,x"}, "must be numbers with commas"),
        ("blend", {"generator": "digits", "seeds": "1,-2"}, "seeds of 0 or more"),
        ("blend", {"generator": "digits", "seeds": "1,2", "weights": "1"}, "2 seeds and 1 weights"),
        ("blend", {"generator": "digits", "seeds": "1", "weights": "nan"}, "must be 0 or more"),
        ("blend", {"generator": "digits", "seeds": "1,2", "weights": "0,0"}, "not all 0"),
        ("blend", {"generator": "digits", "seeds": "1,2,3", "labels": ["1", "2"]}, "and 2 labels"),
        ("blend", {"generator": "digits", "seeds": "1", "labels": "cat"}, "knows no class 'cat'"),
        ("upscale", {"sample": "coffee", "scale": "9"}, "between 1 and 8"),
        ("upscale", {"sample": "coffee", "scale": "2", "to": "9"}, "both scale and to"),
        ("upscale", {"sample": "coffee", "to": "30000x20000"}, "over the limit of 50 megapixels"),
        ("upscale", {}, "give one picture"),
        ("paint", {"sample": "coffee"}, "give a painting"),
        (
            "paint",
            {"sample": "coffee", "start": "/etc/passwd"},
            "start is '/etc/passwd', but must be one of",
        ),
        ("paint", {"sample": "coffee", "network": "x.pth"}, "paint takes no 'network'"),
        ("train", {}, "give a folder to train on"),
        ("train", {"folder": "photos"}, "none was given to the server with --root"),
        ("train", {"run": "../x"}, "there is no run"),
    ],
)
def test_mistakes(studio: TestClient, verb: str, fields: dict[str, Any], words: str) -> None:
    answer = studio.post(f"/v1/{verb}", data=fields)
    assert answer.status_code == 422 and words in answer.json()["error"], answer.text


@pytest.mark.slow
def test_painting_shows_how_far_it_is(
    studio: TestClient, strange: ModuleType, photo: np.ndarray, texture: np.ndarray
) -> None:
    files = {
        "image": ("my photo.jpg", strange.encoded(photo, "JPEG")),
        "painting": ("tissue.png", strange.encoded(texture, "PNG")),
    }
    fields = {
        "size": "48",
        "levels": "1",
        "iterations": "100000",
        "start": "noise",
        "format": "jpeg",
    }
    job = studio.post("/v1/paint", files=files, data=fields).json()
    assert job["command"] == (
        "zeuxis paint 'my photo.jpg' --style tissue.png --size 48 --iterations 100000 --levels 1"
        " --start noise"
    )
    while not (job["preview"] and len(job["progress"]["curves"]["loss"]) > 3):
        time.sleep(0.05)
        job = studio.get(f"/v1/jobs/{job['id']}").json()
        assert job["state"] in ("queued", "running"), job["error"]
    assert job["progress"]["curves"].keys() == {"loss", "content", "style", "tv"}
    assert 0 < job["progress"]["share"] < 1 and "48 x 32 pixels, step" in job["progress"]["text"]
    assert studio.get(job["preview"]).headers["content-type"] == "image/jpeg"
    job = studio.post(f"/v1/jobs/{job['id']}/cancel").json()
    assert job["state"] == "done" and job["stopped_early"]
    assert job["results"][0]["name"] == "my-photo-painted.jpg" and job["results"][0]["width"] == 48


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a folder of pictures of noise, and a link that leads out of it."""
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    inside = tmp_path / "root" / "noise"
    inside.mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(20):
        noise = random.integers(0, 255, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(noise).save(inside / f"{number}.png")
    (tmp_path / "root" / "out").symlink_to("/")
    return tmp_path / "root"


@pytest.mark.slow
def test_training_is_watched_stopped_and_gone_on_with(
    open_studio: Open, strange: ModuleType, root: Path
) -> None:
    studio = open_studio(roots={"photos": root})
    assert studio.get("/v1/about").json()["roots"][:2] == ["photos", "photos/noise"]
    knobs = {
        "network": "dcgan",
        "capacity": "0.1",
        "batch_size": "8",
        "precision": "float32",
        "preview_minutes": "0.01",
    }
    job = strange.asked(studio, "train", folder="photos/noise", minutes="30", **knobs)
    assert job["command"].startswith(f"zeuxis gan train {root / 'noise'} --network dcgan")
    assert job["run"] == "noise-1"
    while not (job["preview"] and "score" in job["progress"]["curves"]):
        time.sleep(0.05)
        job = studio.get(f"/v1/jobs/{job['id']}").json()
        assert job["state"] in ("queued", "running"), job["error"]
    assert studio.get(job["preview"]).headers["content-type"] == "image/png"
    assert [run["job"] for run in studio.get("/v1/runs").json()] == [job["id"]]
    again = studio.post("/v1/train", data={"run": "noise-1"})
    assert again.status_code == 409 and "goes on already" in again.json()["error"]
    job = studio.post(f"/v1/jobs/{job['id']}/cancel").json()
    assert job["state"] == "done" and job["stopped_early"]
    assert job["results"][0]["name"] == "noise-1.safetensors"
    (run,) = studio.get("/v1/runs").json()
    assert (
        run["job"] is None
        and run["name"] == "noise-1"
        and run["has_generator"]
        and run["data"] == "noise"
    )
    assert studio.get("/v1/generators").json()[-1]["name"] == "run-noise-1"
    grown = studio.post("/v1/sample?wait=30", data={"generator": "run-noise-1", "n": "2"})
    assert grown.status_code == 200, grown.text
    said = studio.post("/v1/train", data={"run": "noise-1", "network": "mlp"}).json()["error"]
    assert "a run goes on with the settings that it began with" in said
    told = int(job["progress"]["curves"]["generator_loss"][-1][0])  # it has gone further since
    job = strange.asked(studio, "train", run="noise-1", steps=str(told + 200))
    job = strange.until(studio, job["id"], "done", "failed")
    assert job["state"] == "done" and not job["stopped_early"], job["error"]
    first, last = (job["progress"]["curves"]["generator_loss"][at][0] for at in (0, -1))
    assert first <= told < last  # earlier sessions are on the curve as well


@pytest.mark.parametrize(
    "folder",
    [
        "photos/out", "photos/out/etc", "photos/../..", "photos/none", "/etc", "photos//etc", "photos/a\0b",
        "photos/" + "x" * 5000, "photos/ring", "photos/noise/0.png/x", "..", "/",
    ],
)  # fmt: skip
def test_only_what_was_given_is_trained_on(tmp_path: Path, root: Path, folder: str) -> None:
    place, verb = Place(tmp_path, {"photos": root}, 1.0), verbs.get("train")
    place.runs.mkdir()
    (root / "ring").symlink_to("ring")
    with pytest.raises(ZeuxisError, match="there is no"):
        verb.prepare(Asked(verb.settings, verb.knobs, {"folder": [folder]}, {}, place))
    assert list(place.runs.iterdir()) == []
    assert folders(place.roots) == ["photos", "photos/noise"]


@pytest.mark.parametrize("run", ["..", "../x", "x" * 5000, "a\0b", "noise", "."])
def test_only_runs_that_there_are_go_on(tmp_path: Path, run: str) -> None:
    place, verb = Place(tmp_path, {}, 1.0), verbs.get("train")
    (place.runs / "noise").mkdir(parents=True)
    with pytest.raises(ZeuxisError, match="there is no run"):
        verb.prepare(Asked(verb.settings, verb.knobs, {"run": [run]}, {}, place))


def test_no_sentence_tells_where_folders_are(tmp_path: Path, root: Path) -> None:
    place, verb = Place(tmp_path / "state", {"photos": root}, 1.0), verbs.get("train")
    place.runs.mkdir(parents=True)
    prepared = verb.prepare(
        Asked(verb.settings, verb.knobs, {"folder": ["photos/noise"]}, {}, place)
    )
    said: list[dict[str, Any]] = []
    order = {"id": "one", "state": place.state, "request": prepared.request}
    task = Task(order, said.append)
    task.warn(f"{root / 'noise' / '3.png'} is broken; see {place.runs / 'noise-1'}")
    assert said == [{"warning": "photos/noise/3.png is broken; see runs/noise-1"}]


@pytest.mark.slow
def test_a_run_that_does_not_begin_leaves_no_folder(
    open_studio: Open, strange: ModuleType, root: Path
) -> None:
    studio = open_studio(roots={"photos": root})
    (root / "empty").mkdir()
    job = strange.asked(studio, "train", folder="photos/empty")
    said = strange.until(studio, job["id"], "failed")["error"]
    assert "photos/empty" in said and str(root) not in said
    assert list(studio.app.state.service.place.runs.iterdir()) == []  # type: ignore[attr-defined]
