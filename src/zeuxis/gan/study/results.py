"""What became of each run, and where a study keeps it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.gan.study.settings import Cell
from zeuxis.models.files import writing
from zeuxis.training.folder import RunFolder

RUNS = "runs"
_AGAIN = "delete it, and the run is judged again"


@dataclass(frozen=True)
class Result:
    """What became of a run.

    Attributes:
        cell: which it was.
        error: why there is no score; None if there is one.
        score: distance of made pictures from real ones; less is better.
        variety: how far made pictures lie from one another, over how far real ones do.
        precision: how many made pictures look real, 0 to 1.
        recall: how many real pictures could have been made, 0 to 1.
        steps: of the generator.
        kimg: real pictures shown, in thousands.
        seconds: of training.
        recoveries: steps back, because a number was not finite.
        warnings: what the run warned of, and at how many of its looks: `{"samples grow alike": 3}`.
    """

    cell: Cell
    error: str | None = None
    score: float | None = None
    variety: float | None = None
    precision: float | None = None
    recall: float | None = None
    steps: int = 0
    kimg: float = 0.0
    seconds: float = 0.0
    recoveries: int = 0
    warnings: Mapping[str, int] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """All of it by name, for JSON."""
        values = asdict(self)
        cell: dict[str, Any] = values.pop("cell")
        return cell | values


@dataclass(frozen=True)
class StudyFolder:
    """Where the files of a study are.

    Attributes:
        path: of the folder.
    """

    path: Path

    @property
    def settings(self) -> Path:
        """What the study is, as JSON."""
        return self.path / "study.json"

    @property
    def sheet(self) -> Path:
        """Pictures of all runs."""
        return self.path / "sheet.png"

    @property
    def real(self) -> Path:
        """What real pictures score, as JSON."""
        return self.path / "real.json"

    def run(self, cell: Cell) -> RunFolder:
        """The folder of a run."""
        return RunFolder(self.path / RUNS / cell.name)

    def made(self, cell: Cell) -> Path:
        """Pictures that a run's generator made in the end."""
        return self.run(cell).path / "made.png"

    def ending(self, cell: Cell) -> Path:
        """What became of a run, as JSON; there is none as long as it is not over."""
        return self.run(cell).path / "result.json"

    def about(self) -> dict[str, Any] | None:
        """What `begin` wrote; None if there is no study in the folder.

        Raises:
            ZeuxisError: if the folder is a file, or what it holds was damaged.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ZeuxisError(f"{self.path} is a file: give a folder for the study with -o")
        if not self.settings.exists():
            return None
        return read_json(self.settings, "begin a new study, in another folder")

    def begin(self, about: Mapping[str, Any]) -> None:
        """Make the folder, and write what the study is.

        Raises:
            ZeuxisError: if it cannot be written.
        """
        write_json(self.settings, about)

    def result(self, cell: Cell) -> Result | None:
        """What became of a run; None as long as it is not over.

        Raises:
            ZeuxisError: if its file was damaged.
        """
        file = self.ending(cell)
        if not file.exists():
            return None
        values = {
            name: v for name, v in read_json(file, _AGAIN).items() if name not in asdict(cell)
        }
        try:
            return Result(cell, **values)
        except TypeError as error:
            raise ZeuxisError(f"{file} is not of a run that is over: {_AGAIN}") from error

    def keep(self, result: Result) -> None:
        """Write what became of a run.

        Raises:
            ZeuxisError: if it cannot be written.
        """
        write_json(self.ending(result.cell), result.plain())


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a file of JSON, whole or not at all.

    Raises:
        ZeuxisError: if it cannot be written.
    """
    with writing(path) as file:
        file.write((json.dumps(values, indent=2) + "\n").encode())


def read_json(path: Path, advice: str) -> dict[str, Any]:
    """What `write_json` wrote.

    Raises:
        ZeuxisError: if the file was damaged; `advice` says what to do about it.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ZeuxisError(f"cannot read {path} ({error}): {advice}") from error
    if not isinstance(values, dict):
        raise ZeuxisError(f"{path} is damaged: {advice}")
    return values
