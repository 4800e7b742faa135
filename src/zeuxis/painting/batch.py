"""From files to files: one photo or a folder of them, checked before any work and lost by no mishap."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, picture_files, write
from zeuxis.images.formats import EXTENSIONS
from zeuxis.painting.job import paint
from zeuxis.painting.progress import Callback, preview_to, trace_to
from zeuxis.painting.result import Painting
from zeuxis.painting.sources import read_styles
from zeuxis.training import Interrupt

Begin = Callable[[Path, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What became of a photo.

    Attributes:
        source: its file name.
        output: the painting's.
        painting: None if it was skipped or failed.
        skipped: whether it had been painted before.
        error: what went wrong, a sentence.
    """

    source: str
    output: str
    painting: Painting | None = None
    skipped: bool = False
    error: str | None = None

    def report(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""
        where = {"source": self.source, "output": self.output}
        if self.painting is not None:
            return where | self.painting.report()
        return where | ({"skipped": True} if self.error is None else {"error": self.error})


def checkpoint_of(output: Path) -> Path:
    """Where the state of an unfinished painting is kept."""
    return output.with_name(f".{output.name}.zeuxis-checkpoint")


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
        _rehearse("PNG", how)
        painting = paint(photo, style, callback=callbacks, **options)
        _deliver(painting, output, how | {"format": "PNG"})
        return painting
    output = Path(output)
    checkpoint = checkpoint_of(output)
    _check(output, force or (resume and checkpoint.exists()))
    _rehearse(output.suffix, how)
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
) -> Iterator[Outcome]:
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
    photos = _photos(folder, output)
    style = read_styles(style, options.get("max_megapixels", 200.0))  # once for all
    trace_path = None if trace is None else Path(trace)
    if trace_path is not None:
        trace_to(trace_path, append=resume)
    callback = options.pop("callback", ())
    callbacks = [callback] if callable(callback) else list(callback)
    for number, photo in enumerate(photos, start=1):
        target = output / photo.relative_to(folder)
        checkpoint = checkpoint_of(target)
        if target.exists() and not force and not checkpoint.exists():
            yield Outcome(str(photo), str(target), skipped=True)
            continue
        if begin is not None:
            begin(photo, number, len(photos))
        traced = (
            [] if trace_path is None else [trace_to(trace_path, append=True, source=str(photo))]
        )
        try:
            _make_folder(target.parent)
            painting = paint_file(
                photo,
                style,
                target,
                force=force,
                resume=resume and checkpoint.exists(),
                callback=[*callbacks, *traced],
                **options,
            )
        except ZeuxisError as error:
            yield Outcome(str(photo), str(target), error=str(error))
            continue
        yield Outcome(str(photo), str(target), painting)
        if painting.interrupted:
            return


def _photos(folder: Path, output: Path) -> list[Path]:
    inside, painted = folder.resolve(), output.resolve()
    if inside == painted:
        raise ZeuxisError(
            f"the paintings of {folder} would replace the photos: give another folder"
        )
    if output.exists() and not output.is_dir():
        raise ZeuxisError(f"{output} is a file: the paintings of a folder need a folder")
    photos = [p for p in picture_files(folder) if not p.resolve().is_relative_to(painted)]
    if not photos:
        raise ZeuxisError(f"there are no pictures in {folder}: give a folder with some")
    return photos


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ZeuxisError(
            f"cannot make the folder {folder} ({error.strerror}): choose another"
        ) from error


def _check(output: Path, overwrite: bool) -> None:
    """Refuse what `write` would refuse, before the work."""
    if output.suffix.lower() not in EXTENSIONS:
        known = ", ".join(sorted(EXTENSIONS))
        raise ZeuxisError(
            f"cannot write {output}: its extension {output.suffix!r} names no picture format; use one of "
            f"{known}"
        )
    if not output.parent.is_dir():
        raise ZeuxisError(
            f"cannot write {output}: there is no folder {output.parent}; make it first"
        )
    if output.is_dir():
        raise ZeuxisError(f"cannot write {output}: it is a folder; give the name of a file")
    if output.exists() and not overwrite:
        if checkpoint_of(output).exists():
            raise ZeuxisError(
                f"{output} is unfinished: add --resume (resume=True) to go on with it, or --force "
                "(force=True) to begin anew"
            )
        raise ZeuxisError(
            f"{output} exists already; use --force (force=True) to replace it, or give another name"
        )
    try:
        with tempfile.TemporaryFile(dir=output.parent):
            pass
    except OSError as error:
        raise ZeuxisError(
            f"cannot write {output}: {error.strerror}; choose another folder"
        ) from error


def _rehearse(format: str, how: dict[str, Any]) -> None:
    """Write one pixel as the painting will be written, to see that it can be."""
    write(Picture.from_array(np.zeros((1, 1, 3))), BytesIO(), format=format, **how)


def _deliver(painting: Painting, output: Path | BinaryIO, how: dict[str, Any]) -> None:
    """Write the painting; somewhere else if it cannot be where it should."""
    with Interrupt() as interrupt:  # an impatient Ctrl-C shall not cost the picture
        try:
            painting.save(output, **how)
        except ZeuxisError as error:
            rescue = Path(tempfile.mkdtemp(prefix="zeuxis-")) / "painting.png"
            painting.save(rescue)
            raise ZeuxisError(f"{error}; the painting was saved as {rescue}") from error
    if interrupt.asked:
        raise KeyboardInterrupt
