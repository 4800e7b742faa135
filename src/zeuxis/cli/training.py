"""What a training run looks like on a terminal, and in a log."""

from typing import TYPE_CHECKING

from zeuxis.cli.display import clock

if TYPE_CHECKING:
    from zeuxis.training.trainer import Report


def told(report: "Report") -> str:
    """Where a run is, in one line."""
    parts = "  ".join(f"{name} {loss:.3g}" for name, loss in report.losses.items())
    back = f"  ({report.recoveries} steps back)" if report.recoveries else ""
    return f"{clock(report.seconds_left)} left  step {report.step}/{report.steps}  {parts}{back}"
