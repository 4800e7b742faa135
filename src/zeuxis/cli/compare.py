"""`zeuxis compare`: how alike pictures are."""

from io import BytesIO
from pathlib import Path

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
from zeuxis.cli.options import MAX_MEGAPIXELS, Number
from zeuxis.data.headers import header_of
from zeuxis.data.sources.source import contents
from zeuxis.errors import ZeuxisError, reason
from zeuxis.images import write
from zeuxis.images.batch import check_output
from zeuxis.metrics.matching import Matches, matched


@click.command()
@click.argument("first", type=PLACE, metavar="A")
@click.argument("second", type=PLACE, metavar="B")
@click.option(
    "--vgg",
    default="vgg16",
    show_default=True,
    help="The VGG-16 that LPIPS looks with: a name that zeuxis weights list shows.",
)
@click.option(
    "--luma",
    is_flag=True,
    help="Count luma alone, as papers on super-resolution do; LPIPS is always of colours.",
)
@click.option(
    "--crop",
    type=Number(int, 0),
    default=0,
    metavar="PIXELS",
    help="Leave out a border; of an enlargement, papers leave out as many pixels as its factor.  "
    "[default: 0; at least 0]",
)
@click.option(
    "--difference",
    type=PLACE,
    metavar="OUT",
    help="Write where they differ as a picture, 1/2 + gain (A - B): grey where they do not. "
    "The gain, of 8, 4, 2 and 1 the most that clips no more than 0.5% of the pixels, is told. "
    "A folder if A is one.",
)
@report_option
@MAX_MEGAPIXELS
@click.option("--force", is_flag=True, help="Replace what is there already.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.pass_context
def compare(
    ctx: click.Context,
    first: Path,
    second: Path,
    vgg: str,
    luma: bool,
    crop: int,
    difference: Path | None,
    report: Path | None,
    max_megapixels: float,
    force: bool,
    json_wanted: bool,
    quiet: bool,
) -> None:
    """Hold picture A against picture B, or those of folder A against their namesakes in folder B.

    PSNR, SSIM and MS-SSIM are higher for pictures that are more alike, LPIPS is lower. Both have to be of one
    size; what is too small for a metric (MS-SSIM: 176 pixels) goes without.

    For example: zeuxis compare photo.jpg smaller-file.jpg
    """
    matches = matched(first, second)
    held = with_torch("zeuxis.metrics.compare", "compare")
    drawn = with_torch("zeuxis.metrics.differences", "difference")
    lpips = with_torch("zeuxis.metrics.lpips", "Lpips")(vgg)
    targets = _targets(matches, first, difference, force)
    if report is not None:
        with_torch("zeuxis.metrics.report", "check_report")(report, force)

    def judge(one: Path, other: Path) -> Row:
        grey = luma and any(_has_no_colors(each) for each in (one, other))
        most = {"max_megapixels": max_megapixels}
        found = held(one, other, lpips, luma=luma, grey=grey, crop=crop, **most).report()
        gains = {}
        if difference is not None:
            where = drawn(one, other, **most)
            write(where.picture, targets[one], overwrite=force)
            gains = {"gain": where.gain}
        return Row({"A": str(one), "B": str(other)}, found, gains)

    with Display(quiet) as display:
        judged = judge_all(matches, judge, display)
    rows = judged.rows
    if json_wanted:
        shown = None if difference is None else str(difference)
        click.echo(as_json(judged, lpips=lpips.name, luma=luma, crop=crop, difference=shown))
    elif rows:
        of = "Y-" if luma else ""
        columns = (
            Column("psnr", f"{of}PSNR, dB", 2),
            Column("ssim", f"{of}SSIM", 4),
            Column("ms_ssim", f"{of}MS-SSIM", 4),
            Column("lpips", lpips.name, 4),
        )
        print_rows(rows, columns)
        if difference is not None:
            gain = "gain" if len(rows) > 1 else rows[0].notes["gain"]
            click.echo(f"\n{difference} shows where: 1/2 + {gain} (A - B), so that grey is none")
    if report is not None and rows:
        about = {"A": str(first), "B": str(second)}
        title = f"{first.name} beside {second.name}"
        _write_report(ctx, judged, title, lpips.name, report, about)
        Display(quiet).say(f"{report} shows them")
    ctx.exit(judged.status)


def _write_report(
    ctx: click.Context,
    judged: Judged,
    title: str,
    network: str,
    report: Path,
    about: dict[str, str],
) -> None:
    from zeuxis.metrics.report import pairs, write_report
    from zeuxis.metrics.report.facts import facts_of

    most, luma = ctx.params["max_megapixels"], ctx.params["luma"]

    def pair(row: Row, name: str) -> pairs.Pair:
        files = Path(row.files["A"]), Path(row.files["B"])
        return pairs.Pair(name, row.numbers, lambda: pairs.alike(*files, most))

    names = (names[0] for names in short_names(judged.rows))
    found = [pair(row, name) for row, name in zip(judged.rows, names, strict=True)]
    seen = "PSNR, SSIM and MS-SSIM of luma alone, " if luma else ""
    border = f", less a border ({crop} px)" if (crop := ctx.params["crop"]) else ""
    count = "A picture" if len(found) == 1 else f"{len(found):,} pictures"
    summary = f"{count} of A beside B{border}; {seen}LPIPS is {network}."
    facts = facts_of(given(ctx), network, **about)
    written = pairs.of_pairs(title, summary, found, pairs.ALIKE, facts, warnings=judged.warnings)
    write_report(written, report)


def _has_no_colors(file: Path) -> bool:
    stream = BytesIO(contents(file))
    stream.name = str(file)
    return header_of(stream).grey


def _targets(
    matches: Matches, first: Path, difference: Path | None, force: bool
) -> dict[Path, Path]:
    """Where the difference of each picture of A goes.

    Raises:
        ZeuxisError: it cannot be written there.
    """
    if difference is None:
        return {}
    if not first.is_dir():
        check_output(difference, overwrite=force)
        return {first: difference}
    if difference.exists() and not difference.is_dir():
        raise ZeuxisError(f"{difference} is a file: the differences of a folder need a folder")
    targets: dict[Path, Path] = {}
    for one, _ in matches.pairs:
        target = (difference / one.relative_to(first)).with_suffix(".png")
        if target in targets.values():
            raise ZeuxisError(
                f"two pictures of {first} would differ in {target}: leave one of them"
            )
        targets[one] = target
    for folder in {target.parent for target in targets.values()}:
        _make_folder(folder)
    return targets


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ZeuxisError(f"cannot make {folder}: {reason(error)}; give another folder") from error
