"""What a study found, a line for each way to train, the best first."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zeuxis.gan.study.results import Result

HEADINGS = (
    "loss",
    "network",
    "regulariser",
    "score",
    "variety",
    "precision",
    "recall",
    "kimg",
    "s/step",
    "minutes",
    "remarks",
)
NUMBERS = HEADINGS[3:-1]  # to be set right


@dataclass(frozen=True)
class Line:
    """A way to train, and what became of it with each seed.

    Attributes:
        results: one a seed, at least one.
    """

    results: tuple[Result, ...]

    @property
    def score(self) -> float | None:
        """Mean over the seeds that have one."""
        return _mean(each.score for each in self.results)

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands in the table, in the order of `HEADINGS`."""
        cell, results, many = self.results[0].cell, self.results, len(self.results)
        steps = sum(each.steps for each in results)
        seconds = sum(each.seconds for each in results)
        return (
            cell.loss,
            cell.network,
            cell.regulariser,
            self._scores(),
            _part(each.variety for each in results),
            _part(each.precision for each in results),
            _part(each.recall for each in results),
            f"{sum(each.kimg for each in results) / many:.1f}",
            f"{seconds / steps:.3f}" if steps else "",
            f"{seconds / many / 60:.1f}",
            self._remarks(),
        )

    def _scores(self) -> str:
        """The mean, and how far the seeds lie apart (standard deviation)."""
        known = [each.score for each in self.results if each.score is not None]
        if not known:
            return "failed"
        spread = f" ± {statistics.stdev(known):.2f}" if len(known) > 1 else ""
        return f"{statistics.fmean(known):.2f}{spread}"

    def _remarks(self) -> str:
        remarks: list[str] = []
        many = len(self.results) > 1
        for each in self.results:
            seed = f"seed {each.cell.seed}: " if many else ""
            if each.error is not None:
                remarks.append(f"{seed}{each.error}")
            if each.recoveries:
                remarks.append(f"{seed}a number was not finite, {each.recoveries} steps back")
            remarks += [f"{seed}{what} ({count} looks)" for what, count in each.warnings.items()]
        return "; ".join(remarks)


def lines_of(results: Iterable[Result]) -> list[Line]:
    """The lines of a table, by score; what failed with every seed comes last."""
    ways: dict[tuple[str, str, str], list[Result]] = {}
    for each in results:
        cell = each.cell
        ways.setdefault((cell.loss, cell.network, cell.regulariser), []).append(each)
    lines = [Line(tuple(each)) for each in ways.values()]
    return sorted(lines, key=lambda line: math.inf if line.score is None else line.score)


def markdown(lines: Sequence[Line], notes: Sequence[str]) -> str:
    """The table as a page, with sentences below."""
    rows = [HEADINGS, tuple("--:" if each in NUMBERS else "---" for each in HEADINGS)]
    rows += [line.texts for line in lines]
    table = "".join(f"| {' | '.join(_escaped(text) for text in row)} |\n" for row in rows)
    return table + "".join(f"\n{note}\n" for note in notes)


def plain(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The results for JSON, in the order of the table."""
    return [each.plain() for line in lines for each in line.results]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _part(values: Iterable[float | None]) -> str:
    mean = _mean(values)
    return "" if mean is None else f"{mean:.2f}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
