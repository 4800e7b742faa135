"""`zeuxis evaluate style`: whether painted photos have the style of paintings and their own contents."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zeuxis.cli.display import Display
from zeuxis.cli.extras import with_torch
from zeuxis.cli.judging import (
    PLACE,
    Column,
    Judged,
    Row,
    as_json,
    given,
    judge_all,
    print_rows,
    report_option,
    short_names,
)
from zeuxis.cli.options import MAX_MEGAPIXELS
from zeuxis.metrics.matching import matched, pictures_at

if TYPE_CHECKING:
    from zeuxis.metrics.style import StyleJudge

COLUMNS = (
    Column("style_loss", "style loss", 4),
    Column("content_loss", "content loss", 3),
    Column("lpips", "LPIPS", 4),
)


@click.command()
@click.argument("result", type=PLACE)
@click.option(
    "--content", required=True, type=PLACE, metavar="C", help="The photo it was painted from."
)
@click.option("--style", "paintings", required=True, type=PLACE, metavar="S", help="The painting.")
@click.option(
    "--features",
    default="vgg16",
    show_default=True,
    help="What sees styles for ArtFID: vgg16, inception, or a classifier, an .onnx file.",
)
@click.option(
    "--vgg",
    default="vgg16",
    show_default=True,
    help="The VGG-16 of all else: a name that zeuxis weights list shows.",
)
@report_option
@MAX_MEGAPIXELS
@click.option("--force", is_flag=True, help="Replace the report that is there already.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.pass_context
def style(
    ctx: click.Context,
    result: Path,
    content: Path,
    paintings: Path,
    features: str,
    vgg: str,
    report: Path | None,
    max_megapixels: float,
    force: bool,
    json_wanted: bool,
    quiet: bool,
) -> None:
    """Judge RESULT: how near to the style of S, and how near to the photo C it was painted from.

    Each may be a folder. Results are held against the photos of their names, and against the painting whose
    style is the nearest. Where there are several results and paintings, ArtFID (Wright & Ommer 2022) says
    both in one number: 1 at best.

    For example: zeuxis evaluate style painted.jpg --content photo.jpg --style painting.jpg
    """
    matches = matched(result, content)
    hands = pictures_at(paintings)
    if report is not None:
        with_torch("zeuxis.metrics.report", "check_report")(report, force)
    several = min(len(matches.pairs), len(hands)) > 1
    judge = _judge(hands, vgg, features if several else None, max_megapixels)

    def judged(painted: Path, photo: Path) -> Row:
        told = judge(painted, photo)
        files = {"result": painted, "content": photo, "painting": hands[told.painting]}
        return Row({what: str(path) for what, path in files.items()}, told.report())

    with Display(quiet) as display:
        found = judge_all(matches, judged, display)
    rows = found.rows
    network = None if judge.features is None else judge.features.name
    if json_wanted:
        names = {"lpips": judge.lpips.name, "features": network}
        of_all = {"art_fid": judge.art_fid, "warnings": judge.cautions}
        click.echo(as_json(found, networks=names, **of_all))
    elif rows:
        print_rows(rows, COLUMNS)
        click.echo(f"\nLPIPS is {judge.lpips.name}")
        if judge.art_fid is not None:
            counts = f"{len(rows)} results, {len(hands)} paintings"
            click.echo(f"ArtFID is {judge.art_fid:,.2f}, styles seen by {network}; {counts}")
        for warning in judge.cautions:
            click.echo(f"note: {warning}")
    if report is not None and rows:
        about = {"results": str(result), "photos": str(content), "paintings": str(paintings)}
        title = f"{result.name} after {paintings.name}"
        _write_report(ctx, found, judge, title, len(hands), report, about)
        Display(quiet).say(f"{report} shows them")
    ctx.exit(found.status)


def _write_report(
    ctx: click.Context,
    judged: Judged,
    judge: "StyleJudge",
    title: str,
    hands: int,
    report: Path,
    about: dict[str, str],
) -> None:
    from zeuxis.metrics.report import Line, pairs, write_report
    from zeuxis.metrics.report.facts import facts_of
    from zeuxis.metrics.telling import LOWER, number

    most = ctx.params["max_megapixels"]

    def pair(row: Row, name: str) -> pairs.Pair:
        kinds = {"photo": "content", "painting": "painting", "result": "result"}
        files = {kind: Path(row.files[what]) for kind, what in kinds.items()}
        return pairs.Pair(name, row.numbers, lambda: pairs.side_by_side(files, most))

    names = (names[0] for names in short_names(judged.rows))
    found = [pair(row, name) for row, name in zip(judged.rows, names, strict=True)]
    beside = "the painting" if hands == 1 else f"the nearest of {hands:,} paintings"
    count = "A painted photo" if len(found) == 1 else f"{len(found):,} painted photos"
    summary = f"{count} beside {beside}; LPIPS is {judge.lpips.name}."
    more = []
    if judge.art_fid is not None and judge.features is not None:
        about["styles seen by"] = judge.features.name
        says = "both in one: (1 + LPIPS) (1 + Fréchet distance to the paintings); 1 at best"
        more.append(Line("ArtFID", number(judge.art_fid), "", LOWER, says))
    facts = facts_of(given(ctx), judge.lpips.name, **about)
    warnings = (*judged.warnings, *judge.cautions)
    written = pairs.of_pairs(
        title, summary, found, pairs.PAINTED, facts, more=more, warnings=warnings
    )
    write_report(written, report)


def _judge(
    hands: list[Path], vgg: str, features: str | None, max_megapixels: float
) -> "StyleJudge":
    network = None
    if features is not None:
        network = with_torch("zeuxis.metrics.features", "feature_network")(features)
    lpips = with_torch("zeuxis.metrics.lpips", "Lpips")(vgg)
    of = with_torch("zeuxis.metrics.style", "StyleJudge")
    judge: StyleJudge = of(hands, lpips, network, max_megapixels=max_megapixels)
    return judge
