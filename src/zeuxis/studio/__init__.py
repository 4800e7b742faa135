"""The studio: a web page and an HTTP service for all that Zeuxis does.

`StudioSettings` needs the base install alone; the server needs the extra `studio`. The server neither imports
torch nor decodes what strangers send: worker processes do.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zeuxis.studio.settings import StudioSettings

if TYPE_CHECKING:
    from zeuxis.studio.app import create_app
    from zeuxis.studio.client import Client

__all__ = ["Client", "StudioSettings", "create_app"]

_HOMES = {"Client": "client", "create_app": "app"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
