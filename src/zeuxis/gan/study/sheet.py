"""Pictures of all runs on one sheet: a row a loss, a column a network and its regulariser."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from zeuxis.errors import ZeuxisError
from zeuxis.gan.study.settings import StudySettings, cells_of
from zeuxis.images import Picture, read

GAP, TEXT = 12, 16  # pixels
PAPER, INK, NOTHING = "white", "black", (225, 225, 225)


def sheet_of(settings: StudySettings, made: Callable[..., Path]) -> Picture | None:
    """The sheet of what the first seed made; grey where a run came to nothing.

    Args:
        settings: of the study.
        made: where the pictures of a cell are.

    Returns:
        None if there are no pictures at all.
    """
    cells = [cell for cell in cells_of(settings) if cell.seed == settings.seed]
    pictures = {cell: _read(made(cell)) for cell in cells}
    size = next((each.size for each in pictures.values() if each is not None), None)
    if size is None:
        return None
    columns = sorted({(c.network, c.regulariser) for c in cells}, key=_order(settings))
    heads = [name if len(settings.regularisers) == 1 else f"{name} {r}" for name, r in columns]
    sheet = _Sheet(size, heads, settings.losses)
    for cell, image in pictures.items():
        row, column = (
            settings.losses.index(cell.loss),
            columns.index((cell.network, cell.regulariser)),
        )
        sheet.put(row, column, image)
    return Picture.from_pil(sheet.image)


class _Sheet:
    """A grid with headings above and to the left."""

    def __init__(self, size: tuple[int, int], heads: Sequence[str], sides: Sequence[str]) -> None:
        self.size, self.font = size, ImageFont.load_default(TEXT)
        self.left = GAP + round(max(self.font.getlength(side) for side in sides)) + GAP
        self.top = GAP + TEXT + GAP
        width = self.left + len(heads) * (size[0] + GAP)
        height = self.top + len(sides) * (size[1] + GAP)
        self.image = Image.new("RGB", (width, height), PAPER)
        draw = ImageDraw.Draw(self.image)
        for column, head in enumerate(heads):
            draw.text((self._at(0, column)[0], GAP), head, INK, self.font)
        for row, side in enumerate(sides):
            draw.text((GAP, self._at(row, 0)[1]), side, INK, self.font)

    def put(self, row: int, column: int, image: Image.Image | None) -> None:
        self.image.paste(image or Image.new("RGB", self.size, NOTHING), self._at(row, column))

    def _at(self, row: int, column: int) -> tuple[int, int]:
        width, height = self.size
        return self.left + column * (width + GAP), self.top + row * (height + GAP)


def _order(settings: StudySettings) -> Callable[[tuple[str, str]], tuple[int, int]]:
    return lambda each: (
        settings.regularisers.index(each[1]),
        settings.networks.index(each[0]),
    )


def _read(path: Path) -> Image.Image | None:
    try:
        return read(path).to_pil()
    except ZeuxisError:  # it failed, or somebody took it away
        return None
