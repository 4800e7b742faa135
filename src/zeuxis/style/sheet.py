"""One sheet of a photo in every style, with captions."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image, ImageDraw

from zeuxis.images import Picture, Size
from zeuxis.images.sources import as_picture
from zeuxis.style.gallery import Style
from zeuxis.style.lettering import Lettering
from zeuxis.style.stylizer import Stylizer

CELL = 480  # longest side of a picture, in pixels
GAP, MARGIN, TEXT, CAPTION = 16, 24, 17, 74
LINES = 8, 31, 53  # where they begin below a picture: title, painter, what to type
PAPER, INK, FAINT = (250, 249, 246), (30, 30, 30), (120, 118, 112)
SHAPE = 1.8  # width over height that a sheet comes near to

Cell = tuple[Image.Image, str, str, str]  # a picture, its title, its painter, what to type


def sheet_of(
    photo: Any,
    styles: Sequence[Style],
    progress: Callable[[int], None] | None = None,
    *,
    max_megapixels: float = 200.0,
) -> Picture:
    """Paint a photo in each of some styles, on one sheet with their names; the photo itself comes first.

    Args:
        photo: as `zeuxis.stylize` takes it.
        styles: to paint it in.
        progress: called with the number of styles that are done.
        max_megapixels: the largest photo that is read.

    Raises:
        ZeuxisError: if the photo cannot be read, or a style cannot be used.
    """
    small = as_picture(photo, max_megapixels, fit=Size(longest=CELL).resolve)
    cells = [(_on_paper(small.to_pil()), "the photo", "", "")]
    for number, style in enumerate(styles, start=1):
        caption = ", ".join(part for part in (style.painter, style.year) if part)
        painted = _on_paper(Stylizer(style)(small))
        cells.append((painted, style.title, caption, style.name))
        if progress is not None:
            progress(number)
    return Picture.from_pil(_laid_out(cells))


def _laid_out(cells: Sequence[Cell]) -> Image.Image:
    width, height = cells[0][0].size
    across, down = width + GAP, height + CAPTION + GAP
    columns = round(math.sqrt(len(cells) * SHAPE * down / across))
    columns = min(max(1, columns), len(cells))
    rows = math.ceil(len(cells) / columns)
    size = 2 * MARGIN - GAP + columns * across, 2 * MARGIN - GAP + rows * down
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    large, small = Lettering(TEXT), Lettering(TEXT - 3)
    hands = (large, INK), (small, FAINT), (small, INK)
    for number, (image, *captions) in enumerate(cells):
        x, y = MARGIN + number % columns * across, MARGIN + number // columns * down
        sheet.paste(image, (x, y))
        said = [text for text in captions if text]  # a style of one's own may have a name only
        for line, text, (letters, ink) in zip(LINES, said, hands, strict=False):
            letters.draw(draw, (x, y + height + line), letters.fitted(text, width), ink)
    return sheet


def _on_paper(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGBA", image.size, PAPER)
    return Image.alpha_composite(paper, image).convert("RGB")
