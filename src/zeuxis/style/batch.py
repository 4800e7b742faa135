"""From files to files: one photo or a folder of them, painted in one pass."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from zeuxis.images.batch import Begin, Outcome, Painted, Target, paint_each, photos_in
from zeuxis.images.sources import as_picture
from zeuxis.style.result import Stylized
from zeuxis.style.stylizer import Progress, Stylizer


def stylize_file(
    photo: Any,
    style: Any,
    output: str | Path | BinaryIO,
    *,
    mask: Any = None,
    force: bool = False,
    bits: int | None = None,
    quality: int = 95,
    keep_metadata: bool = True,
    max_megapixels: float = 200.0,
    progress: Progress | None = None,
    **knobs: Any,
) -> Stylized:
    """Paint a photo in one pass and write the painting.

    Args:
        photo: as `zeuxis.stylize` takes it.
        style: as `zeuxis.stylize` takes it, or a `Stylizer`.
        output: a file, or a binary stream, which gets a PNG.
        mask: as `zeuxis.stylize` takes it.
        force: replace a file that is there already.
        bits: 8 or 16 a channel; None for the photo's.
        quality: of JPEG, WebP and AVIF, 1 to 100.
        keep_metadata: whether EXIF, XMP and dots per inch are written too.
        max_megapixels: the largest picture that is read.
        progress: called now and then with the share that is done, from 0 to 1.
        **knobs: of `Stylizer`: `settings`, or fields of `StylizeSettings`.

    Raises:
        ZeuxisError: before anything is painted, if the output cannot be written; as `zeuxis.stylize` does. If
            the output cannot be written after all, the painting is in the folder for temporary files.
    """
    target = Target(output, force, bits=bits, quality=quality, keep_metadata=keep_metadata)
    stylizer = _stylizer(style, max_megapixels, knobs)
    painting = stylizer.stylize(
        photo, mask=mask, bits=bits, max_megapixels=max_megapixels, progress=progress
    )
    target.take(painting)
    return painting


def stylize_folder(
    folder: str | Path,
    style: Any,
    output: str | Path,
    *,
    mask: Any = None,
    force: bool = False,
    max_megapixels: float = 200.0,
    begin: Begin | None = None,
    paint: Callable[..., Painted] = stylize_file,
    **options: Any,
) -> Iterator[Outcome[Any]]:
    """Paint every photo of a folder, at any depth, into a folder of the same shape.

    What has been painted before is skipped, and a photo that fails does not stop the others.

    Args:
        folder: of photos.
        style: as `stylize_file` takes it.
        output: a folder, made if there is none; not the same one. One inside `folder` is not looked into.
        mask: for every photo, resized to it.
        force: paint also what has been painted before.
        max_megapixels: the largest picture that is read.
        begin: called with a photo, its number from 1, and how many there are, before it is painted.
        paint: what paints each, called as `stylize_file` is.
        **options: all others of `stylize_file`.

    Yields:
        an `Outcome` a photo, when it is done.

    Raises:
        ZeuxisError: if there are no photos, the output cannot be a folder, or style or mask cannot be used.
    """
    folder, output = Path(folder), Path(output)
    photos = photos_in(folder, output)
    files = ("bits", "quality", "keep_metadata", "progress")
    how = {name: options.pop(name) for name in files if name in options}
    stylizer = _stylizer(style, max_megapixels, options)  # once for all
    where = None if mask is None else as_picture(mask, max_megapixels)

    def paint_one(photo: Path, target: Path) -> Painted:
        return paint(
            photo, stylizer, target, mask=where, force=force, max_megapixels=max_megapixels, **how
        )

    yield from paint_each(photos, folder, output, paint_one, force=force, begin=begin)


def _stylizer(style: Any, max_megapixels: float, knobs: dict[str, Any]) -> Stylizer:
    if isinstance(style, Stylizer):
        return style
    return Stylizer(style, max_megapixels=max_megapixels, **knobs)
