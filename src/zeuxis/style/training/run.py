"""From files to a model file: training a network on paintings, and adding one more to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, save
from zeuxis.models.files import check_writable
from zeuxis.settings import command_of
from zeuxis.style.graphs import add_graphs
from zeuxis.style.model import StyleModel, load_model, new_model
from zeuxis.style.training.lessons import begin_from, lesson_of, nearest
from zeuxis.style.training.paintings import described
from zeuxis.style.training.previews import Previews
from zeuxis.style.training.settings import ADDING, StyleTrainSettings, check
from zeuxis.training import checkpoint_of
from zeuxis.training.session import Session
from zeuxis.training.trainer import Callback

OUR_PHOTOGRAPHS = Path(str(files("zeuxis.perception") / "photographs"))


def train_styles(
    paintings: Sequence[str | Path],
    content: str | Path,
    output: str | Path,
    settings: StyleTrainSettings | None = None,
    *,
    start: str | Path | None = None,
    about: Mapping[str, Mapping[str, str]] | None = None,
    resume: bool = False,
    force: bool = False,
    preview_photos: Sequence[str | Path] = (),
    preview_every: int = 500,
    trace: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
) -> Card | None:
    """Teach a network to paint in the styles of paintings (Johnson et al. 2016, Dumoulin et al. 2017).

    While it trains, a checkpoint is kept beside the output, and previews if there are photos for them. After
    a Ctrl-C the model as far as it got is written, and `resume` goes on to the same weights bit for bit.

    Args:
        paintings: picture files, one a style; each gives its name to its style.
        content: a folder of photographs to practise on, at any depth.
        output: the model file, `*.safetensors`.
        settings: the knobs; by default `StyleTrainSettings()`.
        start: a model that this function wrote, to begin from: its network, of whatever shape it is, and its
            rows for styles that it knows by name; other styles begin as the nearest of those.
        about: by a painting's file name without its ending, what its style is called and what is known of
            it: `name`, `title`, `painter`, `year`.
        resume: go on from the checkpoint.
        force: replace a file that is there already.
        preview_photos: pictures to paint now and then, into `<output's stem>.preview.jpg`.
        preview_every: steps from one preview to the next.
        trace: a file that gets a line of JSON for each step.
        callbacks: called with a `Report` after each step.

    Returns:
        the card of the model; None if the run was interrupted.

    Raises:
        ZeuxisError: for paintings or photographs that cannot be used, an output that cannot be written,
            settings out of range.
    """
    settings, output = settings or StyleTrainSettings(), Path(output)
    pictures = [Path(each) for each in paintings]
    check(settings)
    checkpoint = checkpoint_of(output)
    check_writable(output, force or (resume and checkpoint.exists()))
    if not pictures:
        raise ZeuxisError("there is no style: give at least one painting")
    styles = described(pictures, about or {})
    known, config, sources = None, settings.config, {"paintings": pictures}
    if start is not None:
        known, _, origin = load_model(start)
        settings, config = replace(settings, network=origin.kind), known.network.config
        sources["networks to start from"] = [Path(start)]
    model = new_model(settings.network, config, styles, settings.seed)
    lesson = lesson_of(model, pictures, Path(content), settings)
    if known is not None:
        begin_from(known, lesson)
    session = Session(model, lesson, settings, sources, rates=settings.rate, growth=settings.growth)
    if preview_photos:
        sheet = output.with_name(f"{output.stem}.preview.jpg")
        session.preview(Previews(model, preview_photos, sheet, preview_every))
    if trace is not None:
        session.trace(Path(trace), resume)
    done = session.train(callbacks, checkpoint, resume)
    words = ["zeuxis", "style", "train", *(each.name for each in pictures)]
    words += [] if start is None else ["--start", Path(start).name]
    words += ["--content", Path(content).name, "-o", output.name]
    card = Card(
        name=output.stem,
        kind=settings.network,
        data=str(lesson.crops),
        command=command_of(words, settings),
        seed=settings.seed,
        metrics=session.metrics(),
        extra=model.extra(),
    )
    save(output, add_graphs(model.tensors(), card), card)
    if not done:
        return None
    checkpoint.unlink(missing_ok=True)
    return card


def add_style(
    painting: str | Path,
    model_file: str | Path,
    output: str | Path | None = None,
    content: str | Path | None = None,
    settings: StyleTrainSettings | None = None,
    *,
    about: Mapping[str, str] | None = None,
    force: bool = False,
    trace: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
) -> Card | None:
    """Add one style to a trained network, by tuning rows for it and nothing else (Dumoulin et al. 2017).

    It begins from the style of the network that is nearest. The other styles stay as they are, to the bit.

    Args:
        painting: a picture file.
        model_file: the network, as `train_styles` writes it.
        output: a new model file; None for `model_file` itself.
        content: a folder of photographs to practise on; None for the four that come with Zeuxis.
        settings: the knobs; by default `ADDING`.
        about: `name`, `title`, `painter`, `year` of the style.
        force: replace a style of that name, and a file that is there already.
        trace: a file that gets a line of JSON for each step.
        callbacks: called with a `Report` after each step.

    Returns:
        the card of the model; None if the run was interrupted, and the style is written as far as it got.

    Raises:
        ZeuxisError: as `train_styles` does; for a model that holds one style only.
    """
    settings, painting = settings or ADDING, Path(painting)
    target = Path(output or model_file)
    check(settings)
    check_writable(target, force or output is None)
    whole, tensors, card = load_model(model_file)
    if whole.rows is None:
        raise ZeuxisError(f"{model_file} is a {card.kind}, which holds one style: train a fresco")
    (style,) = described([painting], {painting.stem: about or {}})
    names = [each["name"] for each in whole.styles]
    if style["name"] in names and not force:
        raise ZeuxisError(
            f"{model_file} has a style {style['name']!r} already: give another name, or --force to replace it"
        )
    model = StyleModel(whole.network, [style])
    model.network.requires_grad_(False)
    model.plain.requires_grad_(False)  # type: ignore[union-attr]
    photos = OUR_PHOTOGRAPHS if content is None else Path(content)
    lesson = lesson_of(model, [painting], photos, settings)
    model.rows.data[0] = whole.rows[nearest(whole, lesson, 0)]  # type: ignore[union-attr]
    session = Session(model, lesson, settings, rates=settings.rate, growth=settings.growth)
    if trace is not None:
        session.trace(Path(trace))
    done = session.train(callbacks)
    rows = model.tensors()["rows"]
    places = [i for i, name in enumerate(names) if name != style["name"]]
    styles = [whole.styles[i] for i in places] + [style]
    kept = tensors | {"rows": np.concatenate([tensors["rows"][places], rows])}
    card = replace(card, name=target.stem, extra=card.extra | {"styles": styles})
    save(target, kept, card)
    return card if done else None
