"""`zeuxis.stylize` and `zeuxis.Stylizer`: photographs, painted in one pass."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from numpy.typing import NDArray
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size
from zeuxis.images.sources import as_picture, weighted
from zeuxis.settings import turned
from zeuxis.style.broad import with_broad_strokes
from zeuxis.style.brushes import blended, brush_for
from zeuxis.style.finishing import Layer, areas, composed
from zeuxis.style.gallery import find
from zeuxis.style.result import Stylized
from zeuxis.style.settings import StylizeSettings

Progress = Callable[[float], None]  # is told the share that is done


class Stylizer:
    """Paints pictures in a style. What it needs is loaded once; threads may share it.

    Args:
        style: the name of a style that comes with the package, a painting, a model file (with `#name` behind
            it if it has several styles), a (style, weight) pair, or a list of these.
        settings: the knobs; by default `StylizeSettings()`.
        max_megapixels: the largest painting that is read.
        **knobs: fields of `StylizeSettings`, on top of `settings`.

    Raises:
        ZeuxisError: for an unknown style, a file that cannot be used, a value out of range.

    Example:
        >>> stylizer = zeuxis.Stylizer("starry-night")
        >>> stylizer(Image.open("photo.jpg")).save("painted.png")
    """

    def __init__(
        self,
        style: Any,
        settings: StylizeSettings | None = None,
        *,
        max_megapixels: float = 200.0,
        **knobs: Any,
    ) -> None:
        self.settings = turned(settings or StylizeSettings(), knobs)
        self._size = None if self.settings.size is None else Size.parse(self.settings.size)
        named = [weighted(each) for each in (style if isinstance(style, list) else [style])]
        if not named:
            raise ZeuxisError("there is no style: give at least one")
        self.styles = [(find(source), weight) for source, weight in named]
        self._brushes = [
            brush_for(each, w, self.settings, max_megapixels) for each, w in self.styles
        ]

    @property
    def name(self) -> str:
        """The names of the styles, as they go into a file's name: `starry-night+great-wave`."""
        return "+".join(style.name for style, _ in self.styles)

    def __call__(self, photo: Any) -> Image.Image:
        """Paint a photo, given as `stylize` takes it, as an 8-bit image of the same size."""
        return self.stylize(photo).image

    def stylize(
        self,
        photo: Any,
        *,
        mask: Any = None,
        bits: int | None = None,
        max_megapixels: float = 200.0,
        progress: Progress | None = None,
    ) -> Stylized:
        """Paint a photo.

        Args:
            photo: a file name, an open file, a Pillow image, an array (H x W x 3, 8 bit or floats in [0, 1]),
                or a `zeuxis.images.Picture`.
            mask: a picture that is white where the photo is to be painted; with several styles, one whose
                colours are regions of one style each; see `zeuxis.style.finishing.areas`.
            bits: 16 to paint a photo of 8 bits at 16; None for the photo's own.
            max_megapixels: the largest picture that is read.
            progress: called now and then with the share that is done, from 0 to 1.

        Raises:
            ZeuxisError: for a photo or mask that cannot be read or does not match, or no memory.
        """
        began = time.monotonic()
        where = None if mask is None else as_picture(mask, max_megapixels)
        fit = None if self._size is None else self._size.resolve
        try:  # the photo is not kept here: it may be large, and its floats larger
            picture = self._painted(as_picture(photo, max_megapixels, fit), bits, where, progress)
        except MemoryError as error:
            raise ZeuxisError(
                "there is not enough memory for a picture of this size: lower --size or --max-memory"
            ) from error
        return Stylized(picture, self.settings, self._shares(), time.monotonic() - began)

    def _painted(
        self, photo: Picture, bits: int | None, mask: Picture | None, progress: Progress | None
    ) -> Picture:
        if bits is not None:
            photo = photo.but(bits=bits)
        if self.settings.strength == 0:
            return photo
        if photo.bits == 8:
            photo = photo.but(pixels=photo.bytes)
        pixels: NDArray[Any] = photo.bytes if photo.bits == 8 else photo.pixels
        brushes, places = self._brushes, None
        if mask is not None:
            places = areas(mask, len(brushes), pixels.shape[:2])
        if len(brushes) == 1 or mask is None:
            brushes = blended(brushes)
        layers: list[Layer] = []
        for number, brush in enumerate(brushes):
            row, cover = brush.weakened(self.settings.strength)
            paint = partial(
                brush.network.paint,
                row=row,
                threads=self.settings.threads,
                max_memory=self.settings.max_memory * 1e9 - _bytes(layers, places),
            )
            told = _part(progress, number, len(brushes))
            painted = with_broad_strokes(pixels, self.settings.layout_size, paint, told)
            if places is None:
                layers.append(Layer(painted, cover * brush.weight))
            else:
                layers.append(Layer(painted, cover, places[number]))
        keep = self.settings.colors == "keep"
        return photo.but(pixels=composed(pixels, layers, keep))

    def _shares(self) -> dict[str, float]:
        whole = sum(weight for _, weight in self.styles)
        shares: dict[str, float] = {}
        for style, weight in self.styles:
            shares[style.name] = shares.get(style.name, 0.0) + weight / whole
        return shares


def stylize(
    photo: Any,
    style: Any,
    *,
    mask: Any = None,
    settings: StylizeSettings | None = None,
    progress: Progress | None = None,
    max_megapixels: float = 200.0,
    **knobs: Any,
) -> Stylized:
    """Paint a photograph in a style, in one pass (Johnson et al. 2016).

    Args:
        photo: as `Stylizer.stylize` takes it.
        style: as `Stylizer` takes it.
        mask: as `Stylizer.stylize` takes it.
        settings: the knobs; by default `StylizeSettings()`.
        progress: called now and then with the share that is done, from 0 to 1.
        max_megapixels: the largest picture that is read.
        **knobs: fields of `StylizeSettings`, on top of `settings`.

    Raises:
        ZeuxisError: for anything a user can mend: an unknown style, unreadable pictures, values out of range.

    Example:
        >>> zeuxis.stylize("photo.jpg", "starry-night").save("painted.png")
    """
    stylizer = Stylizer(style, settings, max_megapixels=max_megapixels, **knobs)
    return stylizer.stylize(photo, mask=mask, max_megapixels=max_megapixels, progress=progress)


def _bytes(layers: Sequence[Layer], places: Sequence[NDArray[Any]] | None) -> int:
    """What is held beside the photo and the next painting."""
    return sum(layer.painted.nbytes for layer in layers) + sum(area.nbytes for area in places or ())


def _part(progress: Progress | None, number: int, count: int) -> Progress | None:
    """What a network tells of its part, as a share of the whole."""
    if progress is None:
        return None
    return lambda share: progress((number + share) / count)
