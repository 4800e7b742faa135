"""A job, from being asked for to its results."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from zeuxis.studio.schemas import JobReport, ProgressReport, ResultReport

FINAL = ("done", "failed", "cancelled")
POINTS = 100  # that a curve keeps at least of many, evenly spread; up to twice as many
# What is kept beside the columns that the store looks things up by.
KEPT = (
    "id", "verb", "owner", "client", "state", "created", "started", "finished", "expires", "request",
    "settings", "command", "share", "seconds_left", "text", "curves", "error", "fault", "stopped_early",
    "warnings", "preview", "version", "results", "attempts",
)  # fmt: skip

Curve = list[tuple[float, float]]  # steps and values


@dataclass(eq=False)
class Job:
    """A job, as the server holds it. Times are seconds since 1970.

    Attributes:
        id: 128 random bits.
        verb: what is done.
        owner: whose list it is on: a session or an address.
        client: whose limit it counts against: an address.
        request: what the worker is told.
        settings: the knobs that were turned.
        command: the equivalent command line.
        fault: whose, if it failed: `"user"` or `"ours"`.
        preview: a file, relative to the state's folder.
        version: of the preview.
        results: `name`, `file` (relative to the state's folder) and what `ResultReport` has, each.
        attempts: how often a worker has begun it.
        cancelling: whether it is to be stopped.
    """

    id: str
    verb: str
    owner: str
    client: str
    request: dict[str, Any]
    settings: dict[str, Any]
    command: str
    created: float
    state: str = "queued"
    started: float | None = None
    finished: float | None = None
    expires: float | None = None
    share: float | None = None
    seconds_left: float | None = None
    text: str = ""
    curves: dict[str, Curve] = field(default_factory=dict)
    error: str | None = None
    fault: str | None = None
    stopped_early: bool = False
    warnings: list[str] = field(default_factory=list)
    preview: str | None = None
    version: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)
    attempts: int = 0
    cancelling: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in FINAL

    def kept(self) -> dict[str, Any]:
        """What the store keeps of it, as plain values."""
        return {name: getattr(self, name) for name in KEPT}

    def tell(self) -> None:
        """Wake those who wait for a change."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    @property
    def change(self) -> asyncio.Event:
        """Is set at the next change from now."""
        return self._changed

    async def final(self, seconds: float) -> bool:
        """Wait until it is done, failed or cancelled; False if that takes longer."""
        try:
            async with asyncio.timeout(seconds):
                while not self.is_final:
                    await self.change.wait()
        except TimeoutError:
            return False
        return True

    def hear(self, message: dict[str, Any]) -> None:
        """Take in what a worker says of its progress."""
        for name in ("share", "seconds_left", "text"):
            if name in message:
                setattr(self, name, message[name])
        for name, (step, value) in message.get("points", {}).items():
            curve = self.curves.setdefault(name, [])
            curve.append((step, value))
            if len(curve) > 2 * POINTS:
                curve[:] = _thinned(curve)
        if "warning" in message and message["warning"] not in self.warnings:
            self.warnings.append(message["warning"])
        if "preview" in message:
            self.preview, self.version = message["preview"], self.version + 1
        self.tell()

    def report(self, position: int | None = None) -> JobReport:
        """What there is to say of it.

        Args:
            position: in the queue, from 1.
        """
        here = f"/v1/jobs/{self.id}"
        results = [
            ResultReport(url=f"{here}/results/{number}", **_without_file(result))
            for number, result in enumerate(self.results)
        ]
        return JobReport(
            id=self.id,
            verb=self.verb,
            state=self.state,
            position=position,
            created=_iso(self.created) or "",
            started=_iso(self.started),
            finished=_iso(self.finished),
            expires=_iso(self.expires),
            progress=ProgressReport(self.share, self.seconds_left, self.text, self.curves),
            settings=self.settings,
            command=self.command,
            run=self.request.get("run"),
            error=self.error,
            stopped_early=self.stopped_early,
            warnings=self.warnings,
            preview=f"{here}/preview?v={self.version}" if self.preview else None,
            results=results,
        )


def job_of(kept: dict[str, Any]) -> Job:
    """The job that `Job.kept` was of."""
    return Job(**kept)


def _thinned(curve: Curve) -> Curve:
    """A curve's first and last point, and of those between as many as leave even gaps."""
    gap, kept = (curve[-1][0] - curve[0][0]) / POINTS, curve[:1]
    for point in curve[1:-1]:
        if point[0] - kept[-1][0] >= gap:
            kept.append(point)
    return [*kept, curve[-1]]


def _without_file(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name != "file"}


def _iso(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
