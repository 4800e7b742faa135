"""`POST /v1/stylize`: from a file to a picture, by way of a worker."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

import zeuxis
from zeuxis.images import Picture


def post(studio: TestClient, content: bytes, accept: str = "*/*", **fields: object):  # type: ignore[no-untyped-def]
    return studio.post(
        "/v1/stylize?wait=30",
        files={"image": ("my photo.jpg", content)},
        data={"style": "starry-night"} | fields,
        headers={"accept": accept},
    )


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


def test_the_picture_is_what_the_command_makes(studio: TestClient, jpeg: bytes) -> None:
    answer = post(studio, jpeg)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert 'filename="my-photo-starry-night.png"' in answer.headers["content-disposition"]
    direct = zeuxis.stylize(io.BytesIO(jpeg), "starry-night").image
    assert np.array_equal(pixels(answer.content), np.asarray(direct))


def test_a_job_says_all_about_itself(studio: TestClient, jpeg: bytes) -> None:
    answer = post(studio, jpeg, "application/json", size="64", strength="0.5")
    job = answer.json()
    assert answer.status_code == 200 and job["state"] == "done"
    assert job["settings"] == {"size": "64", "strength": 0.5}
    assert (
        job["command"]
        == "zeuxis stylize 'my photo.jpg' --style starry-night --size 64 --strength 0.5"
    )
    assert job["progress"]["share"] == 1.0 and job["error"] is None and job["position"] is None
    (result,) = job["results"]
    assert (result["width"], result["height"]) == (64, 43)
    got = studio.get(result["url"])
    assert len(got.content) == result["bytes"] and pixels(got.content).shape == (43, 64, 3)
    assert job in studio.get("/v1/jobs").json()


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_formats(studio: TestClient, jpeg: bytes, format: str) -> None:
    answer = post(studio, jpeg, format=format, quality="80")
    assert answer.headers["content-type"] == f"image/{format}"
    assert Image.open(io.BytesIO(answer.content)).format == format.upper()
    job = post(studio, jpeg, "application/json").json()
    again = studio.get(f"{job['results'][0]['url']}?format={format}&quality=80")
    assert Image.open(io.BytesIO(again.content)).format == format.upper()
    assert (
        f"my-photo-starry-night.{'jpg' if format == 'jpeg' else format}"
        in (again.headers["content-disposition"])
    )


def test_styles_blend_by_weight(studio: TestClient, jpeg: bytes) -> None:
    answer = post(studio, jpeg, style=["starry-night:1", "great-wave:3"])
    direct = zeuxis.stylize(io.BytesIO(jpeg), [("starry-night", 1.0), ("great-wave", 3.0)]).image
    assert np.array_equal(pixels(answer.content), np.asarray(direct))


def test_a_sample_of_ours(studio: TestClient) -> None:
    names = [each["name"] for each in studio.get("/v1/samples").json()]
    assert "coffee" in names
    answer = studio.post(
        "/v1/stylize?wait=30", data={"sample": "coffee", "style": "scream", "size": "48"}
    )
    assert answer.status_code == 200 and max(pixels(answer.content).shape) == 48


def test_what_the_photo_says_of_its_owner_stays_out(studio: TestClient, photo: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    content = io.BytesIO()
    Picture.from_array(photo).to_pil().save(content, "JPEG", exif=exif)
    assert b"at home" in content.getvalue()
    assert b"at home" not in post(studio, content.getvalue()).content


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"style": "nobody"}, "there is no style 'nobody': choose one of starry-night"),
        ({"style": "/etc/passwd"}, "there is no style"),
        ({"style": "starry-night:x"}, "NAME:WEIGHT"),
        ({"style": "starry-night:0"}, "not a positive number"),
        ({"style": "starry-night:nan"}, "not a positive number"),
        ({"style": []}, "give one style"),
        ({"style": ["scream"] * 9}, "up to 8 to blend"),
        ({"strength": "2"}, "strength is 2.0, but must be between 0 and 1"),
        ({"strength": "x"}, "strength is 'x', but must be between 0 and 1"),
        ({"strength": ["0", "1"]}, "strength is given 2 times"),
        ({"colors": "mine"}, "must be one of painting, keep"),
        ({"size": "banana"}, "is not a size"),
        ({"size": "60000x60000"}, "ask for"),
        ({"size": "9000x9000"}, "over the limit of 50 megapixels: ask for less"),
        ({"threads": "99"}, "stylize takes no 'threads'"),
        ({"max_memory": "99"}, "takes no 'max_memory'"),
        ({"format": "svg"}, "format is 'svg'"),
        ({"quality": "0"}, "between 1 and 100"),
        ({"sample": "coffee"}, "give one picture"),
        ({"image": "photo.jpg"}, "image is to be a file"),
        ({"painting_weight": "1"}, "0 paintings and 1 weights"),
    ],
)
def test_mistakes(studio: TestClient, jpeg: bytes, fields: dict[str, object], words: str) -> None:
    answer = post(studio, jpeg, **fields)
    assert answer.status_code == 422
    assert set(answer.json()) == {"error"} and words in answer.json()["error"]


def test_a_mistake_leaves_no_files(studio: TestClient, jpeg: bytes) -> None:
    jobs: Path = studio.app.state.service.store.jobs  # type: ignore[attr-defined]
    before = sorted(jobs.iterdir())
    assert post(studio, jpeg, style="nobody").status_code == 422
    assert sorted(jobs.iterdir()) == before


def test_thumbnails_are_made_once(studio: TestClient) -> None:
    styles = studio.get("/v1/styles").json()
    assert styles[0] == {
        "name": "starry-night", "title": "The Starry Night", "painter": "Vincent van Gogh",
        "year": "1889", "thumbnail": "/v1/styles/starry-night/thumbnail",
    }  # fmt: skip
    url, service = styles[0]["thumbnail"], studio.app.state.service  # type: ignore[attr-defined]
    first = studio.get(url)
    assert first.headers["content-type"] == "image/webp" and max(pixels(first.content).shape) == 160
    begun = service.figures._jobs["stylize", "done"]
    assert studio.get(url).content == first.content
    assert service.figures._jobs["stylize", "done"] == begun
    assert studio.get("/v1/styles/nobody/thumbnail").status_code == 404
