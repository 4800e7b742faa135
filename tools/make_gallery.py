"""Make the pictures of docs/gallery.md: every style that comes with Zeuxis, on photographs free to use.

    python tools/make_gallery.py

The photographs come with scikit-image. What is shown is what `zeuxis styles --sheet` makes.
"""

from pathlib import Path

import skimage.data

from zeuxis.images import write
from zeuxis.style.gallery import shipped
from zeuxis.style.sheet import sheet_of

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
PHOTOS = ("chelsea", "coffee", "astronaut", "rocket")

for name in PHOTOS:
    sheet = sheet_of(getattr(skimage.data, name)(), shipped())
    write(sheet, PICTURES / f"gallery-{name}.jpg", overwrite=True, quality=82)
