"""From files to files: one photo or a folder of them, checked before any work and lost by no mishap."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from zeuxis.errors import ZeuxisError
from zeuxis.images.batch import (
    Begin,
    Outcome,
    check_output,
    deliver,
    paint_each,
    photos_in,
    rehearse,
)
from zeuxis.painting.job import paint
from zeuxis.painting.progress import Callback, preview_to, trace_to
from zeuxis.painting.result import Painting
from zeuxis.painting.sources import read_styles
from zeuxis.training import Interrupt, checkpoint_of


def preview_of(output: Path) -> Path:
    """Where an unfinished painting can be looked at."""
    return output.with_name(f"{output.stem}.preview.jpg")


def paint_file(
    photo: Any,
    style: Any,
    output: str | Path | BinaryIO,
    *,
    force: bool = False,
    resume: bool = False,
    bits: int | None = None,
    quality: int = 95,
    keep_metadata: bool = True,
    preview_every: int | None = None,
    callback: Callback | Sequence[Callback] = (),
    **options: Any,
) -> Painting:
    """Paint a photo and write the painting.

    While it paints, a checkpoint is kept beside the output. If it is interrupted with Ctrl-C, the painting as
    far as it got is written and the checkpoint stays; with `resume` it goes on from there.

    Args:
        photo: as `zeuxis.paint` takes it.
        style: as `zeuxis.paint` takes it.
        output: a file, or a binary stream, which gets a PNG and leaves no checkpoint.
        force: replace a file that is there already.
        resume: go on from the checkpoint, and replace what the interrupted run wrote.
        bits: 8 or 16 a channel; None for the photo's.
        quality: of JPEG, WebP and AVIF, 1 to 100.
        keep_metadata: whether EXIF, XMP and dots per inch are written too.
        preview_every: steps after which `<output's stem>.preview.jpg` is written anew; None for no preview.
        callback: called with a `Progress` after each step; one or several.
        **options: all others of `zeuxis.paint`.

    Raises:
        ZeuxisError: before anything is painted, if the output cannot be written; and as `zeuxis.paint` does.
            If the output cannot be written after all, the painting is in the folder for temporary files.
    """
    how = {"bits": bits, "quality": quality, "keep_metadata": keep_metadata}
    callbacks = [callback] if callable(callback) else list(callback)
    if not isinstance(output, str | Path):
        if resume or preview_every:
            raise ZeuxisError(
                "a stream has no place for a checkpoint or a preview: give a file name"
            )
        rehearse("PNG", how)
        painting = paint(photo, style, callback=callbacks, **options)
        _deliver(painting, output, how | {"format": "PNG"})
        return painting
    output = Path(output)
    checkpoint = checkpoint_of(output)
    _check(output, force or (resume and _is_unfinished(output)))
    rehearse(output.suffix, how)
    if preview_every:
        callbacks.append(preview_to(preview_of(output), preview_every))
    painting = paint(
        photo, style, callback=callbacks, checkpoint=checkpoint, resume=resume, **options
    )
    _deliver(painting, output, how | {"overwrite": force or resume})
    return painting


def paint_folder(
    folder: str | Path,
    style: Any,
    output: str | Path,
    *,
    force: bool = False,
    resume: bool = False,
    trace: str | Path | None = None,
    begin: Begin | None = None,
    **options: Any,
) -> Iterator[Outcome[Painting]]:
    """Paint every photo of a folder, at any depth, into a folder of the same shape.

    What has been painted before is skipped; a photo that fails does not stop the others; after a Ctrl-C the
    outcome of the photo that was interrupted is the last.

    Args:
        folder: of photos.
        style: as `zeuxis.paint` takes it.
        output: a folder, made if there is none; not the same one. One inside `folder` is not looked into.
        force: paint also what has been painted before.
        resume: go on with photos that were interrupted.
        trace: a file that gets a line of JSON for each step of each photo.
        begin: called with a photo, its number from 1, and how many there are, before it is painted.
        **options: all others of `paint_file`.

    Yields:
        an `Outcome` a photo, when it is done.

    Raises:
        ZeuxisError: if there are no photos, or the output cannot be a folder.
    """
    folder, output = Path(folder), Path(output)
    photos = photos_in(folder, output)
    style = read_styles(style, options.get("max_megapixels", 200.0))  # once for all
    trace_path = None if trace is None else Path(trace)
    if trace_path is not None:
        trace_to(trace_path, append=resume)
    callback = options.pop("callback", ())
    callbacks = [callback] if callable(callback) else list(callback)

    def paint_one(photo: Path, target: Path) -> Painting:
        traced = (
            [] if trace_path is None else [trace_to(trace_path, append=True, source=str(photo))]
        )
        return paint_file(
            photo,
            style,
            target,
            force=force,
            resume=resume and _is_unfinished(target),
            callback=[*callbacks, *traced],
            **options,
        )

    yield from paint_each(
        photos, folder, output, paint_one, force=force, unfinished=_is_unfinished, begin=begin
    )


def _is_unfinished(output: Path) -> bool:
    return checkpoint_of(output).exists()


def _check(output: Path, overwrite: bool) -> None:
    if output.exists() and not overwrite and _is_unfinished(output):
        raise ZeuxisError(
            f"{output} is unfinished: add --resume (resume=True) to go on with it, or --force "
            "(force=True) to begin anew"
        )
    check_output(output, overwrite)


def _deliver(painting: Painting, output: Path | BinaryIO, how: dict[str, Any]) -> None:
    with Interrupt() as interrupt:  # an impatient Ctrl-C shall not cost the picture
        deliver(painting, output, how)
    if interrupt.asked:
        raise KeyboardInterrupt
