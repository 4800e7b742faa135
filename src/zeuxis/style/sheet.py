"""One sheet of a photo in every style, with captions."""

import math
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from zeuxis.images import Picture, Size
from zeuxis.images.sources import as_picture
from zeuxis.style.gallery import Style
from zeuxis.style.stylizer import Stylizer

CELL = 480  # longest side of a picture, in pixels
GAP, MARGIN, TEXT, CAPTION = 16, 24, 17, 52
PAPER, INK, FAINT = (250, 249, 246), (30, 30, 30), (120, 118, 112)
SHAPE = 1.8  # width over height that a sheet comes near to


def sheet_of(
    photo: Any, styles: Sequence[Style], progress: Callable[[int], None] | None = None
) -> Picture:
    """Paint a photo in each of some styles, on one sheet; the photo itself comes first.

    Args:
        photo: as `zeuxis.stylize` takes it.
        styles: to paint it in.
        progress: called with the number of styles that are done.

    Raises:
        ZeuxisError: if the photo cannot be read, or a style cannot be used.
    """
    small = as_picture(photo).resized(Size(longest=CELL))
    cells = [(_on_paper(small.to_pil()), "the photo", "")]
    for number, style in enumerate(styles, start=1):
        caption = ", ".join(part for part in (style.painter, style.year) if part)
        painted = _on_paper(Stylizer(style)(small))
        cells.append((painted, style.title or style.name, caption))
        if progress is not None:
            progress(number)
    return Picture.from_pil(_laid_out(cells))


def _laid_out(cells: Sequence[tuple[Image.Image, str, str]]) -> Image.Image:
    width, height = cells[0][0].size
    across, down = width + GAP, height + CAPTION + GAP
    columns = round(math.sqrt(len(cells) * SHAPE * down / across))
    columns = min(max(1, columns), len(cells))
    rows = math.ceil(len(cells) / columns)
    size = 2 * MARGIN - GAP + columns * across, 2 * MARGIN - GAP + rows * down
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    font, small = ImageFont.load_default(TEXT), ImageFont.load_default(TEXT - 3)
    for number, (image, title, about) in enumerate(cells):
        x, y = MARGIN + number % columns * across, MARGIN + number // columns * down
        sheet.paste(image, (x, y))
        draw.text((x, y + height + 6), _fitted(title, font, width), INK, font)
        draw.text((x, y + height + 28), _fitted(about, small, width), FAINT, small)
    return sheet


def _fitted(text: str, font: Any, width: int) -> str:
    """The text, cut where it is longer than a picture is wide, without the accents that the font lacks."""
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}...") > width:
        text = text[:-1]
    return f"{text.rstrip(' ,')}..."


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGBA", image.size, PAPER)
    return Image.alpha_composite(paper, image).convert("RGB")
