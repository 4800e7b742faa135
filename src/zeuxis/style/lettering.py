"""Text on pictures in the one font that Pillow has everywhere, which knows no letters with accents.

An accent is drawn above its letter (a cedilla below), from the marks that the font does have.
"""

import unicodedata
from typing import Any

from PIL import ImageDraw, ImageFont

# what the font has that looks like a combining mark
ABOVE = {
    "\u0300": "`",
    "\u0301": "\u00b4",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "-",
    "\u0308": "..",
    "\u030a": "\u00b0",
}
BELOW = {"\u0327": ","}
GAP = 0.06  # of the size of the letters: between a letter and its accent
LIKE: dict[str, int | str] = {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
LIKE |= zip(
    "øØłŁ\u2013\u2014\u2018\u2019\u201c\u201d", "oOlL--''\"\"", strict=True
)  # dashes, quotes
OTHERS = str.maketrans(LIKE)


class Lettering:
    """Writes in one size.

    Args:
        size: in pixels.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._font: Any = ImageFont.load_default(size)

    def width(self, text: str) -> float:
        """How long a text is, in pixels; accents take no room."""
        found: float = self._font.getlength(_letters(text)[0])
        return found

    def fitted(self, text: str, width: int) -> str:
        """The text, cut where it is longer than so many pixels."""
        if self.width(text) <= width:
            return text
        while text and self.width(f"{text}...") > width:
            text = text[:-1]
        return f"{text.rstrip(' ,')}..."

    def draw(self, draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, ink: Any) -> None:
        """Write a text whose upper left corner is at a place; what the font cannot show is left out."""
        letters, marks = _letters(text)
        draw.text(place, letters, ink, self._font)
        for number, mark in marks:
            start = place[0] + self._font.getlength(letters[:number])
            self._add(draw, (start, place[1]), letters[number], mark, ink)

    def _add(
        self, draw: ImageDraw.ImageDraw, place: tuple[float, int], letter: str, mark: str, ink: Any
    ) -> None:
        left, top, right, bottom = self._ink(letter)
        sign = ABOVE.get(mark) or BELOW[mark]
        own = self._ink(sign)
        x = place[0] + (left + right - own[0] - own[2]) / 2
        gap = round(GAP * self._size)
        y = top - gap - own[3] if mark in ABOVE else bottom - own[1]
        draw.text((round(x), place[1] + y), sign, ink, self._font)

    def _ink(self, text: str) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what is dark; `getbbox` of an accent reaches to the base line."""
        mask, (x, y) = self._font.getmask2(text)
        left, top, right, bottom = mask.getbbox()
        return left + x, top + y, right + x, bottom + y


def _letters(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text in letters of the font, and accents by the number of the letter that each belongs to."""
    letters = ""
    marks: list[tuple[int, str]] = []
    for char in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).translate(OTHERS)):
        if char in ABOVE or char in BELOW:
            if letters[-1:].isalpha():
                marks.append((len(letters) - 1, char))
        elif char.isascii():
            letters += char
    return letters, marks
