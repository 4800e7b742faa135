"""How numbers were made, as a page tells it."""

from datetime import datetime
from importlib.metadata import version


def facts_of(command: str, network: str, **more: str) -> dict[str, str]:
    """What was done, when, with what.

    Args:
        command: that does the same again; empty if it was no command.
        network: that looked at the pictures.
        more: by what it is.
    """
    about = {"command": command, "date": datetime.now().astimezone().isoformat(" ", "minutes")}
    about |= {"network": network, **more, "Zeuxis": version("zeuxis")}
    return {name: said for name, said in about.items() if said}
