"""What a painting tells while it is made, and the files it can leave: a trace and previews."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zeuxis.images import Picture, write
from zeuxis.training.lines import json_lines


@dataclass(frozen=True)
class Progress:
    """Where a painting is, after a step.

    Attributes:
        level: from 0, the coarsest, to `levels` - 1.
        width, height: of this level, in pixels.
        iteration: steps done at this level.
        iterations: steps to do at this level; None when time decides.
        loss: the weighted sum of the losses.
        parts: the weighted losses by name.
        evaluations: of the loss at this level.
        recoveries: steps taken back at this level because the loss was not finite or exploded.
        seconds: since the beginning.
        seconds_left: about, None if not known yet.
        painting: a function that makes the picture as it stands.
    """

    level: int
    levels: int
    width: int
    height: int
    iteration: int
    iterations: int | None
    loss: float
    parts: dict[str, float]
    evaluations: int
    recoveries: int
    seconds: float
    seconds_left: float | None
    painting: Callable[[], Picture] = field(repr=False, compare=False)

    @property
    def kinds(self) -> dict[str, float]:
        """The parts by kind: `content`, `style`, `tv`; `style relu1_1 painting 2` is a part of the style."""
        sums: dict[str, float] = defaultdict(float)
        for name, part in self.parts.items():
            sums[name.split()[0]] += part
        return dict(sums)


Callback = Callable[[Progress], None]


def trace_to(path: Path, append: bool = False, **about: Any) -> Callback:
    """A callback that adds a line of JSON to `path` at each step.

    Args:
        path: the file; a new one, unless `append`.
        append: go on after what is in the file.
        **about: more to write in each line.

    Raises:
        ZeuxisError: if the file cannot be written: at once, not only when painting.
    """
    names = ("level", "width", "height", "iteration", "evaluations", "recoveries", "loss", "parts")
    put = json_lines(path, append)

    def trace(progress: Progress) -> None:
        line = about | {name: getattr(progress, name) for name in names}
        line["seconds"] = round(progress.seconds, 3)
        put(line)

    return trace


def preview_to(path: Path, every: int) -> Callback:
    """A callback that writes the picture as it stands to `path` every so many steps."""

    def preview(progress: Progress) -> None:
        if progress.iteration % every == 0:
            write(progress.painting(), path, overwrite=True)

    return preview
