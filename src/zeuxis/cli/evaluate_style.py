"""`zeuxis evaluate style`: whether painted photos have the style of paintings and their own contents."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zeuxis.cli.display import Display
from zeuxis.cli.extras import with_torch
from zeuxis.cli.judging import PLACE, Column, Row, as_json, judge_all, print_rows
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
@MAX_MEGAPIXELS
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
    max_megapixels: float,
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
    several = min(len(matches.pairs), len(hands)) > 1
    judge = _judge(hands, vgg, features if several else None, max_megapixels)

    def judged(painted: Path, photo: Path) -> Row:
        found = judge(painted, photo)
        files = {"result": painted, "content": photo, "painting": hands[found.painting]}
        return Row({what: str(path) for what, path in files.items()}, found.report())

    with Display(quiet) as display:
        rows, status = judge_all(matches, judged, display)
    network = None if judge.features is None else judge.features.name
    if json_wanted:
        names = {"lpips": judge.lpips.name, "features": network}
        click.echo(as_json(rows, networks=names, art_fid=judge.art_fid))
    elif rows:
        print_rows(rows, COLUMNS)
        click.echo(f"\nLPIPS is {judge.lpips.name}")
        if judge.art_fid is not None:
            counts = f"{len(rows)} results, {len(hands)} paintings"
            click.echo(f"ArtFID is {judge.art_fid:,.2f}, styles seen by {network}; {counts}")
    ctx.exit(status)


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
