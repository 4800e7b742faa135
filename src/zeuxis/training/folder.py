"""The folder of a run: what was asked for, what came of it, and where it can be gone on with."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.models.files import writing

LEFT_BEHIND = re.compile(r"\..+\.\d+\.[0-9a-f]{8}|\.zeuxis-[0-9a-f]+\.tmp")  # not whole yet


@dataclass(frozen=True)
class RunFolder:
    """Where the files of a run are.

    Attributes:
        path: of the folder.
    """

    path: Path

    @property
    def settings(self) -> Path:
        """What the run is: its settings and its data, as JSON."""
        return self.path / "settings.json"

    @property
    def metrics(self) -> Path:
        """A line of JSON for each step."""
        return self.path / "metrics.jsonl"

    @property
    def generator(self) -> Path:
        """The model file of the best generator so far."""
        return self.path / "generator.safetensors"

    @property
    def last(self) -> Path:
        """The checkpoint to go on from."""
        return self.path / "checkpoints" / "last.safetensors"

    @property
    def best(self) -> Path:
        """The checkpoint with the best score."""
        return self.path / "checkpoints" / "best.safetensors"

    def kept(self, kimg: float) -> Path:
        """A checkpoint that stays, after so many thousand pictures."""
        number = f"{kimg:010.3f}".rstrip("0").rstrip(".")
        return self.path / "checkpoints" / f"kimg-{number}.safetensors"

    def sample(self, step: int) -> Path:
        """A sheet of what was made after a step."""
        return self.path / "samples" / f"{step:06}.png"

    def check_new(self) -> None:
        """Refuse to mix two runs.

        Raises:
            ZeuxisError: if there is a run in it already, or it is a file.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ZeuxisError(f"{self.path} is a file: give a folder for the run with -o")
        if self.settings.exists():
            raise ZeuxisError(
                f"there is a run in {self.path} already: go on with zeuxis gan resume, or give another "
                "folder with -o"
            )

    def begin(self, about: Mapping[str, Any]) -> None:
        """Make the folder, and write what the run is.

        Raises:
            ZeuxisError: if it cannot be written.
        """
        with writing(self.settings) as file:
            file.write((json.dumps(about, indent=2) + "\n").encode())

    def clean(self) -> None:
        """Remove what a process that was killed while it wrote left behind."""
        for folder in (self.path, self.last.parent, self.sample(0).parent):
            for file in folder.glob(".*"):
                if LEFT_BEHIND.fullmatch(file.name):
                    file.unlink(missing_ok=True)

    def about(self) -> dict[str, Any]:
        """What `begin` wrote.

        Raises:
            ZeuxisError: if there is no run in the folder, or the file was damaged.
        """
        if not self.settings.is_file():
            raise ZeuxisError(
                f"there is no run in {self.path}: give the folder that zeuxis gan train made"
            )
        try:
            about = json.loads(self.settings.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ZeuxisError(f"cannot read {self.settings} ({error}): begin a new run") from error
        if not isinstance(about, dict):
            raise ZeuxisError(f"{self.settings} does not describe a run: begin a new one")
        return about
