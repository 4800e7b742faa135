"""Figures on the service, and the text in which Prometheus reads them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

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

    def lines(self) -> Iterable[str]:
        """In the text format of Prometheus."""
        yield from _metric("jobs_total", "counter", "Jobs that ended, by verb and state.")
        for (verb, state), count in sorted(self._jobs.items()):
            yield f'zeuxis_jobs_total{{verb="{verb}",state="{state}"}} {count}'
        yield from _metric("job_seconds", "summary", "Time that jobs took that were done.")
        for verb in sorted(self._done):
            yield f'zeuxis_job_seconds_sum{{verb="{verb}"}} {self._seconds[verb]:.6f}'
            yield f'zeuxis_job_seconds_count{{verb="{verb}"}} {self._done[verb]}'
        yield from gauge("refused_total", "Requests refused with 429.", self.refused, "counter")
        yield from gauge("worker_deaths_total", "Workers that died.", self.deaths, "counter")


def gauge(name: str, help: str, value: float, kind: str = "gauge") -> Iterable[str]:
    """The lines of one number."""
    yield from _metric(name, kind, help)
    yield f"zeuxis_{name} {value:g}"


def _metric(name: str, kind: str, help: str) -> Iterable[str]:
    yield f"# HELP zeuxis_{name} {help}"
    yield f"# TYPE zeuxis_{name} {kind}"
