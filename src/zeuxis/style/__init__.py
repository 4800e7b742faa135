"""Networks that paint in one pass: Johnson, Alahi & Fei-Fei 2016 and after.

Using them needs no torch, training them does; everything is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zeuxis.style.settings import StylizeSettings

if TYPE_CHECKING:
    from zeuxis.style.batch import stylize_file, stylize_folder
    from zeuxis.style.gallery import Style
    from zeuxis.style.result import Stylized
    from zeuxis.style.stylizer import Stylizer, stylize

__all__ = [
    "Style",
    "StylizeSettings",
    "Stylized",
    "Stylizer",
    "stylize",
    "stylize_file",
    "stylize_folder",
]

_HOMES = {
    "Style": "gallery",
    "Stylized": "result",
    "Stylizer": "stylizer",
    "stylize": "stylizer",
    "stylize_file": "batch",
    "stylize_folder": "batch",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
