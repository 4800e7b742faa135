"""Pictures that strangers send."""

from __future__ import annotations

import io
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from zeuxis.studio.refusal import Refused
from zeuxis.studio.uploads import harmless, measured, typed

spec = spec_from_file_location("hostile_files", Path(__file__).with_name("hostile.py"))
assert spec is not None and spec.loader is not None
hostile = module_from_spec(spec)
spec.loader.exec_module(hostile)

BROKEN, VAST, HARMLESS = (make() for make in hostile.MAKERS)
NAMES = [name.encode("ascii", "backslashreplace").decode()[:30] for name in HARMLESS]


def post(studio: TestClient, name: str, content: bytes):  # type: ignore[no-untyped-def]
    files = {"image": (name, content, "image/png")}
    return studio.post("/v1/stylize?wait=30", files=files, data={"style": "scream"})


def test_there_are_enough() -> None:
    assert len(BROKEN) + len(VAST) >= 60


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_refused_in_a_sentence(studio: TestClient, name: str) -> None:
    answer = post(studio, name, BROKEN[name])
    assert answer.status_code in (413, 415, 422), answer.text
    said = answer.json()["error"]
    assert set(answer.json()) == {"error"} and len(said) > 20 and "jobs/" not in said
    assert harmless(name) in said


@pytest.mark.parametrize("name", VAST)
def test_what_is_vast_is_refused_before_it_is_decoded(
    studio: TestClient, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(*_: object, **__: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(Image.Image, "load", decoded)
    answer = post(studio, name, VAST[name])
    assert answer.status_code in (413, 415), answer.text
    assert harmless(name) in answer.json()["error"]


@pytest.mark.parametrize("name", HARMLESS, ids=NAMES)
def test_what_is_a_picture_comes_out_as_nothing_else(studio: TestClient, name: str) -> None:
    answer = post(studio, name, HARMLESS[name])
    if not name:  # without a name it is no file
        assert answer.status_code == 422
        return
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).format == "PNG"
    assert b"script" not in answer.content and b"evil" not in answer.content
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment") and not set(said) & set("/\\<>`$|&\0\r\n")


def test_nothing_is_left_where_it_does_not_belong(studio: TestClient) -> None:
    jobs: Path = studio.app.state.service.store.jobs  # type: ignore[attr-defined]
    names = {file.name for folder in jobs.iterdir() for file in folder.iterdir()}
    assert names <= {"image-0", "result-0.png"}


def test_a_painting_is_looked_at_as_well(studio: TestClient, jpeg: bytes) -> None:
    files = {"image": ("a.jpg", jpeg), "painting": ("b.jpg", b"none")}
    answer = studio.post("/v1/stylize", files=files)
    assert answer.status_code == 415 and "b.jpg is not a picture" in answer.json()["error"]


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("photo.jpg", "photo.jpg"), ("My Photo (1).JPG", "My-Photo-1.jpg"), ("../../x.png", "x.png"),
        ("C:\\a\\b.webp", "b.webp"), ("-rf.png", "rf.png"), ("été.jpeg", "été.jpeg"), ("a.svg", "a"),
        (".png", "picture.png"), ("", "picture"), (None, "picture"), ("a.tar.gif", "a-tar.gif"),
        ("x" * 99 + ".bmp", "x" * 60 + ".bmp"), ("\u202e\n\0", "picture"),
    ],
)  # fmt: skip
def test_names(given: str | None, made: str) -> None:
    assert harmless(given) == made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("My Photo (1).v2.JPG", "My Photo (1).v2.JPG"), ("../../x.png", "x.png"), ("-rf.png", "./-rf.png"),
        ("C:\\a\\b.webp", "b.webp"), (None, "picture"), ("..", "picture"), ("\u202e\n\0", "picture"),
        ("a'b;$(c).png", "a'b;$(c).png"), ("x" * 999, "x" * 255),
    ],
)  # fmt: skip
def test_names_to_type(given: str | None, made: str) -> None:
    assert typed(given) == made


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF"])
def test_sizes_are_those_of_headers(tmp_path: Path, format: str) -> None:
    file = tmp_path / "image-0"
    file.write_bytes(hostile.picture(format))
    assert measured(file, "a", 1.0) == hostile.SIZE
    with pytest.raises(
        Refused, match=r"a has 48x32 pixels, over the limit of 0.001 megapixels"
    ) as refused:
        measured(file, "a", 0.001)
    assert refused.value.status == 413


def test_deep_pictures_are_measured_too(tmp_path: Path) -> None:
    import tifffile

    file = tmp_path / "image-0"
    tifffile.imwrite(file, np.zeros((5, 7, 3), np.uint16))
    assert measured(file, "a", 1.0) == (7, 5)
