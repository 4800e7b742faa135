"""From the contents to the page: one file that asks for nothing from elsewhere and runs no code."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from string import Template

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size, write
from zeuxis.metrics.measures import Value
from zeuxis.metrics.report.contents import Report, Row, Section, Shown
from zeuxis.metrics.sets import Evaluation
from zeuxis.metrics.telling import between, meaning, number
from zeuxis.models.files import check_writable, writing

TEMPLATE = Path(__file__).with_name("page.html")
SUFFIX = ".html"
SMALL = 64  # pixels of the shorter side: smaller ones are enlarged
LARGE, ROOM = (
    256,
    128,
)  # pixels of the longer side that are kept of large ones, and that these are shown in
EXACT = 64 * 64  # pixels, up to which pictures are kept as they are
QUALITY = 90  # of larger ones, WebP


def check_report(path: str | Path, overwrite: bool = False) -> None:
    """Refuse what `write_report` would refuse, before the work.

    Raises:
        ZeuxisError: the file has another suffix, exists (unless `overwrite`), or cannot be written.
    """
    if Path(path).suffix != SUFFIX:
        raise ZeuxisError(f"{path} would be a page: give a name that ends in {SUFFIX}")
    check_writable(path, overwrite, SUFFIX)


def write_report(report: Report, path: str | Path) -> None:
    """Write the page, whole or not at all.

    Raises:
        ZeuxisError: if it cannot be written.
    """
    with writing(path) as file:
        file.write(page(report).encode())


def page(report: Report) -> str:
    """The HTML of a report."""
    evaluation = report.evaluation
    counts = f"{evaluation.made:,} made pictures beside {evaluation.real:,} real ones"
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(report.title),
        summary=escape(f"{counts}, as {evaluation.network} sees them."),
        numbers=_numbers(evaluation),
        warnings=_list(evaluation.warnings),
        sections="\n".join(_section(each) for each in report.sections),
        facts=_facts(report.facts),
        card=f"<h3>The model's card</h3>{_facts(report.card)}" if report.card else "",
    )


def _numbers(evaluation: Evaluation) -> str:
    return "\n".join(_number(name, value) for name, value in evaluation.values.items())


def _number(name: str, value: Value) -> str:
    about = meaning(name)
    cells = (number(value.value), between(value), f"{about.better} is better", about.says)
    return (
        f'<tr><th scope="row">{escape(about.title)}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    )


def _list(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="warnings">{items}</ul>' if items else ""


def _section(section: Section) -> str:
    text = "".join(f"<p>{escape(each)}</p>" for each in section.text)
    drawings = "".join(f"<figure>{each}</figure>" for each in section.drawings)
    rows = "".join(_row(row) for row in section.rows)
    return f"<section><h2>{escape(section.title)}</h2>{text}{drawings}{rows}</section>"


def _row(row: Row) -> str:
    title = f"<h3>{escape(row.title)}</h3>" if row.title else ""
    sides = [side for side in (row.pictures, row.beside) if side]
    lists = "".join(f"<ul>{''.join(_shown(each) for each in side)}</ul>" for side in sides)
    return f'{title}<div class="{"held" if row.beside else "row"}">{lists}</div>'


def _shown(shown: Shown) -> str:
    times = -(-SMALL // min(shown.picture.height, shown.picture.width))
    picture = shown.picture if times > 1 else _reduced(shown.picture)
    scale = times if times > 1 else min(1, ROOM / max(picture.height, picture.width))
    caption = escape(shown.caption)
    below = f"<span>{caption}</span>" if caption else ""
    sides = f'width="{round(picture.width * scale)}" height="{round(picture.height * scale)}"'
    kind = ' class="enlarged"' if times > 1 else ""
    return f'<li><img{kind} src="{data_uri(picture)}" {sides} alt="{caption}">{below}</li>'


def _reduced(picture: Picture) -> Picture:
    if max(picture.height, picture.width) <= LARGE:
        return picture
    return picture.resized(Size(longest=LARGE))


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
