"""From files to files: one photo or a folder of them, made larger."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from zeuxis.errors import ZeuxisError
from zeuxis.images.batch import Begin, Outcome, Target, paint_each, photos_in
from zeuxis.images.formats import Format
from zeuxis.upscaling.gallery import Progress
from zeuxis.upscaling.result import Upscaled
from zeuxis.upscaling.upscaler import Upscaler


def upscale_file(
    photo: Any,
    output: str | Path | BinaryIO,
    *,
    upscaler: Upscaler | None = None,
    force: bool = False,
    bits: int | None = None,
    quality: int = 95,
    keep_metadata: bool = True,
    max_megapixels: float = 200.0,
    progress: Progress | None = None,
    **knobs: Any,
) -> Upscaled:
    """Make a photo larger and write it.

    Args:
        photo: as `zeuxis.upscale` takes it.
        output: a file, or a binary stream, which gets a PNG.
        upscaler: what enlarges; None for one with these knobs.
        force: replace a file that is there already.
        bits: 8 or 16 a channel; None for the photo's.
        quality: of JPEG, WebP and AVIF, 1 to 100.
        keep_metadata: whether EXIF, XMP and dots per inch are written too.
        max_megapixels: the largest picture that is read.
        progress: called now and then with the share that is done, from 0 to 1.
        **knobs: of `Upscaler`: `model`, `settings`, or fields of `UpscaleSettings`.

    Raises:
        ZeuxisError: before anything is computed, if the output cannot be written; as `zeuxis.upscale` does.
            If the output cannot be written after all, the picture is in the folder for temporary files.
    """
    target = Target(output, force, bits=bits, quality=quality, keep_metadata=keep_metadata)
    upscaler = upscaler or Upscaler(**knobs)
    made = upscaler.upscale(
        photo,
        bits=bits,
        max_megapixels=max_megapixels,
        progress=progress,
        check=partial(_check_side, target.format),
    )
    target.take(made)
    return made


def upscale_folder(
    folder: str | Path,
    output: str | Path,
    *,
    upscaler: Upscaler | None = None,
    force: bool = False,
    begin: Begin | None = None,
    **options: Any,
) -> Iterator[Outcome[Upscaled]]:
    """Make every photo of a folder larger, at any depth, into a folder of the same shape.

    What has been made before is skipped, and a photo that fails does not stop the others.

    Args:
        folder: of photos.
        output: a folder, made if there is none; not the same one. One inside `folder` is not looked into.
        upscaler: what enlarges; None for one with these options.
        force: enlarge also what has been enlarged before.
        begin: called with a photo, its number from 1, and how many there are, before it is enlarged.
        **options: all others of `upscale_file`.

    Yields:
        an `Outcome` a photo, when it is done.

    Raises:
        ZeuxisError: if there are no photos, the output cannot be a folder, or the settings cannot be.
    """
    folder, output = Path(folder), Path(output)
    photos = photos_in(folder, output)
    files = ("bits", "quality", "keep_metadata", "max_megapixels", "progress")
    how = {name: options.pop(name) for name in files if name in options}
    shared = upscaler or Upscaler(**options)  # once for all

    def one(photo: Path, target: Path) -> Upscaled:
        return upscale_file(photo, target, upscaler=shared, force=force, **how)

    yield from paint_each(photos, folder, output, one, force=force, begin=begin)


def _check_side(format: Format, size: tuple[int, int]) -> None:
    """Refuse what `write` would refuse, before the work."""
    if max(size) > format.max_side:
        raise ZeuxisError(
            f"{format.name} holds sides up to {format.max_side} pixels, but the enlargement would be "
            f"{size[1]}x{size[0]}: ask for less or write PNG"
        )
