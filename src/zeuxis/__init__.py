"""Zeuxis paints photographs in another's hand.

`import zeuxis` is light: torch is imported when something that needs it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zeuxis.errors import ZeuxisError

if TYPE_CHECKING:
    from zeuxis.gan import Generator
    from zeuxis.painting import Painting, PaintSettings, paint
    from zeuxis.studio import Client
    from zeuxis.style import Stylized, Stylizer, StylizeSettings, stylize
    from zeuxis.upscaling import Upscaled, Upscaler, UpscaleSettings, upscale

__all__ = [
    "Client",
    "Generator",
    "PaintSettings",
    "Painting",
    "StylizeSettings",
    "Stylized",
    "Stylizer",
    "UpscaleSettings",
    "Upscaled",
    "Upscaler",
    "ZeuxisError",
    "__version__",
    "paint",
    "stylize",
    "upscale",
]

__version__ = "0.1.0"

_ROOMS = {
    "Client": "zeuxis.studio",
    "Generator": "zeuxis.gan",
    "PaintSettings": "zeuxis.painting",
    "Painting": "zeuxis.painting",
    "StylizeSettings": "zeuxis.style",
    "Stylized": "zeuxis.style",
    "Stylizer": "zeuxis.style",
    "UpscaleSettings": "zeuxis.upscaling",
    "Upscaled": "zeuxis.upscaling",
    "Upscaler": "zeuxis.upscaling",
    "paint": "zeuxis.painting",
    "stylize": "zeuxis.style",
    "upscale": "zeuxis.upscaling",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ROOMS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
