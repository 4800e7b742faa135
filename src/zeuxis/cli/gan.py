"""`zeuxis gan`: networks that forge pictures, from a folder of them to a generator."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zeuxis.cli.display import Display, clock
from zeuxis.cli.gan_options import preparing_on
from zeuxis.cli.main import INTERRUPTED, LazyGroup
from zeuxis.cli.options import Number, settings_from, settings_options
from zeuxis.errors import ZeuxisError
from zeuxis.gan.settings import GanSettings

if TYPE_CHECKING:
    from zeuxis.gan.training.report import Report
    from zeuxis.gan.training.run import Outcome

USES = ("arithmetic", "directions", "export", "project", "sample")
LAZY = {name: f"zeuxis.cli.gan_use:{name}" for name in USES}
LAZY |= {name: f"zeuxis.cli.gan_between:{name}" for name in ("blend", "interpolate")}
LAZY["list"] = "zeuxis.cli.gan_list:list_command"
LAZY["features"] = "zeuxis.cli.gan_features:features"


@click.group(cls=LazyGroup, lazy=LAZY)
def gan() -> None:
    """Networks that forge pictures: train a pair of rivals, sample from the forger."""


@gan.command("train")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="A folder for the run.  [default: runs/<name of DATA>-<number>]",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and stop.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
@settings_options(GanSettings)
def train_command(
    data: Path, output: Path | None, dry_run: bool, quiet: bool, **options: Any
) -> None:
    """Train a generator on DATA: a folder of pictures, a .zip, .npy, .npz, .tar, or IDX files.

    RUN gets generator.safetensors (the best so far), sheets of samples, metrics.jsonl and checkpoints. Ctrl-C
    loses nothing: go on with zeuxis gan resume RUN. With torchrun, processes share each batch.

    For example: zeuxis gan train photos/ --size 64 --minutes 60 -o my-photos
    """
    settings = settings_from(options, GanSettings)
    run = _runs()
    with Display(quiet) as display:
        outcome = run.train(
            data,
            output,
            settings,
            dry_run=dry_run,
            callbacks=[_shown_on(display)],
            say=display.say,
            preparing=preparing_on(display),
        )
        if not dry_run:
            _conclude(outcome, display)


@gan.command("resume")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--steps", type=Number(int, 1), help="Steps of the whole run.")
@click.option("--kimg", type=Number(float, 0.001), help="Thousand real pictures, in the whole run.")
@click.option(
    "--minutes", type=Number(float, 0.05), help="Minutes of training, earlier sessions included."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Where its pictures are now, if they have moved.",
)
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
def resume_command(
    run: Path,
    steps: int | None,
    kimg: float | None,
    minutes: float | None,
    data: Path | None,
    quiet: bool,
) -> None:
    """Go on with RUN from its last checkpoint, to the length it was to have or a new one.

    For example: zeuxis gan resume my-photos --minutes 120
    """
    runs = _runs()
    with Display(quiet) as display:
        outcome = runs.resume(
            run,
            steps=steps,
            kimg=kimg,
            minutes=minutes,
            data=data,
            callbacks=[_shown_on(display)],
            say=display.say,
            preparing=preparing_on(display),
        )
        _conclude(outcome, display)


def told(report: "Report") -> str:
    """Where a run is, in one line."""
    of = "" if report.steps is None else f"/{report.steps}"
    losses = "  ".join(
        f"{name} {report.told[f'{name}_loss']:.3g}" for name in ("generator", "discriminator")
    )
    score = "" if report.score is None else f"  score {report.score:.4g} (best {report.best:.4g})"
    return (
        f"{clock(report.seconds_left)} left  step {report.step}{of}  {report.kimg:.1f} kimg  "
        f"{losses}{score}"
    )


def _runs() -> Any:
    """The room that the base install cannot open.

    Raises:
        ZeuxisError: without torch.
    """
    try:
        from zeuxis.gan.training import run
    except ImportError as error:
        raise ZeuxisError("training needs torch: run pip install 'zeuxis[train]'") from error
    return run


def _shown_on(display: Display) -> Any:
    def show(report: "Report") -> None:
        if report.is_stopping:
            display.say("stopping: a last look takes some seconds; Ctrl-C once more leaves it out")
        else:
            display.show(lambda: told(report))

    return show


def _conclude(outcome: "Outcome", display: Display) -> None:
    """Say what became of a run, and what to do next."""
    folder = outcome.folder
    if not outcome.speaks:
        return
    if not outcome.is_done:
        display.say(
            f"stopped at step {outcome.step}: go on with zeuxis gan resume {folder}; the best so far is "
            f"{folder / 'generator.safetensors'}"
        )
        click.get_current_context().exit(INTERRUPTED)
    best = "" if outcome.best is None else f", best score {outcome.best:.4g}"
    display.say(
        f"{folder / 'generator.safetensors'}: {outcome.step} steps in {clock(outcome.seconds)}{best}"
    )
    display.say(f"try: zeuxis gan sample {folder} -n 64 -o sheet.png")
