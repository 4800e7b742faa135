"""What paints: a network and the row of a style, or of several blended into one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from zeuxis.errors import ZeuxisError
from zeuxis.images.sources import as_picture
from zeuxis.style.gallery import Style
from zeuxis.style.rows import Row, mixed, row_of, weakened
from zeuxis.style.settings import StylizeSettings

if TYPE_CHECKING:
    from zeuxis.runtime import Network, Predictor

WARM = 4  # networks that are kept for the next picture


@dataclass(frozen=True, eq=False)
class Brush:
    """A network, a row, and how much of the painting is theirs.

    Attributes:
        network: what paints.
        row: its style; None for a network of one style.
        weight: above 0.
    """

    network: "Network"
    row: Row | None
    weight: float = 1.0

    def weakened(self, strength: float) -> tuple[Row | None, float]:
        """The row to paint with for a strength, and how much of the painting covers the photo."""
        return weakened(self.row, self.network.tensors.get("plain"), strength)


def brush_for(
    style: Style, weight: float, settings: StylizeSettings, max_megapixels: float = 200.0
) -> Brush:
    """The brush for a style.

    Args:
        style: what to paint like.
        weight: above 0.
        settings: `stroke_size` and, for reading a painting, `threads` of them.
        max_megapixels: the largest painting that is read.

    Raises:
        ZeuxisError: the model file or the painting cannot be used.
    """
    if style.painting is not None:
        return _brush_for_painting(style, weight, settings, max_megapixels)
    network = _network(style.model)
    try:
        row = row_of(network.tensors, style.number or 0, settings.stroke_size)
    except ZeuxisError as error:
        raise ZeuxisError(f"cannot use {style.model}: {error}") from None
    return Brush(network, row, weight)


def blended(brushes: Sequence[Brush]) -> list[Brush]:
    """Brushes of the same network made one, by the mean of their rows; weights then add up to 1."""
    whole = sum(brush.weight for brush in brushes)
    one_each: dict[int, list[Brush]] = {}
    for brush in brushes:
        one_each.setdefault(id(brush.network), []).append(brush)
    return [_one(same, whole) for same in one_each.values()]


def _one(brushes: Sequence[Brush], whole: float) -> Brush:
    weights = [brush.weight for brush in brushes]
    rows = [brush.row for brush in brushes if brush.row is not None]
    row = mixed(rows, weights) if rows else None
    return replace(brushes[0], row=row, weight=sum(weights) / whole)


def _brush_for_painting(
    style: Style, weight: float, settings: StylizeSettings, max_megapixels: float
) -> Brush:
    """The brush for a painting that no network was trained on; its row is read from its pixels."""
    from zeuxis.runtime.reading import size_read

    fit = partial(size_read, stroke_size=settings.stroke_size)  # it may be large
    painting = as_picture(style.painting, max_megapixels, fit)
    if not style.model.exists():
        raise ZeuxisError(
            f"no network that paints like any picture came with this Zeuxis, so {style.name} cannot be a "
            "style here: use zeuxis paint, or a name that zeuxis styles shows"
        )
    network = _network(style.model)
    row = _predictor(network, settings.threads).row(painting.pixels, settings.stroke_size)
    return Brush(network, row, weight)


@lru_cache(maxsize=1)
def _predictor(network: "Network", threads: int | None) -> "Predictor":
    """What reads styles for a network, kept warm."""
    from zeuxis.runtime import Predictor

    return Predictor(network.tensors, network.path, threads)


def _network(model: Path) -> "Network":
    """The network of a file, kept warm for the next picture, unless the file has changed."""
    try:
        about = model.stat()
        return _loaded(model, about.st_mtime_ns, about.st_size)
    except OSError as error:
        raise ZeuxisError(f"cannot read {model}: {error.strerror}; check the name") from error


@lru_cache(maxsize=WARM)
def _loaded(model: Path, _changed: int, _size: int) -> "Network":
    from zeuxis.runtime import load_network

    return load_network(model)
