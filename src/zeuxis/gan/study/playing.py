"""One run of a study: trained for as long as the budget lasts, then judged."""

from collections import Counter
from dataclasses import asdict, dataclass, replace

import torch

from zeuxis.data import tiled
from zeuxis.errors import ZeuxisError
from zeuxis.gan.networks.shape import Generator
from zeuxis.gan.sheets import enlarged
from zeuxis.gan.study.design import Design
from zeuxis.gan.study.judging import Judge
from zeuxis.gan.study.results import Result
from zeuxis.gan.study.settings import Cell
from zeuxis.gan.training.keeper import Callback, Say
from zeuxis.gan.training.plan import Length
from zeuxis.gan.training.report import Report
from zeuxis.gan.training.rivals import under
from zeuxis.gan.training.run import resume, train
from zeuxis.gan.training.setting_up import Job
from zeuxis.images import write
from zeuxis.models import read_card
from zeuxis.training import load_checkpoint
from zeuxis.training.folder import RunFolder
from zeuxis.training.lines import read_lines

ACROSS = 4  # pictures of a row of a run's sheet, and rows


@dataclass(frozen=True)
class Spent:
    """How far a run got.

    Attributes:
        step: of the generator.
        discriminator_steps: steps of its rival.
        seconds: of training.
        recoveries: steps back, because a number was not finite.
    """

    step: int = 0
    discriminator_steps: int = 0
    seconds: float = 0.0
    recoveries: int = 0

    @classmethod
    def by(cls, run: RunFolder) -> "Spent":
        """The run in a folder, by its last checkpoint; nothing if there is none.

        Raises:
            ZeuxisError: if the checkpoint is damaged.
        """
        if not run.last.exists():
            return cls()
        extra = read_card(run.last).extra
        return cls(**{name: extra[name] for name in cls.__dataclass_fields__})


def trained(design: Design, cell: Cell, callback: Callback, say: Say) -> bool:
    """Train a run until its budget is spent, from its last checkpoint if it has one; whether it is.

    Raises:
        ZeuxisError: for what `zeuxis.gan.training.run.train` raises it for.
    """
    run, job = design.folder.run(cell), design.job_of(cell)
    spent = Spent.by(run)
    if spent.step and Length.of(job).is_reached(spent.step, spent.seconds):
        return True
    if run.settings.exists():
        return resume(run.path, callbacks=[callback], say=say).is_done
    settings = design.settings_of(cell)
    watch = _FromFirstStep(callback, say)
    return train(design.data, run.path, settings, callbacks=[watch.step], say=watch.say).is_done


def judged(design: Design, cell: Cell, judge: Judge) -> Result:
    """What a run came to, by the averaged generator in its end; its pictures are written beside it.

    Raises:
        ZeuxisError: if its checkpoint is damaged, or the pictures cannot be written.
    """
    run, job = design.folder.run(cell), design.job_of(cell)
    generator = averaged(run, job, design.device)
    found = judge(generator)
    pictures = enlarged(judge.pictures(generator, ACROSS**2))
    write(tiled(list(pictures), ACROSS), design.folder.made(cell), overwrite=True)
    return replace(ended(design, cell), **asdict(found))


def ended(design: Design, cell: Cell) -> Result:
    """What the folder of a run tells of it."""
    run = design.folder.run(cell)
    spent = Spent.by(run)
    warned = Counter(
        sentence.partition(":")[0]
        for line in read_lines(run.metrics)
        for sentence in line.get("warnings", ())
    )
    shown = spent.discriminator_steps * design.jobs[cell.network].batch_size
    return Result(
        cell,
        steps=spent.step,
        kimg=shown / 1000,
        seconds=spent.seconds,
        recoveries=spent.recoveries,
        warnings=dict(warned),
    )


def failed(design: Design, cell: Cell, error: Exception) -> Result:
    """What is known of a run that came to nothing."""
    sentence = " ".join(str(error).split()) or type(error).__name__
    try:
        return replace(ended(design, cell), error=sentence)
    except ZeuxisError:  # its checkpoint is damaged, which may be why
        return Result(cell, error=sentence)


def averaged(run: RunFolder, job: Job, device: torch.device) -> Generator:
    """The averaged generator of a run's last checkpoint.

    Raises:
        ZeuxisError: if the checkpoint is missing or damaged.
    """
    tensors, _ = load_checkpoint(run.last, device)
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, and of no use
        generator = job.family.build(job.shape)[0]
    generator.load_state_dict(under(tensors, "average"))
    return generator.to(device).eval()


class _FromFirstStep:
    """Passes on what a run says, but for its plan: that of the study was said already."""

    def __init__(self, callback: Callback, say: Say) -> None:
        self._callback, self._say = callback, say
        self._is_under_way = False

    def step(self, report: Report) -> None:
        self._is_under_way = True
        self._callback(report)

    def say(self, sentence: str) -> None:
        if self._is_under_way:
            self._say(sentence)
