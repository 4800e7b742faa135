"""Make the four photographs that `zeuxis.perception` ships: `python tools/make_photographs.py`.

They come from scikit-image (see NOTICE for their licences), scaled to a short side of 320 pixels and
written as WebP of quality 90: enough natural light, skin, fur and sky to measure a network's
activations on, in less than 60 KB each.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from skimage import data

SHORT_SIDE = 320
QUALITY = 90
LARGEST_FILE = 60_000
NAMES = ("astronaut", "chelsea", "coffee", "rocket")
FOLDER = Path(__file__).parents[1] / "src" / "zeuxis" / "perception" / "photographs"


def main() -> None:
    """Write every photograph, and say how large each came out."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        picture = Image.fromarray(getattr(data, name)())
        scale = SHORT_SIDE / min(picture.size)
        size = (round(picture.width * scale), round(picture.height * scale))
        path = FOLDER / f"{name}.webp"
        small = picture.resize(size, Image.Resampling.LANCZOS)
        small.save(path, "WEBP", quality=QUALITY, method=6)
        written = path.stat().st_size
        if written > LARGEST_FILE:
            raise SystemExit(f"{path.name} is {written} bytes, more than {LARGEST_FILE}")
        print(f"{path.name}: {size[0]} x {size[1]}, {written} bytes")


if __name__ == "__main__":
    main()
