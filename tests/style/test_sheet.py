"""What is written below the pictures of a sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from zeuxis.style import sheet
from zeuxis.style.gallery import Style
from zeuxis.style.lettering import Lettering


@pytest.fixture
def letters() -> Lettering:
    return Lettering(17)


def drawn(letters: Lettering, text: str, size: tuple[int, int] = (400, 40)) -> np.ndarray:
    """Where a text is dark, with room of 10 pixels above and to the left."""
    picture = Image.new("L", size, 255)
    letters.draw(ImageDraw.Draw(picture), (10, 10), text, 0)
    return np.asarray(picture) < 128


def test_plain_text_is_what_pillow_draws(letters: Lettering) -> None:
    picture = Image.new("L", (400, 40), 255)
    font = ImageFont.load_default(17)
    ImageDraw.Draw(picture).text((10, 10), "The Night Cafe, 1888", 0, font)
    assert np.array_equal(drawn(letters, "The Night Cafe, 1888"), np.asarray(picture) < 128)


@pytest.mark.parametrize("accented", [*"éèêëÉÈÊËáàâäãåÁÀÂÄÃÅíìîïÍÎÏóòôöõÓÔÖõúùûüÚÛÜñÑçÇōŌ"])
def test_accents_are_beside_the_letter_and_take_no_room(letters: Lettering, accented: str) -> None:
    from unicodedata import normalize

    base = normalize("NFD", accented)[0]
    plain, marked = drawn(letters, f"n{base}n"), drawn(letters, f"n{accented}n")
    assert letters.width(f"n{accented}n") == letters.width(f"n{base}n")
    more = marked & ~plain
    assert more.sum() >= 2 and not (plain & ~marked)[:, :14].any()
    rows, columns = np.nonzero(more)
    letter = drawn(letters, f"n{base}") & ~np.pad(drawn(letters, "n"), 0)
    inside = np.nonzero(letter)[1]
    assert inside.min() - 3 <= columns.min() and columns.max() <= inside.max() + 3
    assert rows.min() > 0 and marked[-1].sum() == 0  # none is cut off


def test_different_accents_look_different(letters: Lettering) -> None:
    looks = {drawn(letters, each).tobytes() for each in "eéèêëēẽ"}
    assert len(looks) == 7


def test_letters_that_are_none_of_these(letters: Lettering) -> None:
    for text, other in (
        ("Sørøya", "Soroya"),
        ("œuvre", "oeuvre"),
        ("a–b—c", "a-b-c"),
        ("Łódź", "Lódz"),
    ):
        same = np.array_equal(drawn(letters, text), drawn(letters, other))
        assert same or text == "Łódź"
        assert letters.width(text) == letters.width(other)
    assert not drawn(letters, "北斎").any() and not drawn(letters, "\u0301 \u00b4").any()


def test_what_is_too_long_is_cut(letters: Lettering) -> None:
    long = "Étretat, " * 30
    short = letters.fitted(long, 200)
    assert short.startswith("Étretat") and short.endswith("t...") and letters.width(short) <= 200
    assert letters.fitted("Étretat", 200) == "Étretat"


def test_the_name_to_type_is_below(monkeypatch: pytest.MonkeyPatch, photo: np.ndarray) -> None:
    written: list[str] = []
    whole = Lettering.draw

    def noted(self: Lettering, draw: object, place: object, text: str, ink: object) -> None:
        written.append(text)
        whole(self, draw, place, text, ink)  # type: ignore[arg-type]

    monkeypatch.setattr(Lettering, "draw", noted)
    monkeypatch.setattr(sheet, "Stylizer", lambda style: lambda picture: picture.to_pil())
    cafe = Style(
        "night-cafe", Path("x"), title="The Night Café", painter="V. van Gogh", year="1888"
    )
    sheet.sheet_of(photo, [cafe, Style("mine", Path("x"))])
    assert [each for each in written if each] == [
        "the photo", "The Night Café", "V. van Gogh, 1888", "night-cafe", "mine",
    ]  # fmt: skip
