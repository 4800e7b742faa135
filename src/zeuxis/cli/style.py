"""`zeuxis style`: networks that paint in one pass, of one's own and of others."""

import tomllib
from pathlib import Path
from typing import Any

import click

from zeuxis.cli.display import Display
from zeuxis.cli.extras import with_torch
from zeuxis.cli.main import LazyGroup
from zeuxis.cli.options import Number, settings_from, settings_options
from zeuxis.cli.style_runs import RESUMABLE, run_options, shown_on, stopped
from zeuxis.errors import ZeuxisError
from zeuxis.style.training.any_settings import AnyTrainSettings
from zeuxis.style.training.settings import ADDING, StyleTrainSettings

MODEL = click.Path(path_type=Path)
PICTURE = click.Path(path_type=Path)


@click.group(cls=LazyGroup)
def style() -> None:
    """Networks that paint in one pass: train them, add styles, import those of others."""


@style.command("train")
@click.argument("paintings", nargs=-1, required=True, type=PICTURE, metavar="PAINTING...")
@run_options
@click.option(
    "--start",
    type=MODEL,
    metavar="MODEL",
    help="A network to begin from, of whatever shape it is; shipped for the one of Zeuxis.",
)
@click.option(
    "--about",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A TOML file with a table a painting, [file_name]: name, title, painter, year.",
)
@click.option(
    "--preview",
    "preview_photos",
    multiple=True,
    type=PICTURE,
    metavar="PHOTO",
    help="A photo to paint now and then, on a sheet beside OUT; may be repeated.",
)
@click.option("--preview-every", type=Number(int, 1), default=500, show_default=True, metavar="N")
@settings_options(StyleTrainSettings)
def train_command(
    paintings: tuple[Path, ...],
    start: Path | None,
    about: Path | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Teach a network to paint like one or more PAINTINGs (Johnson et al. 2016).

    With --start it goes on from another network: with the styles that it knows by the same names, and with
    the nearest of them for others. Ctrl-C writes the model as far as it got; --resume goes on from there, to
    the same weights bit for bit.

    For example: zeuxis style train starry_night.jpg --content photos/ --minutes 30 -o starry.safetensors
    """
    settings = settings_from(options, StyleTrainSettings)
    names = ("content", "output", "preview_photos", "preview_every", "trace", "resume", "force")
    job = {name: options[name] for name in names}
    job["about"] = None if about is None else _about(about)
    job["start"] = None if start is None else _model(start, options["output"])
    train_styles = with_torch("zeuxis.style.training.run", "train_styles")
    output = options["output"]
    with Display(quiet) as display:
        card = train_styles(paintings, settings=settings, callbacks=[shown_on(display)], **job)
        if card is None:
            stopped(display, f"{output} {RESUMABLE}")
        styles = [each["name"] for each in card.extra["styles"]]
        display.say(f"{output} paints in {len(styles)} styles: {', '.join(styles)}")
        display.say(f"try: zeuxis stylize photo.jpg --style {output}{_which(styles)}")


@style.command("train-any")
@click.argument("paintings", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option(
    "--start",
    required=True,
    type=MODEL,
    metavar="MODEL",
    help="The network to begin with, as zeuxis style train writes it; shipped for the one of Zeuxis.",
)
@run_options
@settings_options(AnyTrainSettings)
def train_any_command(paintings: Path, start: Path, quiet: bool, **options: Any) -> None:
    """Teach a network to paint like any picture, from a FOLDER of paintings (Ghiasi et al. 2017).

    For example: zeuxis style train-any paintings/ --content photos/ --start shipped -o any.safetensors
    """
    settings = settings_from(options, AnyTrainSettings)
    train_any = with_torch("zeuxis.style.training.any_run", "train_any")
    output = options["output"]
    with Display(quiet) as display:
        card = train_any(
            paintings,
            start=_model(start, output),
            settings=settings,
            callbacks=[shown_on(display)],
            **{name: options[name] for name in ("content", "output", "trace", "resume", "force")},
        )
        if card is None:
            stopped(display, f"{output} {RESUMABLE}")
        display.say(f"{output} reads the style of any picture")


@style.command("add")
@click.argument("painting", type=PICTURE)
@click.option(
    "--to", "model", required=True, type=MODEL, metavar="MODEL", help="The network to add it to."
)
@click.option(
    "--content",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Photographs to practise on.  [default: four that come with Zeuxis]",
)
@click.option("-o", "--output", type=MODEL, metavar="OUT", help="A new file.  [default: MODEL]")
@click.option("--name", help="What to call the style.  [default: PAINTING's name]")
@click.option("--title", default="", help="Of the painting.")
@click.option("--painter", default="", help="Of the painting.")
@click.option("--year", default="", help="Of the painting.")
@click.option("--minutes", type=Number(float, 0.1), default=ADDING.minutes, show_default=True)
@click.option(
    "--style-weight",
    type=Number(float, 0),
    default=ADDING.style_weight,
    show_default=True,
    help="How much the painting's style counts.",
)
@click.option("--trace", type=click.Path(path_type=Path), help="Write a line of JSON a step.")
@click.option("--force", is_flag=True, help="Replace a style of that name, and OUT.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
def add_command(
    painting: Path,
    model: Path,
    name: str | None,
    minutes: float,
    style_weight: float,
    quiet: bool,
    **options: Any,
) -> None:
    """Add the style of PAINTING to a trained network, in minutes.

    Only the numbers of the new style are tuned; the others stay as they are. MODEL may be `shipped`: the
    network that comes with Zeuxis, to be written to another file with -o.

    For example: zeuxis style add my-painting.jpg --to my-styles.safetensors
    """
    from dataclasses import replace

    told_of = {key: options.pop(key) for key in ("title", "painter", "year")}
    about = {key: text for key, text in {"name": name or "", **told_of}.items() if text}
    settings = replace(ADDING, minutes=minutes, style_weight=style_weight)
    add_style = with_torch("zeuxis.style.training.run", "add_style")
    with Display(quiet) as display:
        card = add_style(
            painting,
            _model(model, options["output"]),
            settings=settings,
            about=about,
            callbacks=[shown_on(display)],
            **options,
        )
        target = options["output"] or model
        if card is None:
            stopped(display, f"{target} has the style as far as it got; begin anew with --force")
        added = card.extra["styles"][-1]["name"]
        display.say(f"{target} paints in the style {added} too")
        display.say(f"try: zeuxis stylize photo.jpg --style {target}#{added}")


@style.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="The model file to write, *.safetensors.  [default: beside FILE, under its name]",
)
@click.option("--name", help="What to call the style.  [default: FILE's name]")
@click.option("--force", is_flag=True, help="Replace what is there already.")
def import_command(file: Path, output: Path | None, name: str | None, force: bool) -> None:
    """Make a model file of FILE, a style network that PyTorch wrote (.pth, .model).

    It may come from pytorch/examples (fast_neural_style) or from one of the projects that build upon it.
    Nothing in the file is executed.

    For example: zeuxis style import candy.pth -o candy.safetensors
    """
    try:
        from zeuxis.style.importing import import_file
    except ImportError as error:
        raise ZeuxisError(
            "importing needs torch and onnx: run pip install 'zeuxis[train]'"
        ) from error
    output = output or file.with_suffix(".safetensors")
    import_file(file, output, name, force=force)
    click.echo(output)


@style.command("export")
@click.argument("model", type=MODEL)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="OUT", help="*.onnx"
)
@click.option("--force", is_flag=True, help="Replace what is there already.")
def export_command(model: Path, output: Path, force: bool) -> None:
    """Make an ONNX file of MODEL, for programs that know nothing of Zeuxis.

    It takes `picture`, 1 x 3 x H x W in [0, 1], and, if MODEL has several styles, `weights`, one a style, and
    `stroke_size`, from 0 to 1; it gives `painted`. The card is in its metadata.

    For example: zeuxis style export shipped -o styles.onnx
    """
    export_file = with_torch("zeuxis.style.exporting", "export_file")
    export_file(_model(model, output), output, force=force)
    click.echo(output)


def _model(model: Path, output: Path | None) -> Path:
    """The file of a model; that of the package for `shipped`, which is not to be changed."""
    if str(model) != "shipped":
        return model
    if output is None:
        raise ZeuxisError("the styles that come with Zeuxis stay as they are: give a file with -o")
    from zeuxis.style.gallery import SHIPPED

    return SHIPPED


def _about(file: Path) -> dict[str, dict[str, str]]:
    """What a TOML file tells of paintings.

    Raises:
        ZeuxisError: if it cannot be read or is not a table of tables.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ZeuxisError(f"cannot read {file} as TOML ({error}): check it") from error
    if not all(isinstance(table, dict) for table in tables.values()):
        raise ZeuxisError(f"{file} must have a table a painting: [starry_night], then title = ...")
    return tables


def _which(styles: list[str]) -> str:
    return f"#{styles[0]}" if len(styles) > 1 else ""
