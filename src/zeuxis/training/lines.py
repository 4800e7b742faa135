"""A file that gets a line of JSON for each step of a run."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.models.files import writing


def json_lines(path: Path, append: bool = False) -> Callable[[Mapping[str, Any]], None]:
    """A function that adds a line to the trace `path`: a new file, unless `append`.

    Raises:
        ZeuxisError: if the file cannot be written: at once, not only when there is a line.
    """

    def put(text: str, mode: str) -> None:
        try:
            with path.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise ZeuxisError(
                f"cannot write the trace {path} ({error.strerror}): choose another file"
            ) from error

    put("", "a" if append else "w")
    return lambda line: put(json.dumps(line) + "\n", "a")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a trace, up to one that was not written to its end; none if there is no file."""
    found: list[dict[str, Any]] = []
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                break
    return found


def cut_back(path: Path, step: int) -> None:
    """Take away the lines of steps after `step`: those of a run that is to go on from there.

    Raises:
        ZeuxisError: if the file cannot be written.
    """
    kept = [line for line in read_lines(path) if line["step"] <= step]
    with writing(path) as file:
        file.write("".join(json.dumps(line) + "\n" for line in kept).encode())
