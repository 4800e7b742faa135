"""What is kept of a folder is of its content, whatever the folder is called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zeuxis.images import Picture, write
from zeuxis.metrics.describing import describe
from zeuxis.metrics.gathering import SetFeatures
from zeuxis.metrics.network import FeatureNetwork


def seen(folder: str | Path, looks: list[int]) -> SetFeatures:
    """What a network sees that knows the mean colour, and puts down how often it is asked."""

    def see(pictures):  # type: ignore[no-untyped-def]
        looks.append(len(pictures))
        return pictures.mean((2, 3)), None

    return describe(folder, FeatureNetwork("colours", see, 3, key="colours"), kept=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four pictures of which the first is broken."""
    monkeypatch.setenv("ZEUXIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    Path("old").mkdir()
    for number in range(1, 4):
        write(Picture(np.full((8, 8, 3), number / 10, np.float32)), Path("old", f"{number}.png"))
    Path("old/0.png").write_bytes(b"\x89PNG broken")
    return tmp_path


def test_what_is_broken_goes_by_todays_names(folder: Path) -> None:
    looks: list[int] = []
    first = seen("old", looks)
    Path("old").rename("moved")
    for place in ("moved", folder / "moved"):
        again = seen(place, looks)
        assert looks == [3]
        assert np.array_equal(again.rows, first.rows)
        ((name, complaint),) = again.skipped.items()
        assert name == str(Path(place, "0.png"))
        assert complaint == first.skipped["old/0.png"].replace("old/0.png", name)
    (folder / "moved/0.png").rename(folder / "moved/9.png")  # another order, another content
    assert list(seen("moved", looks).skipped) == ["moved/9.png"] and looks == [3, 3]
