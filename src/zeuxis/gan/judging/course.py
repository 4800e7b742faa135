"""How a run went, as curves for a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zeuxis.gan.finding import IN_RUN
from zeuxis.metrics.report import Section
from zeuxis.metrics.report.drawings import Curve, curves
from zeuxis.metrics.telling import number
from zeuxis.training.folder import RunFolder
from zeuxis.training.lines import read_lines

LOSSES = "_loss"  # what their names end with
SHARES = {
    "variety": "variety: 1 as real ones",
    "memorization": "learned by heart: 0 at best",
    "separation": "told apart: 0.5 at best",
}


def course(model: Path) -> Section | None:
    """The curves of the run that a model file lies in; None if it lies in none."""
    if model.name != IN_RUN:
        return None
    lines = [line for line in read_lines(RunFolder(model.parent).metrics) if _is_line(line)]
    looks = [line for line in lines if "score" in line]
    losses = sorted({name for line in lines for name in line if name.endswith(LOSSES)})
    drawings = (
        curves(
            "Score", "thousand real pictures", [_curve("score: less is better", "score", looks)]
        ),
        curves(
            "Variety and the like",
            "thousand real pictures",
            [_curve(title, name, looks) for name, title in SHARES.items()],
        ),
        curves(
            "Losses",
            "thousand real pictures",
            [_curve(name.replace("_", " "), name, lines) for name in losses[:4]],
        ),
    )
    drawn = tuple(each for each in drawings if each)
    return Section("The run", _told(lines, looks), drawings=drawn) if drawn else None


def _told(lines: Sequence[dict[str, Any]], looks: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    said = [f"{lines[-1]['step']:,} steps, {number(lines[-1]['kimg'])} thousand real pictures."]
    scores = [look["score"] for look in looks if isinstance(look["score"], int | float)]
    if scores:
        looked = "the only look" if len(scores) == 1 else f"{len(scores):,} looks"
        said[0] += f" The best score of {looked} was {number(min(scores))}."
    warnings = looks[-1].get("warnings") if looks else None
    return (*said, *(map(str, warnings) if isinstance(warnings, list) else ()))


def _curve(title: str, name: str, lines: Sequence[dict[str, Any]]) -> Curve:
    told = [line for line in lines if isinstance(line.get(name), int | float)]
    return Curve(title, [line["kimg"] for line in told], [line[name] for line in told])


def _is_line(line: Any) -> bool:
    """Whether it tells where the run was; a file that somebody edited may hold anything."""
    return isinstance(line, dict) and all(
        isinstance(line.get(name), int | float) for name in ("step", "kimg")
    )
