"""A picture in memory: sRGB colours, and what its file said besides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zeuxis.errors import ZeuxisError
from zeuxis.images import metadata, modes, profiles
from zeuxis.images.bands import Take, is_large, resize_in_bands
from zeuxis.images.metadata import Metadata
from zeuxis.images.resizing import resize, resize_with_alpha
from zeuxis.images.sizes import Size

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_ROWS = 256  # that are rounded at a time: large pictures leave no room for copies of the whole


class _Colors:
    """A field that may be given bytes, and turns them into floats when somebody asks for floats.

    Most pictures come from 8 bits and go back to 8 bits, and a fourth of the memory is enough for those.
    """

    def __get__(self, picture: Picture | None, owner: type) -> Floats:
        if picture is None:
            raise AttributeError("pixels")  # as a field of a class: it has no default
        kept = picture.__dict__["pixels"]
        if kept.dtype == np.uint8:
            kept = picture.__dict__["pixels"] = modes.unit(kept)
        return kept  # type: ignore[no-any-return]

    def __set__(self, picture: Picture, values: Floats | Bytes) -> None:
        picture.__dict__["pixels"] = values


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, the right way up, in sRGB.

    Attributes:
        pixels: float32, HxWx3, sRGB, in [0, 1]. Given as uint8 they are kept so until they are first
            asked for.
        alpha: float32, HxW, in [0, 1]; None when the picture has no transparency.
        bits: 8 or 16, the depth of the file that it came from.
        icc_profile: the file's profile. ``pixels`` are sRGB already; writing converts them back
            and embeds it, where it is an RGB profile and the format holds one.
        exif: EXIF bytes; its turn is applied and taken out.
        xmp: an XMP packet; its turn is reset.
        dpi: dots per inch, across and down.
    """

    pixels: _Colors = _Colors()
    alpha: Floats | None = None
    bits: int = 8
    icc_profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None

    @property
    def height(self) -> int:
        """Rows."""
        return int(self._kept.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self._kept.shape[1])

    @property
    def bytes(self) -> Bytes:
        """The colours as uint8, HxWx3; not to be written to."""
        kept = self._kept
        return kept if kept.dtype == np.uint8 else quantized(kept, np.uint8)

    @property
    def holds_bytes(self) -> bool:
        """Whether the colours are 8 bits exactly, and nobody has asked for floats yet."""
        return bool(self._kept.dtype == np.uint8)

    def but(self, **changes: Any) -> Picture:
        """`dataclasses.replace` that leaves bytes as they are."""
        return replace(self, **({"pixels": self._kept} | changes))

    @property
    def _kept(self) -> NDArray[Any]:
        kept: NDArray[Any] = self.__dict__["pixels"]
        return kept

    def _rows(self, first: int, last: int) -> tuple[NDArray[Any], Floats | None]:
        alpha = None if self.alpha is None else self.alpha[first:last]
        return self._kept[first:last], alpha

    def batch(self) -> Floats:
        """The colours as 1x3xHxW, contiguous: what networks take."""
        return np.ascontiguousarray(self.pixels.transpose(2, 0, 1)[None])

    def with_batch(self, batch: Any) -> Picture:
        """The same picture with new colours.

        Args:
            batch: 1x3xHxW in [0, 1], a NumPy array or a tensor on the CPU. Values outside are
                clipped; where HxW is new, the alpha is resized to fit.

        Raises:
            ZeuxisError: ``batch`` has another shape.
        """
        array = np.asarray(batch, dtype=np.float32)
        if array.ndim != 4 or array.shape[:2] != (1, 3) or array.size == 0:
            raise ZeuxisError(f"a picture needs 1x3xHxW values, but the shape is {array.shape}")
        pixels = np.ascontiguousarray(np.clip(array[0].transpose(1, 2, 0), 0.0, 1.0))
        alpha = None if self.alpha is None else resize(self.alpha, pixels.shape[:2])
        return self.but(pixels=pixels, alpha=alpha)

    def resized(self, size: Size | tuple[int, int]) -> Picture:
        """The picture at another size, antialiased; colours under transparency do not bleed.

        Args:
            size: a `Size`, or (height, width) in pixels.

        Raises:
            ZeuxisError: the size is zero or beyond what `Size.resolve` allows.
        """
        if isinstance(size, Size):
            size = size.resolve(self.height, self.width)
        own = self.height, self.width
        if is_large(own, size):
            if size == own:
                return self.but()
            pixels, alpha = resize_in_bands(self._rows, own, size)
            return self.but(pixels=pixels, alpha=alpha)
        if self.alpha is None or size == own:
            return self.but(pixels=resize(self.pixels, size))
        pixels, alpha = resize_with_alpha(self.pixels, self.alpha, size)
        return self.but(pixels=pixels, alpha=alpha)

    @classmethod
    def from_array(cls, array: Any) -> Picture:
        """A picture from values alone.

        Args:
            array: HxW, HxWx1 (grey), HxWx2 (grey, alpha), HxWx3 (RGB) or HxWx4 (RGBA), sRGB; bool,
                integers over the range of their type, or floats in [0, 1] (clipped).

        Raises:
            ZeuxisError: it has another shape or type, or no pixels.
        """
        array = np.asarray(array)
        if array.ndim == 2:
            array = array[..., None]
        if (
            array.ndim != 3
            or array.shape[2] > 4
            or array.size == 0
            or array.dtype.kind not in "buif"
        ):
            raise ZeuxisError(
                "a picture needs numbers of shape HxW or HxWxC with C from 1 to 4, "
                f"but this array is {array.dtype} of shape {array.shape}"
            )
        values = array if array.dtype == np.uint8 else modes.unit(array)
        channels = array.shape[2]
        colors = values[..., :3] if channels > 2 else np.repeat(values[..., :1], 3, axis=2)
        return cls(
            pixels=np.array(colors, order="C"),  # a copy: the array may be written to later
            alpha=None if channels % 2 else modes.unit(values[..., -1]),
            bits=16 if array.dtype.kind in "ui" and array.dtype.itemsize > 1 else 8,
        )

    @classmethod
    def from_pil(
        cls,
        image: Image.Image,
        size: tuple[int, int] | None = None,
        box: tuple[float, float] | None = None,
    ) -> Picture:
        """A picture from a Pillow image of any mode: turned upright, converted to sRGB.

        Args:
            image: a Pillow image.
            size: (height, width) to bring it to; None for its own. For a large image that takes less
                memory than `resized` does.
            box: as `resize_in_bands` takes it.

        Raises:
            ZeuxisError: the image has no pixels, or is of mode Lab or HSV.
        """
        image.load()
        if not image.width or not image.height:
            raise ZeuxisError("the image has no pixels; give one of at least 1x1")
        told = metadata.of_image(image)
        profile = image.info.get("icc_profile")

        def rows(first: int, last: int) -> tuple[NDArray[Any], Floats | None]:
            whole = (first, last) == (0, image.height)
            return modes.split(image if whole else image.crop((0, first, image.width, last)))

        return cls.from_rows(
            rows,
            (image.height, image.width),
            told,
            size,
            box,
            bits=16 if modes.is_deep(image) else 8,
            icc_profile=profile if profile and profiles.space(profile) else None,
        )

    @classmethod
    def from_rows(
        cls,
        rows: Take,
        own: tuple[int, int],
        told: Metadata,
        size: tuple[int, int] | None = None,
        box: tuple[float, float] | None = None,
        **fields: Any,
    ) -> Picture:
        """A picture from what gives its rows, as they lie in its file.

        Args:
            rows: as `resize_in_bands` takes it.
            own: the height and width of what it gives.
            told: of the file.
            size: (height, width) to bring the picture to, the right way up; None for its own.
            box: as `resize_in_bands` takes it.
            **fields: `bits` and `icc_profile`.
        """
        lies = own if size is None else told.turned(size)
        if box is not None or (lies != own and is_large(own, lies)):
            pixels, alpha = resize_in_bands(rows, own, lies, box)
        else:
            pixels, alpha = rows(0, own[0])
        picture = cls(
            pixels=metadata.upright(pixels, told.orientation),
            alpha=None if alpha is None else metadata.upright(alpha, told.orientation),
            exif=told.exif,
            xmp=told.xmp,
            dpi=told.dpi,
            **fields,
        )
        shape = picture.height, picture.width
        return picture if size in (None, shape) else picture.resized(size)

    def to_pil(self) -> Image.Image:
        """The picture as an 8-bit Pillow image in sRGB: RGB, or RGBA when it has alpha."""
        values = self.bytes
        if self.alpha is not None:
            cover = quantized(self.alpha, np.uint8)
            values = np.concatenate([values, cover[..., None]], axis=2)
        return Image.fromarray(values)


def quantized(values: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """Floats in [0, 1] (clipped) as the nearest integers over the range of an unsigned type."""
    integers: NDArray[Any] = np.empty(values.shape, dtype)
    for top in range(0, len(values), _ROWS):
        steps = np.clip(values[top : top + _ROWS], 0.0, 1.0) * np.float32(np.iinfo(dtype).max)
        integers[top : top + _ROWS] = np.rint(steps)
    return integers
