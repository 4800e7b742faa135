"""The end of a study: a table and a sheet of all runs."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zeuxis.gan.study.design import Design
from zeuxis.gan.study.judging import Judge
from zeuxis.gan.study.results import RUNS, StudyFolder, read_json, write_json
from zeuxis.gan.study.sheet import sheet_of
from zeuxis.gan.study.table import Line, lines_of, markdown, plain
from zeuxis.images import write
from zeuxis.models.files import writing


@dataclass(frozen=True)
class Study:
    """What became of a study.

    Attributes:
        folder: of the study.
        is_done: whether all runs are over.
        lines: of the table, the best first; none as long as it is not done.
        notes: what one should know to read it, a sentence each.
    """

    folder: Path
    is_done: bool
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()


def concluded(design: Design, judge: Judge) -> Study:
    """Write what was found.

    Raises:
        ZeuxisError: if it cannot be written.
    """
    folder = design.folder
    found = [folder.result(cell) for cell in design.cells]
    lines = lines_of(each for each in found if each is not None)
    notes, real = [], None
    if lines[0].score is not None:
        real = _of_real(folder, judge)
        notes.append(
            f"Scores are Fréchet distances of the averaged generator's pictures from {real['reference']}, as "
            f"{real['eye']} sees them; less is better. Other real pictures score {real['score']:.2f}, with "
            f"precision {real['precision']:.2f} and recall {real['recall']:.2f}."
        )
    if any(each is not None and each.error for each in found):
        notes.append(f"To have a run tried again that failed, delete its folder in {RUNS}/.")
    with writing(folder.path / "table.md") as file:
        file.write(markdown(lines, notes).encode())
    write_json(folder.path / "table.json", design.about() | {"real": real, "runs": plain(lines)})
    sheet = sheet_of(design.settings, folder.made)
    if sheet is not None:
        write(sheet, folder.sheet, overwrite=True)
    return Study(folder.path, True, tuple(lines), tuple(notes))


def _of_real(folder: StudyFolder, judge: Judge) -> dict[str, Any]:
    """What real pictures score, and what they are measured by; looked at only once."""
    if folder.real.exists():
        return read_json(folder.real, "delete it, and it is made again")
    values = {"reference": judge.reference.what, "eye": judge.eye} | asdict(judge.of_real())
    write_json(folder.real, values)
    return values
