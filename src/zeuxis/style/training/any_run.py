"""From files to a model file: training a network that paints like any picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from zeuxis.data import Crops
from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, save
from zeuxis.models.files import check_writable
from zeuxis.perception.vgg import VGG, load_vgg
from zeuxis.settings import command_of
from zeuxis.style.graphs import add_graphs
from zeuxis.style.graphs.predictor import GROUPS, add_predictor
from zeuxis.style.model import load_model
from zeuxis.style.training.any_lesson import AnyLesson, AnyModel
from zeuxis.style.training.any_settings import AnyTrainSettings
from zeuxis.style.training.lessons import READ_AT, eyes
from zeuxis.style.training.settings import check
from zeuxis.training import checkpoint_of
from zeuxis.training.session import Session
from zeuxis.training.trainer import Callback


def train_any(
    paintings: str | Path,
    content: str | Path,
    start: str | Path,
    output: str | Path,
    settings: AnyTrainSettings | None = None,
    *,
    resume: bool = False,
    force: bool = False,
    trace: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
) -> Card | None:
    """Teach a network to read the style of any picture and to paint in it (Ghiasi et al. 2017).

    Args:
        paintings: a folder of pictures that styles are read from.
        content: a folder of photographs to practise on.
        start: a model that `train_styles` wrote; its network is where this one begins.
        output: the model file, `*.safetensors`.
        settings: the knobs; by default `AnyTrainSettings()`.
        resume: go on from the checkpoint beside the output.
        force: replace a file that is there already.
        trace: a file that gets a line of JSON for each step.
        callbacks: called with a `Report` after each step.

    Returns:
        the card of the model; None if the run was interrupted.

    Raises:
        ZeuxisError: for pictures or a model that cannot be used, an output that cannot be written,
            settings out of range.
    """
    settings, output = settings or AnyTrainSettings(), Path(output)
    check(settings)
    checkpoint = checkpoint_of(output)
    check_writable(output, force or (resume and checkpoint.exists()))
    known, _, card = load_model(start)
    if known.rows is None:
        raise ZeuxisError(f"{start} is a {card.kind}, which has no rows: give a fresco")
    objective, precision = eyes(settings)
    if objective.vgg.kind != "vgg16":
        raise ZeuxisError(
            f"{settings.vgg} is a {objective.vgg.kind}, but styles are read with a vgg16: give one"
        )
    device = objective.vgg.mean.device
    model = AnyModel.from_styles(known, settings.hidden, settings.seed).to(device)
    lesson = AnyLesson(
        model,
        Crops(paintings, 2 * settings.style_crop),
        Crops(content, round(READ_AT * max(settings.crop_sizes))),
        objective,
        settings,
        precision,
    )
    lesson.begin(known.rows.detach().mean((0, 1)).to(device))
    sources = {"paintings": lesson.paintings.files, "networks to start from": [Path(start)]}
    session = Session(model, lesson, settings, sources, rates=settings.rate, growth=settings.growth)
    if trace is not None:
        session.trace(Path(trace), resume)
    done = session.train(callbacks, checkpoint, resume)
    words = ["zeuxis", "style", "train-any", Path(paintings).name, "--content", Path(content).name]
    words += ["--start", Path(start).name, "-o", output.name]
    card = Card(
        name=output.stem,
        kind="fresco",
        data=f"{lesson.paintings}; {lesson.crops}",
        command=command_of(words, settings),
        seed=settings.seed,
        metrics=session.metrics(),
        extra={
            "network": known.network.config,
            "predictor": model.predictor.config,
            "styles": [],
        },
    )
    tensors = model.tensors() | _reader(load_vgg(settings.vgg))
    save(output, add_predictor(add_graphs(tensors, card)), card)
    if not done:
        return None
    checkpoint.unlink(missing_ok=True)
    return card


def _reader(vgg: VGG) -> dict[str, np.ndarray]:
    """The layers of VGG that read styles, at half precision, for pictures in RGB and [0, 1]."""
    tensors = {"predictor.vgg.mean": vgg.mean.cpu().numpy()}
    for name in (name for group in GROUPS for name in group):
        for part in ("weight", "bias"):
            tensor = getattr(vgg, f"{name}_{part}")
            tensors[f"predictor.vgg.{name}.{part}"] = tensor.half().cpu().contiguous().numpy()
    return tensors
