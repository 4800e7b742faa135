"""Paint a photograph in every style, two after pictures of one's own, and forge: `make demo`.

The first takes seconds, the rest two minutes and a half. The pictures come with scikit-image and are free
to use. What is painted is written to out/, wherever this is called from.
"""

import time
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import skimage.data
from forging import forge
from PIL import Image, ImageDraw, ImageFont, ImageOps

import zeuxis
from zeuxis.cli.display import Display
from zeuxis.images import write
from zeuxis.style.gallery import shipped
from zeuxis.style.sheet import sheet_of

OUT = Path(__file__).parents[1] / "out"
MINUTES = 0.5  # for each painting
CELL, MARGIN = (420, 280), 24  # of the sheet, in pixels
PAPER, INK = "#fbfaf7", "#4a4640"


class Job(NamedTuple):
    """A photograph, a style, what they are called, and how to paint."""

    photo: np.ndarray
    style: np.ndarray
    captions: tuple[str, str]
    settings: dict[str, Any]


def main() -> None:
    """Paint, lay out the sheet, and say what there is."""
    data = skimage.data
    jobs = {
        "cat": Job(
            data.chelsea(),
            data.coffee(),
            ("Chelsea", "a cup of coffee"),
            {},
        ),
        "coffee": Job(
            data.coffee(),
            data.immunohistochemistry(),
            ("a cup of coffee", "stained tissue"),
            {},
        ),
    }
    OUT.mkdir(exist_ok=True)
    began = time.monotonic()
    styles = shipped()
    write(sheet_of(data.chelsea(), styles), OUT / "styles.jpg", overwrite=True)
    click.echo(f"painted Chelsea in {len(styles)} styles, {time.monotonic() - began:.1f} s")
    rows = []
    for name, job in jobs.items():
        began = time.monotonic()
        quick = zeuxis.stylize(job.photo, job.style)
        spent = time.monotonic() - began
        click.echo(
            f"painted the {name} in one pass, {spent:.1f} s; now slowly, {60 * MINUTES:.0f} s"
        )
        painting = paint(job)
        painting.save(OUT / f"{name}.png", overwrite=True)
        pictures = [Image.fromarray(job.photo), Image.fromarray(job.style)]
        rows.append([*pictures, quick.image, painting.image])
    captions = [(*job.captions, "in one pass", "slowly") for job in jobs.values()]
    sheet(rows, captions).save(OUT / "demo.jpg", quality=92)

    click.echo("now a generator learns a wall from one photograph, about a minute")
    forge(OUT)

    click.echo("\nmade  out/styles.jpg               a photograph in every style that comes along")
    click.echo("      out/cat.png, out/coffee.png  photographs painted after pictures of one's own")
    click.echo("      out/demo.jpg                 photo, style and both ways of painting")
    click.echo("      out/fashion.png              clothes, forged by a generator that comes along")
    click.echo("      out/flowers.png              and flowers, by another")
    click.echo("      out/bricks.png               bricks, forged by one after its first 600 steps")
    click.echo("try   zeuxis stylize PHOTO --style starry-night -o OUT         at once")
    click.echo("      zeuxis stylize PHOTO --style PAINTING -o OUT             after any picture")
    click.echo("      zeuxis paint PHOTO --style PAINTING --minutes 1 -o OUT   slowly, at its best")
    click.echo(
        "      zeuxis gan train FOLDER -o RUN                           a forger of your own"
    )
    click.echo("      (zeuxis is in .venv/bin; docs/ has every knob)")


def paint(job: Job) -> zeuxis.Painting:
    """Paint one of them, with a line that says how far it is."""
    with Display() as display:
        painting = zeuxis.paint(
            job.photo, job.style, size="384", minutes=MINUTES, callback=display, **job.settings
        )
        for note in painting.notes:
            display.say(f"note: {note}")
    return painting


def sheet(rows: list[list[Image.Image]], captions: list[tuple[str, ...]]) -> Image.Image:
    """A row of pictures a job, all of one size, with a caption below each."""
    font = ImageFont.load_default(15)
    across, down = CELL[0] + MARGIN, CELL[1] + 2 * MARGIN
    page = Image.new("RGB", (4 * across + MARGIN, len(rows) * down + MARGIN), PAPER)
    draw = ImageDraw.Draw(page)
    for y, (row, words) in enumerate(zip(rows, captions, strict=True)):
        for x, (picture, caption) in enumerate(zip(row, words, strict=True)):
            left, top = MARGIN + x * across, MARGIN + y * down
            page.paste(ImageOps.fit(picture, CELL, Image.Resampling.LANCZOS), (left, top))
            draw.text((left, top + CELL[1] + 5), caption, INK, font)
    return page


if __name__ == "__main__":
    main()
