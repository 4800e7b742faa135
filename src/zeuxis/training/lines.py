"""A file that gets a line of JSON for each step of a run."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from zeuxis.errors import ZeuxisError


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
