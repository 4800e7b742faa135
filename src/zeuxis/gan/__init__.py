"""Generative adversarial networks: Goodfellow et al. 2014, Radford et al. 2016 and after.

Using a generator needs no torch, training one does; everything is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zeuxis.gan.settings import GanSettings

if TYPE_CHECKING:
    from zeuxis.gan.forger import Generator
    from zeuxis.gan.samples import Samples

__all__ = ["GanSettings", "Generator", "Samples"]

_HOMES = {"Generator": "forger", "Samples": "samples"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
