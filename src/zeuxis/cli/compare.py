"""`zeuxis compare`: how alike pictures are."""

from pathlib import Path

import click

from zeuxis.cli.display import Display
from zeuxis.cli.extras import with_torch
from zeuxis.cli.judging import PLACE, Column, Row, as_json, judge_all, print_table
from zeuxis.metrics.matching import matched


@click.command()
@click.argument("first", type=PLACE, metavar="A")
@click.argument("second", type=PLACE, metavar="B")
@click.option(
    "--vgg",
    default="vgg16",
    show_default=True,
    help="The VGG-16 that LPIPS looks with: a name that zeuxis weights list shows.",
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.pass_context
def compare(
    ctx: click.Context, first: Path, second: Path, vgg: str, json_wanted: bool, quiet: bool
) -> None:
    """Hold picture A against picture B, or those of folder A against their namesakes in folder B.

    PSNR, SSIM and MS-SSIM are higher for pictures that are more alike, LPIPS is lower. Both have to be of one
    size; what is too small for a metric (MS-SSIM: 176 pixels) goes without.

    For example: zeuxis compare photo.jpg smaller-file.jpg
    """
    matches = matched(first, second)
    held = with_torch("zeuxis.metrics.compare", "compare")
    lpips = with_torch("zeuxis.metrics.lpips", "Lpips")(vgg)

    def judge(one: Path, other: Path) -> Row:
        return Row({"A": str(one), "B": str(other)}, held(one, other, lpips).report())

    with Display(quiet) as display:
        rows, status = judge_all(matches, judge, display)
    if json_wanted:
        click.echo(as_json(rows, lpips=lpips.name))
    else:
        columns = (
            Column("psnr", "PSNR, dB", 2),
            Column("ssim", "SSIM", 4),
            Column("ms_ssim", "MS-SSIM", 4),
            Column("lpips", lpips.name, 4),
        )
        print_table(rows, columns)
    ctx.exit(status)
