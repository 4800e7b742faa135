"""From what a person gives (files, pictures, arrays) to what the painter works on."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size, keep_colors, match_covariance, match_histogram
from zeuxis.images.reading import Fit
from zeuxis.images.sources import as_picture, weighted
from zeuxis.painting.levels import SMALLEST
from zeuxis.painting.regions import Regions, read_regions
from zeuxis.painting.settings import PaintSettings

STARTS = ("content", "noise", "style")
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True, eq=False)
class Sources:
    """All pictures of a job, at the sizes they were given in but for the photo.

    Attributes:
        original: the photo at the size of the painting, as it goes back to its file.
        photo: what is painted on, 1 x 3 x H x W: in grey if only lightness is painted, and with sides of
            at least SMALLEST pixels.
        styles: the paintings, 1 x 3 x h x w each, with the photo's colours if those are kept.
        weights: of the paintings.
        regions: where each painting goes; None for one region.
        start: a picture to begin from; None for the ones that have a name.
    """

    original: Picture
    photo: np.ndarray
    styles: list[np.ndarray]
    weights: list[float]
    regions: Regions | None
    start: np.ndarray | None

    def digest(self, settings: PaintSettings) -> str:
        """The same for the same job: what a checkpoint belongs to."""
        digest = hashlib.sha256(repr(sorted(asdict(settings).items())).encode())
        arrays = [self.photo, *self.styles, np.array(self.weights)]
        arrays += [] if self.start is None else [self.start]
        if self.regions is not None:
            arrays += self.regions.photo
            for parts in self.regions.paintings:
                arrays += [np.array(sorted(parts)), *(p for p in parts.values() if p is not None)]
        for array in arrays:
            digest.update(str(array.shape).encode() + np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def finished(self, painted: np.ndarray, settings: PaintSettings) -> Picture:
        """The painting as a picture: without padding, with colours and strength as asked."""
        height, width = self.original.height, self.original.width
        pixels = np.clip(painted[0, :, :height, :width].transpose(1, 2, 0), 0.0, 1.0)
        if settings.colors == "luminance":
            pixels = keep_colors(pixels, self.original.pixels)
        if settings.strength < 1:
            pixels = self.original.pixels + settings.strength * (pixels - self.original.pixels)
        return self.original.with_batch(np.ascontiguousarray(pixels.transpose(2, 0, 1)[None]))


def gather(
    photo: Any,
    style: Any,
    settings: PaintSettings,
    mask: Any = None,
    style_masks: Sequence[Any] = (),
    max_megapixels: float = 200.0,
) -> Sources:
    """Read and prepare all pictures of a job.

    Raises:
        ZeuxisError: for a picture that cannot be read, no style, a bad weight, masks that do not match.
    """

    def picture(source: Any, fit: Fit | None = None) -> Picture:
        return as_picture(source, max_megapixels, fit)

    original = picture(photo, None if settings.size is None else Size.parse(settings.size).resolve)
    paintings = read_styles(style, max_megapixels)
    styles = [painting.pixels for painting, _ in paintings]
    regions = None
    if mask is not None:
        masks = [picture(m) for m in style_masks]
        regions = read_regions(picture(mask), masks, len(styles))
    elif style_masks:
        raise ZeuxisError("style masks need a mask of the photo: give it with --mask")
    pixels, styles = _colored(original.pixels, styles, settings.colors)
    start = None
    if settings.start not in STARTS:
        size = original.height, original.width
        start = picture(settings.start, lambda *_: size).pixels
    return Sources(
        original,
        _batch(pixels),
        [_batch(s) for s in styles],
        [weight for _, weight in paintings],
        regions,
        None if start is None else _batch(start),
    )


def read_styles(style: Any, max_megapixels: float = 200.0) -> list[tuple[Picture, float]]:
    """Paintings and their weights, from a painting, a (painting, weight) pair, or a list of them.

    Raises:
        ZeuxisError: for no style, a painting that cannot be read, a bad weight.
    """
    named = [weighted(s) for s in (style if isinstance(style, list) else [style])]
    if not named:
        raise ZeuxisError("there is no style: give at least one painting")
    return [(as_picture(source, max_megapixels), weight) for source, weight in named]


def _colored(
    photo: np.ndarray, styles: list[np.ndarray], colors: str
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Photo and paintings, prepared to keep the photo's colours (Gatys et al. 2016b, section 5)."""
    if colors == "histogram":
        return photo, [match_histogram(style, photo) for style in styles]
    if colors == "covariance":
        return photo, [match_covariance(style, photo) for style in styles]
    if colors == "luminance":
        grey = _luma(photo)
        return _grey(grey), [_grey(_like(_luma(style), grey)) for style in styles]
    return photo, styles


def _luma(pixels: np.ndarray) -> np.ndarray:
    luma: np.ndarray = pixels @ LUMA
    return luma


def _like(luma: np.ndarray, other: np.ndarray) -> np.ndarray:
    """`luma` with the mean and the standard deviation of `other`."""
    spread = other.std() / max(float(luma.std()), 1e-6)
    alike: np.ndarray = np.clip((luma - luma.mean()) * spread + other.mean(), 0.0, 1.0)
    return alike


def _grey(luma: np.ndarray) -> np.ndarray:
    return np.repeat(luma[..., None], 3, axis=2).astype(np.float32)


def _batch(pixels: np.ndarray) -> np.ndarray:
    """1 x 3 x H x W, its borders repeated until the network can work on it."""
    height, width = pixels.shape[:2]
    more = ((0, max(0, SMALLEST - height)), (0, max(0, SMALLEST - width)), (0, 0))
    padded = np.pad(pixels, more, mode="edge")
    return np.ascontiguousarray(padded.transpose(2, 0, 1)[None], dtype=np.float32)
