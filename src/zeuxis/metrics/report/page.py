"""From the contents to the page: one file that asks for nothing from elsewhere and runs no code."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from string import Template

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size, write
from zeuxis.metrics.report.contents import Line, Listing, Report, Row, Section, Shown
from zeuxis.models.files import check_writable, writing

TEMPLATE = Path(__file__).with_name("page.html")
SUFFIX = ".html"
SMALL = 64  # pixels of the shorter side: smaller ones are enlarged
ROOM, WIDE = (
    128,
    288,
)  # pixels of the longer side that pictures are shown in, and those of large rows
DENSITY = 2  # times as many are kept, for screens with fine pixels
EXACT = 64 * 64  # pixels, up to which pictures are kept as they are
QUALITY = 90  # of larger ones, WebP


def check_report(path: str | Path, overwrite: bool = False) -> None:
    """Refuse what `write_report` would refuse, before the work.

    Raises:
        ZeuxisError: the file has another suffix, exists (unless `overwrite`), or cannot be written.
    """
    if Path(path).suffix != SUFFIX:
        raise ZeuxisError(f"{path} would be a page: give a name that ends in {SUFFIX}")
    check_writable(path, overwrite, SUFFIX, argument="overwrite")


def write_report(report: Report, path: str | Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        ZeuxisError: if it cannot be written.
    """
    with writing(path) as file:
        file.write(page(report).encode())


def page(report: Report) -> str:
    """The HTML of a report."""
    numbers = report.numbers
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(report.title),
        summary=escape(numbers.summary),
        spread=escape(numbers.spread),
        numbers="\n".join(_line(each) for each in numbers.lines),
        warnings=_list(numbers.warnings),
        sections="\n".join(_section(each) for each in report.sections),
        facts=_facts(report.facts),
        card=f"<h3>The model's card</h3>{_facts(report.card)}" if report.card else "",
    )


def _line(line: Line) -> str:
    better = f"{line.better} is better" if line.better else ""
    cells = (line.value, line.spread, better, line.says)
    return (
        f'<tr><th scope="row">{escape(line.title)}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    )


def _list(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="warnings">{items}</ul>' if items else ""


def _section(section: Section) -> str:
    text = "".join(f"<p>{escape(each)}</p>" for each in section.text)
    drawings = "".join(section.drawings)
    rows = "".join(_row(row) for row in section.rows)
    listing = "" if section.listing is None else _listing(section.listing)
    return f"<section><h2>{escape(section.title)}</h2>{text}{drawings}{rows}{listing}</section>"


def _listing(listing: Listing) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in listing.heads)
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, *cells in listing.lines
    )
    table = f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody>"
    return f'<div class="wide"><table class="listing">{table}</table></div>'


def _row(row: Row) -> str:
    title = f"<h3>{escape(row.title)}</h3>" if row.title else ""
    title += f'<p class="said">{escape(row.text)}</p>' if row.text else ""
    sides = [side for side in (row.pictures, row.beside) if side]
    room = WIDE if row.large else ROOM
    lists = "".join(f"<ul>{''.join(_shown(each, room) for each in side)}</ul>" for side in sides)
    kind = "held" if row.beside else "large" if row.large else "row"
    alone = " alone" if row.beside and len(row.pictures) == 1 else ""
    return f'{title}<div class="{kind}{alone}">{lists}</div>'


def _shown(shown: Shown, room: int) -> str:
    times = -(-SMALL // min(shown.picture.height, shown.picture.width))
    picture = shown.picture if times > 1 else reduced(shown.picture, DENSITY * room)
    scale = times if times > 1 else min(1, room / max(picture.height, picture.width))
    caption = escape(shown.caption)
    below = f"<span>{caption}</span>" if caption else ""
    sides = f'width="{round(picture.width * scale)}" height="{round(picture.height * scale)}"'
    kind = ' class="enlarged"' if times > 1 else ""
    return f'<li><img{kind} src="{data_uri(picture)}" {sides} alt="{caption}">{below}</li>'


def reduced(picture: Picture, longest: int) -> Picture:
    """A picture whose longer side has so many pixels at most."""
    if max(picture.height, picture.width) <= longest:
        return picture
    return picture.resized(Size(longest=longest))


def data_uri(picture: Picture) -> str:
    """A picture as a part of a page: PNG up to 64 x 64, WebP above."""
    form = "png" if picture.height * picture.width <= EXACT else "webp"
    content = BytesIO()
    write(picture, content, format=form, bits=8, quality=QUALITY, keep_metadata=False)
    return f"data:image/{form};base64,{b64encode(content.getvalue()).decode()}"


def _facts(facts: Mapping[str, str]) -> str:
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in facts.items()
    )
    return f"<dl>{rows}</dl>"
