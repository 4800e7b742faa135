"""Paint one picture by optimisation: Gatys, Ecker & Bethge 2016.

`PaintSettings` is free of torch; the rest imports it when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zeuxis.painting.settings import PaintSettings

if TYPE_CHECKING:
    from zeuxis.images.batch import Outcome
    from zeuxis.painting.batch import paint_file, paint_folder
    from zeuxis.painting.job import paint
    from zeuxis.painting.progress import Progress
    from zeuxis.painting.result import Painting

__all__ = [
    "Outcome",
    "PaintSettings",
    "Painting",
    "Progress",
    "paint",
    "paint_file",
    "paint_folder",
]

_HOMES = {
    "Outcome": "zeuxis.images.batch",
    "Painting": "zeuxis.painting.result",
    "Progress": "zeuxis.painting.progress",
    "paint": "zeuxis.painting.job",
    "paint_file": "zeuxis.painting.batch",
    "paint_folder": "zeuxis.painting.batch",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
