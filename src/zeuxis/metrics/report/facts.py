"""How numbers were made, as a page tells it."""

import shlex
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

from zeuxis.metrics.sets import Evaluation
from zeuxis.settings import knobs


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


def command_of(words: Sequence[str], settings: Any) -> str:
    """The command of some words and of the settings that are not as they are by default."""
    said = [*words]
    for knob in knobs(type(settings)):
        value = getattr(settings, knob.name)
        if value != knob.default:
            text = ",".join(map(str, value)) if knob.many else str(value)
            said += [f"--{knob.name.replace('_', '-')}", text]
    return shlex.join(said)
