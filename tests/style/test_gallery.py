"""Which style a person means by a name, a file, a picture."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zeuxis import ZeuxisError
from zeuxis.models import Card, save
from zeuxis.style import gallery
from zeuxis.style.gallery import find, styles_of

STARRY = {
    "name": "starry-night",
    "title": "The Starry Night",
    "painter": "Vincent van Gogh",
    "year": "1889",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def model(name: str, *styles: Any, **extra: Any) -> Path:
    """A model file with these styles on its card, and nothing to paint with."""
    path = Path(name)
    save(
        path,
        {"x": np.zeros(1)},
        Card(path.stem, "fresco", extra={"styles": list(styles), **extra}),
    )
    return path


def test_what_is_shipped(shipped: Path) -> None:
    styles = gallery.shipped()
    assert [style.name for style in styles] == ["starry-night", "great-wave", "scream"]
    assert styles[0].told() == STARRY
    assert styles[2].told() == {"name": "scream", "title": "", "painter": "", "year": ""}
    assert [style.number for style in styles] == [0, 1, 2]


@pytest.mark.parametrize("name", ["great-wave", "great_wave", "Great Wave", " GREAT  wave "])
def test_names_as_people_write_them(shipped: Path, name: str) -> None:
    style = find(name)
    assert (style.name, style.number, style.model) == ("great-wave", 1, shipped)
    assert style.painting is None
    assert find(style) is style


def test_a_name_comes_before_a_file_of_that_name(shipped: Path, folder: Path) -> None:
    Path("scream").write_text("a file")
    assert find("scream").model == shipped
    assert find("./scream").model == find(Path("scream")).model == gallery.ANY


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("stary-nigth", "did you mean starry-night,"),
        ("wave", "did you mean great-wave,"),
        ("guernica.jpg", "choose one of starry-night, great-wave, scream,"),
    ],
)
def test_an_unknown_name(shipped: Path, folder: Path, name: str, hint: str) -> None:
    with pytest.raises(ZeuxisError, match=f"neither a style nor a file {name}: {hint}"):
        find(name)


def test_without_the_shipped_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "SHIPPED", folder / "none.safetensors")
    with pytest.raises(ZeuxisError, match="came without its styles: install it anew"):
        gallery.shipped()
    with pytest.raises(ZeuxisError, match="there is no file starry-night"):
        find("starry-night")
    one = model("mine.safetensors", {"name": "mine"})
    assert find(one).name == "mine"


def test_a_model_of_one_style_needs_no_name(shipped: Path, folder: Path) -> None:
    path = model("mine.safetensors", STARRY)
    assert find(path).told() == find("mine.safetensors#starry_night").told() == STARRY
    assert find("mine.safetensors").model == path


def test_a_model_of_several_styles_needs_one(shipped: Path, folder: Path) -> None:
    shutil.copy(shipped, "mine.safetensors")
    assert find("mine.safetensors#scream").number == 2
    with pytest.raises(ZeuxisError, match="has 3 styles: say which, as mine.safetensors#starry-"):
        find("mine.safetensors")
    with pytest.raises(ZeuxisError, match="no style 'sunday': choose one of starry-night, great"):
        find("mine.safetensors#sunday")


def test_a_file_of_the_whole_name_comes_first(shipped: Path, folder: Path) -> None:
    assert find(model("a#b.safetensors", {"name": "mine"})).name == "mine"


@pytest.mark.parametrize(
    "styles", [[], ["mine"], [{"title": "no name"}], [{"name": ""}], [{"name": "a"}, 3]], ids=str
)
def test_a_card_without_styles(shipped: Path, folder: Path, styles: list[Any]) -> None:
    with pytest.raises(ZeuxisError, match="mine.safetensors is a fresco that knows no styles"):
        find(model("mine.safetensors", *styles))


def test_a_card_whose_styles_are_no_list(folder: Path) -> None:
    save("a.safetensors", {"x": np.zeros(1)}, Card("a", "fresco", extra={"styles": {"name": "a"}}))
    with pytest.raises(ZeuxisError, match="knows no styles"):
        styles_of(Path("a.safetensors"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.safetensors", None, "none.safetensors does not exist"),
        ("empty.safetensors", b"", "empty.safetensors is empty"),
        ("text.safetensors", b"a text, not a model", "text.safetensors is truncated or is not"),
        ("candy.pth", b"PK", "candy.pth is a network of another program: .* zeuxis style import"),
    ],
)
def test_files_that_are_no_models(
    shipped: Path, folder: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    with pytest.raises(ZeuxisError, match=message):
        find(name)


def test_a_picture_is_a_painting(shipped: Path, folder: Path, texture: np.ndarray) -> None:
    Path("my night.jpg").write_bytes(b"any")
    style = find("my night.jpg")
    assert (style.name, style.number, style.painting) == ("my night", None, "my night.jpg")
    assert find(texture).painting is texture and find(texture).model == gallery.ANY
