"""Pictures made larger: Johnson, Alahi & Fei-Fei 2016 (section 4.2), SRGAN (Ledig et al. 2017) and after.

Using the networks needs no torch, training them does; everything is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zeuxis.upscaling.settings import UpscaleSettings

if TYPE_CHECKING:
    from zeuxis.upscaling.batch import upscale_file, upscale_folder
    from zeuxis.upscaling.result import Upscaled
    from zeuxis.upscaling.upscaler import Upscaler, upscale

__all__ = [
    "UpscaleSettings",
    "Upscaled",
    "Upscaler",
    "upscale",
    "upscale_file",
    "upscale_folder",
]

_HOMES = {
    "Upscaled": "result",
    "Upscaler": "upscaler",
    "upscale": "upscaler",
    "upscale_file": "batch",
    "upscale_folder": "batch",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
