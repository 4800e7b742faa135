"""Figures on the service, and the text in which Prometheus reads them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

USUAL_SECONDS = 1.0  # of a job, before one is known


class Figures:
    """What has happened since the server began.

    Attributes:
        refused: requests that found the queue full, or a client at its limit.
        deaths: workers that ended while they had a job.
    """

    def __init__(self) -> None:
        self.refused = 0
        self.deaths = 0
        self._jobs: Counter[tuple[str, str]] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._done: Counter[str] = Counter()

    def finished(self, verb: str, state: str, seconds: float) -> None:
        """Count a job."""
        self._jobs[verb, state] += 1
        if state == "done":
            self._done[verb] += 1
            self._seconds[verb] += seconds

    def mean_seconds(self, verbs: Sequence[str]) -> float:
        """That a job of these verbs takes."""
        done = sum(self._done[verb] for verb in verbs)
        return sum(self._seconds[verb] for verb in verbs) / done if done else USUAL_SECONDS

    def text(self, load: Mapping[str, int], begun: int, kept: int) -> str:
        """All there is to know, in the text format of Prometheus.

        Args:
            load: `workers`, and jobs that are `queued` and `running`.
            begun: worker processes so far.
            kept: jobs that are remembered.
        """
        lines = [
            *self._lines(),
            *_one("queued_jobs", "Jobs that wait.", load["queued"]),
            *_one("running_jobs", "Jobs that run.", load["running"]),
            *_one("workers", "Processes that may be at work.", load["workers"]),
            *_one("kept_jobs", "Jobs that are remembered.", kept),
            *_one("workers_begun_total", "Processes begun.", begun, "counter"),
        ]
        return "\n".join(lines) + "\n"

    def _lines(self) -> Iterable[str]:
        yield from _metric("jobs_total", "counter", "Jobs that ended, by verb and state.")
        for (verb, state), count in sorted(self._jobs.items()):
            yield f'zeuxis_jobs_total{{verb="{verb}",state="{state}"}} {count}'
        yield from _metric("job_seconds", "summary", "Time that jobs took that were done.")
        for verb in sorted(self._done):
            yield f'zeuxis_job_seconds_sum{{verb="{verb}"}} {self._seconds[verb]:.6f}'
            yield f'zeuxis_job_seconds_count{{verb="{verb}"}} {self._done[verb]}'
        yield from _one("refused_total", "Requests refused with 429.", self.refused, "counter")
        yield from _one("worker_deaths_total", "Workers that died.", self.deaths, "counter")


def _one(name: str, help: str, value: int, kind: str = "gauge") -> Iterable[str]:
    yield from _metric(name, kind, help)
    yield f"zeuxis_{name} {value}"


def _metric(name: str, kind: str, help: str) -> Iterable[str]:
    yield f"# HELP zeuxis_{name} {help}"
    yield f"# TYPE zeuxis_{name} {kind}"
