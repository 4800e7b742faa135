"""Results in another format: made one at a time, once each, and kept beside the result."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from zeuxis.errors import ZeuxisError
from zeuxis.studio import conversions
from zeuxis.studio.conversions import KEPT, WAITING, Conversions
from zeuxis.studio.refusal import Refused


@pytest.fixture
def result(tmp_path: Path, photo: np.ndarray) -> Path:
    path = tmp_path / "result-0.png"
    Image.fromarray((photo * 255).astype(np.uint8)).save(path)
    return path


def test_they_are_made_one_at_a_time(result: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    convert, at_once, most, made = conversions._convert, 0, 0, []

    async def watched(result: Path, path: Path, *how: Any) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await convert(result, path, *how)
        made.append(path.name)
        at_once -= 1

    monkeypatch.setattr(conversions, "_convert", watched)

    async def ask() -> list[Any]:
        found = Conversions()
        asked = [
            found.get(result, result.parent, kind, 80)
            for kind in ("webp", "jpeg")
            for _ in range(6)
        ]
        return await asyncio.gather(*asked)

    paths = asyncio.run(ask())
    assert most == 1 and sorted(made) == sorted({path.name for path in paths}) and len(made) == 2
    for kind, path in zip(6 * ["WEBP"] + 6 * ["JPEG"], paths, strict=True):
        with Image.open(path) as picture:
            assert picture.format == kind


def test_who_would_wait_for_long_is_sent_away(
    result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def quick(result: Path, path: Path, *_: Any) -> None:
        await asyncio.sleep(0)
        path.touch()

    monkeypatch.setattr(conversions, "_convert", quick)

    async def ask() -> list[Any]:
        found = Conversions()
        asked = [found.get(result, result.parent, "jpeg", 50 + n) for n in range(WAITING + 2)]
        return await asyncio.gather(*asked, return_exceptions=True)

    refused = [each for each in asyncio.run(ask()) if isinstance(each, Refused)]
    assert [(each.status, bool(each.retry_after)) for each in refused] == 2 * [(429, True)]
    assert len(list(result.parent.glob("as-*"))) == KEPT


def test_a_picture_is_converted_once(studio: TestClient, strange: ModuleType) -> None:
    job = strange.until(studio, strange.asked(studio, "nap")["id"], "done")
    address = job["results"][0]["url"]
    first = studio.get(f"{address}?format=webp&quality=70")
    folder = studio.app.state.service.store.folder_of(job["id"])  # type: ignore[attr-defined]
    (kept,) = folder.glob("as-*")
    assert first.status_code == 200 and kept.read_bytes() == first.content
    made = kept.stat()
    assert studio.get(f"{address}?format=webp&quality=70").content == first.content
    assert kept.stat() == made or kept.stat().st_mtime_ns == made.st_mtime_ns
    assert studio.get(f"{address}?format=png").content == studio.get(address).content
    assert list(folder.glob("as-*")) == [kept]
    studio.delete(f"/v1/jobs/{job['id']}")
    assert not folder.exists()


def test_what_cannot_be_converted_is_said_without_our_folders(tmp_path: Path) -> None:
    wide = tmp_path / "result-0.png"
    Image.new("L", (20_000, 2)).save(wide)
    with pytest.raises(ZeuxisError) as said:
        asyncio.run(Conversions().get(wide, tmp_path, "webp", 80))
    assert str(tmp_path) not in str(said.value)
    wide.unlink()
    with pytest.raises(Refused, match="the file is gone"):
        asyncio.run(Conversions().get(wide, tmp_path, "webp", 81))


def test_a_process_that_dies_is_told_of(result: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")
    monkeypatch.setattr(conversions, "COMMAND", dying)
    with pytest.raises(Refused, match="could not be converted") as refused:
        asyncio.run(Conversions().get(result, result.parent, "webp", 80))
    assert refused.value.status == 503 and refused.value.retry_after
