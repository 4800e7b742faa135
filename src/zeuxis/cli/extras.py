"""Rooms that the base install cannot open."""

from importlib import import_module
from typing import Any

from zeuxis.errors import ZeuxisError


def with_torch(module: str, name: str) -> Any:
    """A function of a module that needs torch and onnx: `with_torch("zeuxis.gan.exporting", "export")`.

    Raises:
        ZeuxisError: without them.
    """
    try:
        return getattr(import_module(module), name)
    except ImportError as error:
        raise ZeuxisError("this needs torch and onnx: run pip install 'zeuxis[train]'") from error
