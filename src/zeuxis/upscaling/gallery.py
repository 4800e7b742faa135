"""Which networks there are to enlarge with: those that come with the package, and files."""

import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError, reason

MODEL = ".safetensors"
FOREIGN = (".pth", ".pt")  # networks of other programs, which need torch
MODELS = Path(str(files("zeuxis.upscaling") / "models"))
WARM = 4  # networks that are kept for the next picture

Progress = Callable[[float], None]  # is told the share that is done


class Enlarges(Protocol):
    """What enlarges: `zeuxis.runtime.Enlarger`, or a network of another program.

    Attributes:
        scale: how many times the sides become.
        margin: pixels beyond a part of the picture that the part's enlargement depends on.
    """

    scale: int
    margin: int

    def enlarge(
        self,
        pixels: NDArray[Any],
        *,
        threads: int | None,
        max_memory: float,
        progress: Progress | None,
    ) -> NDArray[Any]:
        """As `zeuxis.runtime.Enlarger.enlarge`."""


def shipped() -> dict[int, Path]:
    """The files that come with the package by their scales, the smallest first.

    Raises:
        ZeuxisError: the installation lacks them.
    """
    named = {path: re.fullmatch(r"x(\d+)", path.stem) for path in MODELS.glob(f"x*{MODEL}")}
    found = {int(match[1]): path for path, match in named.items() if match}
    if not found:
        raise ZeuxisError("this Zeuxis came without its networks that enlarge: install it anew")
    return dict(sorted(found.items()))


def enlarger(path: Path, sharpness: float) -> Enlarges:
    """The network of a file, kept warm for the next picture, unless the file has changed.

    Args:
        path: a model file of ours, or a network of another program (`.pth`, or `.safetensors` without our
            card), which needs torch.
        sharpness: from 0, faithful, to 1, sharp, where the model has both ends.

    Raises:
        ZeuxisError: the file cannot be read, or holds no network that enlarges.
    """
    if path.suffix.lower() not in (MODEL, *FOREIGN):
        raise ZeuxisError(
            f"{path} is no model file by its name: give one that ends in {MODEL} or {FOREIGN[0]}"
        )
    try:
        about = path.stat()
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}; check the name") from error
    return _loaded(path, about.st_mtime_ns, about.st_size, sharpness)


@lru_cache(maxsize=WARM)
def _loaded(path: Path, _changed: int, _size: int, sharpness: float) -> Enlarges:
    if _is_foreign(path):
        from zeuxis.upscaling.foreign import load_foreign

        return load_foreign(path)
    from zeuxis.runtime import load_enlarger

    return load_enlarger(path, sharpness)


def _is_foreign(path: Path) -> bool:
    """Whether it is a network of another program; what cannot be told is one of ours, badly damaged."""
    if path.suffix.lower() in FOREIGN:
        return True
    from safetensors import SafetensorError, safe_open

    from zeuxis.models.files import CARD_KEY

    try:
        with safe_open(path, framework="numpy") as file:
            return CARD_KEY not in (file.metadata() or {})
    except (OSError, SafetensorError):
        return False
