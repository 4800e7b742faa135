"""`zeuxis upscale-train`: networks that enlarge, of one's own."""

from pathlib import Path
from typing import Any

import click

from zeuxis.cli.display import Display
from zeuxis.cli.extras import with_torch
from zeuxis.cli.options import Number, settings_from, settings_options
from zeuxis.cli.style_runs import model_options, shown_on, stopped
from zeuxis.upscaling.training.settings import UpscaleTrainSettings

FILE = click.Path(path_type=Path)


@click.command("upscale-train")
@click.argument("folder", type=FILE, metavar="FOLDER")
@model_options
@click.option(
    "--start",
    type=FILE,
    metavar="MODEL",
    help="A model to begin with. Of the same scale, and if a perceptual or adversarial weight is given: it "
    "becomes OUT's faithful end, and what is trained the sharp one.",
)
@click.option(
    "--exam-every",
    type=Number(int, 1),
    default=500,
    show_default=True,
    metavar="N",
    help="Steps from one look at held-out pictures to the next.",
)
@settings_options(UpscaleTrainSettings)
def upscale_train(folder: Path, output: Path, quiet: bool, **options: Any) -> None:
    """Teach a network to enlarge, from a FOLDER of photographs (Johnson et al. 2016, section 4.2).

    With pixels alone it is faithful; --perceptual-weight makes it sharp, and --adversarial-weight lets it
    invent (Ledig et al. 2017). A few photographs are held back, to examine it with; a sheet of them is beside
    OUT. Ctrl-C writes the model as far as it got; --resume goes on from there, to the same weights bit for
    bit.

    For example: zeuxis upscale-train photos/ --scale 4 --minutes 60 -o mine.safetensors
    """
    settings = settings_from(options, UpscaleTrainSettings)
    train_upscaler = with_torch("zeuxis.upscaling.training.run", "train_upscaler")
    names = ("start", "exam_every", "trace", "resume", "force")
    with Display(quiet) as display:

        def examined(step: int, found: dict[str, float]) -> None:
            display.say(f"step {step}: {_told(found)}")

        card = train_upscaler(
            folder,
            output,
            settings,
            callbacks=[shown_on(display)],
            examined=examined,
            **{name: options[name] for name in names},
        )
        if card is None:
            stopped(
                display, f"{output} enlarges as far as it got; go on with the same and --resume"
            )
        display.say(f"{output} enlarges {settings.scale} times")
        display.say(f"try: zeuxis upscale photo.jpg --model {output}")


def _told(found: dict[str, float]) -> str:
    """What an exam found, on one line."""
    return f"PSNR {found['psnr']:.2f} dB  SSIM {found['ssim']:.4f}  LPIPS {found['lpips']:.4f}"
