"""Many short runs on one data set, and a table of what became of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from zeuxis.errors import ZeuxisError
from zeuxis.gan.study.concluding import Study, concluded
from zeuxis.gan.study.design import Design, designed
from zeuxis.gan.study.judging import Judge
from zeuxis.gan.study.playing import failed, judged, trained
from zeuxis.gan.study.results import Result, StudyFolder
from zeuxis.gan.study.settings import Cell, StudySettings
from zeuxis.gan.training.keeper import Callback, Say
from zeuxis.gan.training.report import Report
from zeuxis.gan.training.setting_up import Progress


@dataclass(frozen=True)
class Standing:
    """Where a study is.

    Attributes:
        cell: the run that is under way.
        number: of it, from 1.
        count: of all runs.
        to_do: runs that are not over, this one included.
        report: where it is.
    """

    cell: Cell
    number: int
    count: int
    to_do: int
    report: Report

    @property
    def seconds_left(self) -> float:
        """Of training in all, about, as if the others took as long as this one."""
        report = self.report
        return report.seconds_left + (self.to_do - 1) * (report.seconds + report.seconds_left)


def study(
    data: str | Path,
    output: str | Path,
    settings: StudySettings | None = None,
    *,
    callback: Callable[[Standing], None] = lambda _: None,
    say: Say = lambda _: None,
    preparing: Progress | None = None,
) -> Study:
    """Train every loss with every network and regulariser, each for as long, and compare them.

    Each run is judged by its averaged generator in the end, against the same real pictures, with as many made
    ones from the same latents. The folder gets `runs/`, `table.md`, `table.json` and `sheet.png`. Called with
    the same arguments again, it goes on where it was. A run that comes to nothing is told in the table, and
    the others go on; delete its folder to have it tried again.

    Args:
        data: a folder of pictures, a .zip, .npy, .npz, .tar, or IDX files.
        output: a folder for the study, made if there is none.
        settings: what to compare; by default six losses with two networks, half an hour each.
        callback: called after each step (every ten on a GPU).
        say: given what becomes of each run, and warnings, a sentence each.
        preparing: called now and then with how many pictures are prepared, and of how many.

    Raises:
        ZeuxisError: for data that cannot be used, settings out of range, networks that are not made for the
            size, a folder that has another study or cannot be written.
    """
    folder = StudyFolder(Path(output))
    design = designed(Path(data), folder, settings or StudySettings(), preparing)
    folder.begin(design.about())
    judge = Judge(design)
    cells = design.cells
    to_do = [cell for cell in cells if folder.result(cell) is None]
    if len(to_do) < len(cells):
        say(f"{len(cells) - len(to_do)} of {len(cells)} runs are over")
    for done, cell in enumerate(to_do):
        number = cells.index(cell) + 1
        say(f"{number} of {len(cells)}: {cell.name}")
        place = partial(Standing, cell, number, len(cells), len(to_do) - done)
        result = _result(design, cell, judge, _placed(callback, place), say)
        if result is None:
            return Study(folder.path, is_done=False)
        folder.keep(result)
        say(_sentence(result))
    return concluded(design, judge)


def _placed(callback: Callable[[Standing], None], place: Callable[[Report], Standing]) -> Callback:
    return lambda report: callback(place(report))


def _result(design: Design, cell: Cell, judge: Judge, watch: Callback, say: Say) -> Result | None:
    """What becomes of a run; None if it was interrupted."""
    try:
        if not trained(design, cell, watch, say):
            return None
        return judged(design, cell, judge)
    except (ZeuxisError, RuntimeError, MemoryError) as error:
        return failed(design, cell, error)


def _sentence(result: Result) -> str:
    if result.score is None:
        return f"{result.cell.name} failed: {result.error}"
    return f"{result.cell.name}: score {result.score:.2f} after {result.kimg:.1f} kimg"
