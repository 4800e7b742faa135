"""From a folder of photographs to a model file: training a network that enlarges."""

from collections.abc import Callable, Sequence
from pathlib import Path

from zeuxis.data import Crops
from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, save
from zeuxis.models.files import check_writable
from zeuxis.settings import command_of
from zeuxis.training import checkpoint_of
from zeuxis.training.lines import json_lines
from zeuxis.training.session import Session
from zeuxis.training.trainer import Callback, Report
from zeuxis.upscaling.model import (
    Tensors,
    extra,
    graph_of,
    load_network,
    new_network,
    sharp_end,
    tensors_of,
)
from zeuxis.upscaling.networks import Enlarging
from zeuxis.upscaling.training.exam import Exam, held_back
from zeuxis.upscaling.training.lesson import lesson_of
from zeuxis.upscaling.training.settings import UpscaleTrainSettings, check

SHORT_SIDE = (
    1024  # pixels that larger photographs are brought to: the finer, the more there is to learn
)

Examined = Callable[
    [int, dict[str, float]], None
]  # is told a step and what the exam found after it


def train_upscaler(
    folder: str | Path,
    output: str | Path,
    settings: UpscaleTrainSettings | None = None,
    *,
    start: str | Path | None = None,
    resume: bool = False,
    force: bool = False,
    exam_every: int = 500,
    trace: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
    examined: Examined | None = None,
) -> Card | None:
    """Teach a network to enlarge (Johnson et al. 2016, section 4.2; Ledig et al. 2017).

    A few pictures are held back; every so many steps the network is examined on them, and a sheet of what it
    makes of them is written to `<output's stem>.preview.png`. After a Ctrl-C the model as far as it got is
    written, and `resume` goes on to the same weights bit for bit.

    Args:
        folder: photographs, at any depth.
        output: the model file, `*.safetensors`.
        settings: the knobs; by default `UpscaleTrainSettings()`.
        start: a model file to begin with, of the same network. If it has the same scale and what is trained
            is to be sharp, by a perceptual or adversarial weight, then the output has both ends: what was
            there before as the faithful one, and what is trained now as the sharp one. Of another scale, all
            but the last layer is taken.
        resume: go on from the checkpoint beside the output.
        force: replace a file that is there already.
        exam_every: steps from one examination to the next.
        trace: a file that gets a line of JSON for each step, and one for each examination.
        callbacks: called with a `Report` after each step.
        examined: called with the step and what was found after each examination.

    Returns:
        the card of the model; None if the run was interrupted.

    Raises:
        ZeuxisError: for pictures or a model that cannot be used, an output that cannot be written, settings
            out of range.
    """
    settings, folder, output = settings or UpscaleTrainSettings(), Path(folder), Path(output)
    check(settings)
    checkpoint = checkpoint_of(output)
    check_writable(output, force or (resume and checkpoint.exists()))
    network, faithful = _begun(settings, start)
    kept = held_back(folder)
    crops = Crops(folder, SHORT_SIDE, leave_out=kept)
    lesson = lesson_of(network, crops, settings)
    sources = {"pictures": crops.files} | ({} if start is None else {"start": [Path(start)]})
    session = Session(lesson.players, lesson, settings, sources)
    exam = Exam(network, kept, settings, output.with_name(f"{output.stem}.preview.png"), exam_every)
    told = [each for each in (examined,) if each is not None]
    known: dict[int, dict[str, float]] = {}  # what was found, by step
    if trace is not None:
        session.trace(Path(trace), resume)
        put = json_lines(Path(trace), append=True)
        told.append(lambda step, found: put({"step": step, **found}))

    def examine(report: Report) -> None:
        if exam.is_due(report) and session.trainer is not None:
            with session.trainer.averaged():
                known[report.step] = exam.hold()
            for tell in told:
                tell(report.step, known[report.step])

    session.callbacks.append(examine)
    done = session.train(callbacks, checkpoint, resume)
    words = ["zeuxis", "upscale-train", folder.name, "-o", output.name]
    words += [] if start is None else ["--start", Path(start).name]
    assert session.trainer is not None
    last = known.get(session.trainer.step) or exam.hold()
    found = {f"held_out_{name}": round(value, 4) for name, value in last.items()}
    card = Card(
        name=output.stem,
        kind=settings.network,
        data=str(crops),
        command=command_of(words, settings),
        seed=settings.seed,
        metrics=session.metrics() | found,
        extra=extra(network),
    )
    ends = tensors_of(network)
    if faithful is not None:
        ends = faithful | sharp_end(ends)
    save(output, ends | graph_of(network), card)
    if not done:
        return None
    checkpoint.unlink(missing_ok=True)
    return card


def _begun(
    settings: UpscaleTrainSettings, start: str | Path | None
) -> tuple[Enlarging, Tensors | None]:
    """The network before training, and the faithful end if what is trained is to be the sharp one."""
    config = {"scale": settings.scale}
    if settings.network == "loupe":
        config |= {"width": settings.width, "blocks": settings.blocks}
    if start is None:
        return new_network(settings.network, config, settings.seed), None
    known, _, card = load_network(start)
    own = known.config | {"scale": settings.scale}
    if (card.kind, own) != (settings.network, {**own, **config}):
        raise ZeuxisError(
            f"{start} is a {card.kind} of {known.config}: start from a {settings.network} of {config}"
        )
    if known.scale == settings.scale:
        is_sharp = settings.perceptual_weight + settings.adversarial_weight > 0
        return known, tensors_of(known) if is_sharp else None
    network = new_network(settings.network, config, settings.seed)
    there, new = known.state_dict(), network.state_dict()
    alike = {name: each for name, each in there.items() if each.shape == new[name].shape}
    network.load_state_dict(new | alike)
    return network, None
