"""Paint two photographs in the hand of two pictures, in about a minute and a half: `make demo`.

The pictures come with scikit-image and are free to use. Paintings and a sheet of photo, style and painting
are written to out/, wherever this is called from.
"""

from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import skimage.data
from PIL import Image, ImageDraw, ImageFont, ImageOps

import zeuxis
from zeuxis.cli.display import Display

OUT = Path(__file__).parents[1] / "out"
MINUTES = 0.7  # for each painting
CELL, MARGIN = (450, 300), 24  # of the sheet, in pixels
PAPER, INK = "#fbfaf7", "#4a4640"


class Job(NamedTuple):
    """A photograph, a style, what they are called, and how to paint."""

    photo: np.ndarray
    style: np.ndarray
    captions: tuple[str, str, str]
    settings: dict[str, Any]


def main() -> None:
    """Paint, lay out the sheet, and say what there is."""
    data = skimage.data
    jobs = {
        "cat": Job(
            data.chelsea(),
            data.coffee(),
            ("Chelsea", "a cup of coffee", "Chelsea in the cup's hand"),
            {},
        ),
        "coffee": Job(
            data.coffee(),
            data.hubble_deep_field(),
            ("a cup of coffee", "Hubble's deep field", "the cup in the sky's hand"),
            {"style_weight": 0.7, "style_scale": 1.5},
        ),
    }
    OUT.mkdir(exist_ok=True)
    rows = []
    for name, job in jobs.items():
        click.echo(f"painting the {name}, {60 * MINUTES:.0f} s")
        painting = paint(job)
        painting.save(OUT / f"{name}.png", overwrite=True)
        rows.append([Image.fromarray(job.photo), Image.fromarray(job.style), painting.image])
    sheet(rows, [job.captions for job in jobs.values()]).save(OUT / "demo.jpg", quality=92)

    click.echo("\nmade  out/cat.png, out/coffee.png  the paintings")
    click.echo("      out/demo.jpg                 photo, style and painting side by side")
    click.echo(
        "try   zeuxis paint PHOTO --style PAINTING --size 512 --minutes 1 -o OUT, with your own"
    )
    click.echo("      (zeuxis is in .venv/bin; docs/painting.md has every knob)")


def paint(job: Job) -> zeuxis.Painting:
    """Paint one of them, with a line that says how far it is."""
    with Display() as display:
        painting = zeuxis.paint(
            job.photo, job.style, size="384", minutes=MINUTES, callback=display, **job.settings
        )
        for note in painting.notes:
            display.say(f"note: {note}")
    return painting


def sheet(rows: list[list[Image.Image]], captions: list[tuple[str, str, str]]) -> Image.Image:
    """A row of pictures a job, all of one size, with a caption below each."""
    font = ImageFont.load_default(15)
    across, down = CELL[0] + MARGIN, CELL[1] + 2 * MARGIN
    page = Image.new("RGB", (3 * across + MARGIN, len(rows) * down + MARGIN), PAPER)
    draw = ImageDraw.Draw(page)
    for y, (row, words) in enumerate(zip(rows, captions, strict=True)):
        for x, (picture, caption) in enumerate(zip(row, words, strict=True)):
            left, top = MARGIN + x * across, MARGIN + y * down
            page.paste(ImageOps.fit(picture, CELL, Image.Resampling.LANCZOS), (left, top))
            draw.text((left, top + CELL[1] + 5), caption, INK, font)
    return page


if __name__ == "__main__":
    main()
