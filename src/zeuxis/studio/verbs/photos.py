"""What the verbs that work on a photo share."""

from dataclasses import asdict
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.images import Size
from zeuxis.images.sources import weighted
from zeuxis.studio.asked import Asked
from zeuxis.studio.forms import numbers_of
from zeuxis.studio.uploads import Received
from zeuxis.studio.verbs.verb import Field, File

IMAGE = File("image", "The picture to work on.")
SAMPLE = Field("sample", "Or one of our photographs, by its name in /v1/samples.", example="coffee")
OUTPUT = (
    Field("format", "Of the result: png, jpeg or webp; png by default.", example="png"),
    Field("quality", "Of jpeg and webp, 1 to 100; 95 by default.", example="90"),
)
PAINTING = File("painting", "A painting to take the style from.", many=True)
WEIGHTS = Field(
    "painting_weight", "How much each painting counts, with commas between; 1 each by default."
)


def request_for(asked: Asked, photo: Received, settings: Any) -> dict[str, Any]:
    """What a worker is told of any photo."""
    is_ours = photo not in asked.pictures("image")
    return {
        "names": asked.names(),
        "sample": photo.file if is_ours else None,
        "stem": photo.stem,
        "settings": asdict(settings),
        "max_megapixels": asked.place.max_megapixels,
        **asked.output(),
    }


def check_size(asked: Asked, photo: Received, size: Size | None) -> None:
    """Refuse to make a picture that is too large; None for the photo's own size, which was checked.

    Raises:
        ZeuxisError: if it is over the limit of the server, or of pictures.
    """
    if size is not None:
        height, width = size.resolve(photo.height, photo.width)
        asked.place.check_pixels(width, height)


def paintings_of(asked: Asked) -> list[tuple[Received, float]]:
    """The paintings that were sent, with their weights.

    Raises:
        ZeuxisError: if weights and paintings do not match.
    """
    sent, text = asked.pictures("painting"), asked.text("painting_weight")
    weights = numbers_of("painting_weight", text, float) if text else [1.0] * len(sent)
    if len(weights) != len(sent):
        raise ZeuxisError(
            f"there are {len(sent)} paintings and {len(weights)} weights in painting_weight: give one each"
        )
    return [weighted((each, weight)) for each, weight in zip(sent, weights, strict=True)]


def named(name: str, weight: float) -> str:
    """A style as the command line takes it: `starry-night:0.5`."""
    return name if weight == 1 else f"{name}:{weight:g}"
