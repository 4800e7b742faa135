"""`zeuxis stylize --refine`: what was painted in one pass, polished by optimisation from there."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from zeuxis.errors import ZeuxisError
from zeuxis.images.sources import as_picture
from zeuxis.style import Stylizer

if TYPE_CHECKING:
    from zeuxis.painting import Painting

COLORS = {"painting": "painting", "keep": "luminance"}


def refiner(
    style: Stylizer, seconds: float, callback: Any, mask: Any = None
) -> Callable[..., "Painting"]:
    """What paints files as `zeuxis.style.stylize_file` does, and then goes on as `zeuxis paint` does.

    Args:
        style: whose styles are paintings.
        seconds: to go on for.
        callback: as `zeuxis.painting.paint_file` takes it.
        mask: must be None.

    Raises:
        ZeuxisError: for a style whose painting is not at hand, a mask, no torch.
    """
    for each, _ in style.styles:
        if each.painting is None:
            raise ZeuxisError(
                f"--refine needs the painting itself, and of {each.name} only what a network learned is at "
                "hand: give the painting's file with --style"
            )
    if mask is not None:
        raise ZeuxisError("--refine knows no --mask: leave one of them out")
    try:
        from zeuxis.painting import paint_file
    except ImportError as error:
        raise ZeuxisError(
            "--refine needs torch: run pip install 'zeuxis[train]', or leave it out"
        ) from error

    def refine_file(
        photo: Any,
        style: Stylizer,
        output: str | Path | BinaryIO,
        *,
        progress: Any = None,
        **options: Any,
    ) -> "Painting":
        del options["mask"]
        picture = as_picture(photo, options["max_megapixels"])
        with tempfile.TemporaryDirectory(prefix="zeuxis-") as folder:
            start = Path(folder) / "start.png"
            whole = replace(style.settings, strength=1.0, colors="painting")
            Stylizer(style.styles, whole).stylize(picture, progress=progress).save(start)
            return paint_file(
                picture,
                [(each.painting, weight) for each, weight in style.styles],
                output,
                callback=callback,
                minutes=seconds / 60,
                start=str(start),
                levels=1,  # at a coarse level what the network painted would be lost again
                size=style.settings.size,
                strength=style.settings.strength,
                colors=COLORS[style.settings.colors],
                max_memory=style.settings.max_memory,
                **options,
            )

    return refine_file
