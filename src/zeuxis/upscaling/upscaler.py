"""`zeuxis.upscale` and `zeuxis.Upscaler`: pictures made larger."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size, resize
from zeuxis.images.picture import quantized
from zeuxis.images.sources import as_picture
from zeuxis.settings import turned
from zeuxis.upscaling.finishing import enlarged, filled, is_grey, make_grey
from zeuxis.upscaling.gallery import Progress, enlarger, shipped
from zeuxis.upscaling.result import Upscaled
from zeuxis.upscaling.settings import SCALE, UpscaleSettings


class Upscaler:
    """Makes pictures larger. A network is loaded when it is first needed; threads may share it.

    Args:
        model: a model file that zeuxis upscale-train made, or a network of another program (`.pth`, or
            `.safetensors`; needs torch); None for those that come with the package.
        settings: the knobs; by default `UpscaleSettings()`.
        **knobs: fields of `UpscaleSettings`, on top of `settings`.

    Raises:
        ZeuxisError: for a file that cannot be used, a value out of range, a scale that no network reaches.

    Example:
        >>> upscaler = zeuxis.Upscaler(scale=2)
        >>> upscaler(Image.open("photo.jpg")).save("larger.png")
    """

    def __init__(
        self,
        model: str | Path | None = None,
        settings: UpscaleSettings | None = None,
        **knobs: Any,
    ) -> None:
        self.settings = turned(settings or UpscaleSettings(), knobs)
        scale, to = self.settings.scale, self.settings.to
        if scale is not None and to is not None:
            raise ZeuxisError(
                f"both scale, {scale:g}, and to, {to}, say how large: give one of them"
            )
        self._files = self._given(Path(model)) if model is not None else shipped()
        self._reach = max(self._files)
        if scale is None:
            scale = SCALE if model is None else float(self._reach)
        if to is None and scale > self._reach:
            raise ZeuxisError(
                f"scale is {scale:g}, but {self._files[self._reach]} makes sides {self._reach} times as "
                "long: give no more than that"
            )
        self._size = Size(scale=scale) if to is None else Size.parse(to)

    @property
    def name(self) -> str:
        """How large, as it goes into a file's name: `x4`, `4000x3000`."""
        scale = self._size.scale
        return str(self._size) if scale is None else f"x{scale:g}"

    def __call__(self, photo: Any) -> Image.Image:
        """Enlarge a photo, given as `upscale` takes it, as an 8-bit image."""
        return self.upscale(photo).image

    def size_of(self, photo: Picture) -> tuple[int, int]:
        """The height and width that a photo will have.

        Raises:
            ZeuxisError: that is more than a picture can have, or than the networks reach.
        """
        return self._reached(photo.height, photo.width)

    def upscale(
        self,
        photo: Any,
        *,
        bits: int | None = None,
        max_megapixels: float = 200.0,
        progress: Progress | None = None,
        check: Callable[[tuple[int, int]], None] | None = None,
    ) -> Upscaled:
        """Enlarge a photo.

        Args:
            photo: a file name, an open file, a Pillow image, an array (H x W x 3, 8 bit or floats in [0, 1]),
                or a `zeuxis.images.Picture`.
            bits: 16 to make 16 bits of a photo of 8; None for the photo's own.
            max_megapixels: the largest picture that is read.
            progress: called now and then with the share that is done, from 0 to 1.
            check: called with the height and width that it will have, before the work; may raise.

        Raises:
            ZeuxisError: for a photo that cannot be read, a size that cannot be reached, or no memory.
        """
        began = time.monotonic()
        asked: list[tuple[int, int]] = []

        def fit(height: int, width: int) -> tuple[int, int]:
            """What it is read at: its own size, or the one it will have if no side of that is longer."""
            own = height, width
            size = self._reached(height, width)
            if check is not None:
                check(size)
            asked.append(size)
            return size if _growth(own, size) <= 1 else own

        try:
            picture = as_picture(photo, max_megapixels, fit)
            size = asked[-1]
            picture = picture if bits is None else picture.but(bits=bits)
            growth = _growth((picture.height, picture.width), size)
            path = next(path for scale, path in self._files.items() if scale >= growth)
            if growth > 1:
                picture = self._enlarged(picture, size, path, progress)
        except MemoryError as error:
            raise ZeuxisError(
                "there is not enough memory for a picture of this size: lower --scale or --max-memory"
            ) from error
        model = path.stem if growth > 1 else None
        return Upscaled(picture, self.settings, model, time.monotonic() - began)

    def _enlarged(
        self, photo: Picture, size: tuple[int, int], path: Path, progress: Progress | None
    ) -> Picture:
        pixels: NDArray[Any] = photo.bytes if photo.bits == 8 else photo.pixels
        grey = is_grey(pixels)
        if photo.alpha is not None:
            colors = filled(photo.pixels, photo.alpha > 0)
            pixels = quantized(colors, np.uint8) if photo.bits == 8 else colors
        made = enlarged(
            pixels,
            enlarger(path, self.settings.sharpness),
            size,
            threads=self.settings.threads,
            max_memory=self.settings.max_memory * 1e9,
            progress=progress,
        )
        if grey:
            make_grey(made)
        return photo.but(
            pixels=made, alpha=None if photo.alpha is None else resize(photo.alpha, size)
        )

    def _reached(self, height: int, width: int) -> tuple[int, int]:
        size = self._size.resolve(height, width)
        if _growth((height, width), size) > self._reach:
            raise ZeuxisError(
                f"{size[1]}x{size[0]} is over {self._reach} times the photo's {width}x{height}: "
                f"give at most {width * self._reach}x{height * self._reach}"
            )
        return size

    def _given(self, model: Path) -> dict[int, Path]:
        """A file that was given, by its scale; loaded now, for it may be no model."""
        return {enlarger(model, self.settings.sharpness).scale: model}


def upscale(
    photo: Any,
    *,
    model: str | Path | None = None,
    settings: UpscaleSettings | None = None,
    progress: Progress | None = None,
    max_megapixels: float = 200.0,
    **knobs: Any,
) -> Upscaled:
    """Make a photograph larger (Johnson et al. 2016, section 4.2; Ledig et al. 2017).

    Args:
        photo: as `Upscaler.upscale` takes it.
        model: as `Upscaler` takes it.
        settings: the knobs; by default `UpscaleSettings()`.
        progress: called now and then with the share that is done, from 0 to 1.
        max_megapixels: the largest picture that is read.
        **knobs: fields of `UpscaleSettings`, on top of `settings`.

    Raises:
        ZeuxisError: for anything a user can mend: unreadable pictures, values out of range.

    Example:
        >>> zeuxis.upscale("photo.jpg", scale=4).save("larger.png")
    """
    upscaler = Upscaler(model, settings, **knobs)
    return upscaler.upscale(photo, max_megapixels=max_megapixels, progress=progress)


def _growth(own: Sequence[int], size: Sequence[int]) -> float:
    """How many times as long the side becomes that grows most."""
    return max(size[0] / own[0], size[1] / own[1])
