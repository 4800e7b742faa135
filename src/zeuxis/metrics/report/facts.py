"""How numbers were made, as a page tells it."""

from datetime import datetime
from importlib.metadata import version

from zeuxis.metrics.sets import Evaluation


def facts_of(command: str, evaluation: Evaluation, **more: str) -> dict[str, str]:
    """What was done, when, with what.

    Args:
        command: that does the same again; empty if it was no command.
        evaluation: what came of it.
        more: by what it is.
    """
    about = {"command": command, "date": datetime.now().astimezone().isoformat(" ", "minutes")}
    about |= {"network": evaluation.network, **more, "Zeuxis": version("zeuxis")}
    return {name: said for name, said in about.items() if said}
