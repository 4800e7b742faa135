"""The command that the studio shows beside a result makes the same result."""

from __future__ import annotations

import io
import shlex
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from starlette.testclient import TestClient

from zeuxis.cli.main import main

PHOTO = "my photo (1).v2.png"
FIELDS = [
    ("stylize", {"style": "starry-night", "strength": "0.6", "size": "96", "colors": "keep"}),
    ("stylize", {"style": ["starry-night:0.7", "scream:0.3"], "stroke_size": "0.5"}),
    ("stylize", {"painting": "painting.png", "strength": "0.8"}),
    ("stylize", {"painting": "painting.png", "style": "starry-night", "painting_weight": "0.25"}),
    ("stylize", {"sample": "coffee", "style": "starry-night", "size": "96"}),
    ("upscale", {"scale": "2"}),
    ("upscale", {"to": "200x150", "sharpness": "0.5"}),
    ("paint", {"painting": "painting.png", "size": "48", "iterations": "2", "seed": "3"}),
    ("sample", {"generator": "digits", "n": "4", "seed": "7", "truncation_psi": "0.7"}),
    ("sample", {"generator": "digits", "n": "3", "seed": "7", "label": "3"}),
    ("blend", {"generator": "digits", "seeds": "5", "labels": "8", "truncation_psi": "0.5"}),
    ("blend", {"generator": "digits", "seeds": "5,9", "weights": "1,2", "labels": ["8", "3"]}),
    ("blend", {"generator": "flowers", "seeds": "5,9,2,4", "weights": "0.1,0.2,0.3,0.4"}),
]


@pytest.mark.parametrize(
    ("verb", "fields"), FIELDS, ids=[f"{verb}-{at}" for at, (verb, _) in enumerate(FIELDS)]
)
def test_the_command_makes_the_same(
    studio: TestClient,
    strange: ModuleType,
    photo: np.ndarray,
    texture: np.ndarray,
    verb: str,
    fields: dict[str, str | list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / PHOTO).write_bytes(strange.encoded(photo, "PNG"))
    (tmp_path / "painting.png").write_bytes(strange.encoded(texture, "PNG"))
    takes_photo = verb in ("stylize", "upscale", "paint") and "sample" not in fields
    names = {"image": PHOTO} if takes_photo else {}
    names |= {name: str(fields[name]) for name in ("painting",) if name in fields}
    files = {name: (file, (tmp_path / file).read_bytes()) for name, file in names.items()}
    data = {name: value for name, value in fields.items() if name not in files}
    answer = studio.post(
        f"/v1/{verb}?wait=60", files=files, data=data, headers={"accept": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    job = answer.json()

    program, *words = shlex.split(job["command"])
    done = CliRunner().invoke(main, [*words, "-o", "out.png"], catch_exceptions=False)
    assert program == "zeuxis" and done.exit_code == 0, done.output
    from_studio = Image.open(io.BytesIO(studio.get(job["results"][0]["url"]).content))
    by_command = Image.open(tmp_path / "out.png")
    assert _small(by_command, from_studio.size).tobytes() == from_studio.convert("RGB").tobytes()


def _small(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A sheet as large as what it is of: small pictures are enlarged on the command line."""
    return image.convert("RGB").resize(size, Image.Resampling.NEAREST)
