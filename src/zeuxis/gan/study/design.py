"""What all runs of a study have in common, and what each has of its own."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from zeuxis.errors import ZeuxisError
from zeuxis.gan.settings import GanSettings
from zeuxis.gan.study.regularisers import knobs_for
from zeuxis.gan.study.results import StudyFolder
from zeuxis.gan.study.settings import Cell, StudySettings, cells_of, check
from zeuxis.gan.training.setting_up import Job, Progress, rivals_of, set_up
from zeuxis.training.precision import device_for
from zeuxis.training.processes import Processes


@dataclass(frozen=True)
class Design:
    """A study that can be made.

    Attributes:
        data: where the pictures are.
        folder: where everything goes.
        settings: what is compared.
        base: what all runs have in common, with size and colours settled.
        jobs: a run of each network, with its recipe.
        device: where to compute.
    """

    data: Path
    folder: StudyFolder
    settings: StudySettings
    base: GanSettings
    jobs: Mapping[str, Job]
    device: torch.device

    @property
    def cells(self) -> list[Cell]:
        """All runs, in order."""
        return cells_of(self.settings)

    @property
    def job(self) -> Job:
        """One of them, for what all have in common."""
        return next(iter(self.jobs.values()))

    def settings_of(self, cell: Cell) -> GanSettings:
        """All knobs of a run."""
        job = self.jobs[cell.network]
        held = knobs_for(cell.regulariser, job.shape.height, job.shape.width, job.batch_size)
        return replace(self.base, network=cell.network, loss=cell.loss, seed=cell.seed, **held)

    def job_of(self, cell: Cell) -> Job:
        """A run that is ready to begin."""
        return set_up(self.data, self.settings_of(cell))

    def about(self) -> dict[str, Any]:
        """What the folder says of the study."""
        told = _asked(self.data, self.settings) | {"digest": self.job.digest}
        return told | {"zeuxis": version("zeuxis")}


def designed(
    data: Path, folder: StudyFolder, settings: StudySettings, preparing: Progress | None = None
) -> Design:
    """A study, its pictures prepared; nothing is written but those.

    Args:
        data: as `zeuxis.data.prepare` takes it.
        folder: where everything goes.
        settings: what is compared.
        preparing: called now and then with how many pictures are prepared, and of how many.

    Raises:
        ZeuxisError: for data that cannot be used, settings out of range, networks that are not made for the
            size, a folder with another study, or under torchrun.
    """
    check(settings)
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise ZeuxisError("a study is made by one process: start it without torchrun")
    begun = folder.about()
    if begun is not None:
        _check_same(begun, _asked(data, settings), folder)
    base, jobs = settings.base, {}
    for network in settings.networks:
        job = set_up(data, replace(base, network=network), progress=preparing)
        rivals_of(
            job, Processes()
        )  # a network that cannot be built is refused before hours are spent
        base = replace(base, size=job.settings.size, color=job.settings.color)
        jobs[network] = job
    device = device_for(settings.device)
    design = Design(data, folder, settings, base, jobs, device)
    if begun is not None and begun.get("digest") != design.job.digest:
        raise ZeuxisError(
            f"the pictures of {data} are not those that the study in {folder.path} began with: bring them "
            "back, or give another folder with -o"
        )
    return design


def _asked(data: Path, settings: StudySettings) -> dict[str, Any]:
    """What was asked for, as a file of JSON has it."""
    asked = {"data": str(data.resolve()), "settings": asdict(settings)}
    values: dict[str, Any] = json.loads(json.dumps(asked))
    return values


def _check_same(begun: dict[str, Any], asked: dict[str, Any], folder: StudyFolder) -> None:
    """Refuse to mix two studies.

    Raises:
        ZeuxisError: naming the first thing in which they differ.
    """
    before, now = _flat(begun), _flat(asked)
    for name, value in now.items():
        if before.get(name) != value:
            raise ZeuxisError(
                f"the study in {folder.path} was begun with {name} {_said(before.get(name))}, not "
                f"{_said(value)}: give the same command again, or another folder with -o"
            )


def _flat(about: dict[str, Any]) -> dict[str, Any]:
    settings = about.get("settings")
    return {"data": about.get("data")} | (settings if isinstance(settings, dict) else {})


def _said(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
