"""`zeuxis gan features`: what a discriminator sees, for classifiers and the like."""

from pathlib import Path

import click

from zeuxis.cli.display import Display, countdown
from zeuxis.cli.extras import with_torch
from zeuxis.cli.gan_options import output_option, preparing_on
from zeuxis.data.pictures import skipped_note


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--split",
    type=click.Choice(["train", "test"]),
    default="train",
    show_default=True,
    help="Of DATA, where it comes in these parts.",
)
@click.option("--force", is_flag=True, help="Replace what is there already.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
@output_option("features.npz", "The file: features, and labels and classes if DATA has any.")
def features(run: Path, data: Path, split: str, output: Path, force: bool, quiet: bool) -> None:
    """Write what the discriminator of RUN sees in the pictures of DATA (Radford et al. 2016, section 5.1).

    The maps of each of its stages are pooled to 4 x 4 places by their maxima. A linear classifier on top
    recognises classes that the run was never told of.

    For example: zeuxis gan features my-photos photos/ -o features.npz
    """
    extract = with_torch("zeuxis.gan.features", "extract")
    with Display(quiet) as display:
        left = countdown()
        found = extract(
            run,
            data,
            output,
            split=split,
            overwrite=force,
            progress=lambda done, count: display.show(
                lambda: f"{left(done, count)}  seen {done:,} of {count:,} pictures"
            ),
            preparing=preparing_on(display),
        )
        if skipped := skipped_note(found.skipped):
            display.say(skipped)
        classes = f", in {len(found.classes)} classes" if found.classes else ""
        display.say(
            f"{output} has {found.features:,} features of each of {found.pictures:,} pictures{classes}"
        )
