"""`zeuxis.paint`: one photograph, painted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from zeuxis.errors import ZeuxisError
from zeuxis.painting.painter import Painter
from zeuxis.painting.progress import Callback, trace_to
from zeuxis.painting.result import Painting
from zeuxis.painting.settings import PaintSettings
from zeuxis.painting.sources import gather
from zeuxis.perception.vgg import load_vgg
from zeuxis.settings import turned
from zeuxis.training.precision import device_for


def paint(
    photo: Any,
    style: Any,
    *,
    mask: Any = None,
    style_masks: Sequence[Any] = (),
    settings: PaintSettings | None = None,
    callback: Callback | Sequence[Callback] = (),
    trace: str | Path | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    max_megapixels: float = 200.0,
    **knob_values: Any,
) -> Painting:
    """Paint a photograph in the style of one or more paintings (Gatys et al. 2016).

    Args:
        photo: a file name, an open file, a Pillow image, an array (H x W x 3, 8 bit or floats in [0, 1]), or
            a `zeuxis.images.Picture`.
        style: a painting in any of these forms, a (painting, weight) pair, or a list of them.
        mask: a picture whose colours are regions of the photo, each painted by a painting of its own; see
            `zeuxis.painting.regions`.
        style_masks: the same for each painting.
        settings: the knobs; by default `PaintSettings()`.
        callback: called with a `Progress` after each step; one or several.
        trace: a file that gets a line of JSON for each step: a new file, unless the painting is resumed.
        checkpoint: a file to keep the state in while painting. It is removed when the painting is done.
        resume: go on from `checkpoint`, to the same picture bit for bit.
        max_megapixels: the largest picture that is read.
        **knob_values: fields of `PaintSettings`, on top of `settings`.

    Returns:
        the painting, also when it was interrupted with Ctrl-C: then as far as it got.

    Raises:
        ZeuxisError: for anything a user can mend: unreadable pictures, values out of range, no memory.

    Example:
        >>> zeuxis.paint("photo.jpg", "painting.jpg", minutes=1).save("painted.png")
    """
    chosen = turned(settings or PaintSettings(), knob_values)
    callbacks = [callback] if callable(callback) else list(callback)
    if trace is not None:
        callbacks.append(trace_to(Path(trace), append=resume))
    if resume and checkpoint is None:
        raise ZeuxisError("to resume, say from which checkpoint file")
    sources = gather(photo, style, chosen, mask, style_masks, max_megapixels)
    vgg = load_vgg(chosen.network, chosen.pooling, chosen.padding, str(device_for(chosen.device)))
    kept = None if checkpoint is None else Path(checkpoint)
    painter = Painter(vgg, sources, chosen, callbacks, kept)
    if resume:
        painter.resume()
    try:
        return painter.paint()
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise ZeuxisError(
            f"there is not enough memory for {sources.original.width}x{sources.original.height} pixels: "
            "lower --size or --max-memory"
        ) from error
