"""Make docs/pictures/minute.jpg: free photographs, painted in a minute each in the hand of many painters.

    python tools/make_minute.py ../shared/data/style

Runs `zeuxis.paint(size="512", minutes=1)` once for each painting in the folder; to be run on an idle machine. The
pictures themselves go to out/minute/, the sheet to docs/pictures/.
"""

import sys
from itertools import cycle
from pathlib import Path

import skimage.data
from PIL import Image

import zeuxis

PHOTOS = ("chelsea", "rocket", "coffee", "astronaut")
ROOT = Path(__file__).parents[1]
CELL, GAP, COLUMNS = 360, 8, 4


def sheet(pictures: list[Image.Image]) -> Image.Image:
    """The pictures, cropped to squares, on white."""
    rows = -(-len(pictures) // COLUMNS)
    side = CELL + GAP
    page = Image.new("RGB", (COLUMNS * side + GAP, rows * side + GAP), "white")
    for number, picture in enumerate(pictures):
        short = min(picture.size)
        left, top = (picture.width - short) // 2, (picture.height - short) // 2
        square = picture.crop((left, top, left + short, top + short))
        where = GAP + number % COLUMNS * side, GAP + number // COLUMNS * side
        page.paste(square.resize((CELL, CELL), Image.Resampling.LANCZOS), where)
    return page


def main() -> None:
    """Paint, one painting after another, and lay out the sheet."""
    paintings = sorted(Path(sys.argv[1]).glob("*.jpg"))
    out = ROOT / "out/minute"
    out.mkdir(parents=True, exist_ok=True)
    pictures = []
    for name, painting in zip(cycle(PHOTOS), paintings, strict=False):
        result = zeuxis.paint(getattr(skimage.data, name)(), painting, size="512", minutes=1)
        print(f"{name} x {painting.stem}: {result.evaluations} evaluations, loss {result.loss:.3f}")
        result.save(out / f"{name}-{painting.stem}.png", overwrite=True)
        pictures.append(result.image)
        folder = ROOT / "docs/pictures"
        folder.mkdir(exist_ok=True)
        sheet(pictures).save(folder / "minute.jpg", quality=88)


if __name__ == "__main__":
    main()
