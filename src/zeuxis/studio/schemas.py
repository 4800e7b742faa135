"""What the service says of a job: the JSON of the HTTP interface, and what `zeuxis.Client` gives."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ProgressReport:
    """How far a job is.

    Attributes:
        share: done, from 0 to 1; None where it cannot be told.
        seconds_left: about; None where it is not known.
        text: where it is, in a line.
        curves: by name (a loss, a score), [step, value] pairs.
    """

    share: float | None = None
    seconds_left: float | None = None
    text: str = ""
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True)
class ResultReport:
    """A file that a job made.

    Attributes:
        name: to save it by.
        url: where it is to be had.
        media_type: of the file.
        width: of a picture, in pixels; None for another file.
        height: likewise.
        bytes: of the file.
    """

    name: str
    url: str
    media_type: str
    width: int | None
    height: int | None
    bytes: int


@dataclass(frozen=True)
class JobReport:
    """A job, as it stands.

    Attributes:
        id: whoever knows it may read the job.
        verb: what is done: `"stylize"`.
        state: `"queued"`, `"running"`, `"done"`, `"failed"` or `"cancelled"`.
        position: in the queue, from 1; None when it is not in there.
        created: when it was asked for, ISO 8601, UTC; and likewise the three others.
        started: None before.
        finished: None before.
        expires: when it and its results are deleted; None before it is finished.
        progress: how far it is.
        settings: the knobs that were turned.
        command: the equivalent command line.
        run: that is trained, by its name in /v1/runs; None where nothing is.
        error: what went wrong, a sentence; None where nothing did.
        stopped_early: whether it was stopped, and has the best so far as its result.
        warnings: a sentence each.
        preview: where a picture of how far it is can be had; None where there is none.
        results: what it made.
    """

    id: str
    verb: str
    state: str
    position: int | None
    created: str
    started: str | None
    finished: str | None
    expires: str | None
    progress: ProgressReport
    settings: dict[str, Any]
    command: str
    run: str | None
    error: str | None
    stopped_early: bool
    warnings: list[str]
    preview: str | None
    results: list[ResultReport]


@dataclass(frozen=True)
class ErrorReport:
    """What went wrong.

    Attributes:
        error: a sentence.
    """

    error: str
