"""A request as a verb sees it: its texts and pictures, taken one by one, so that none goes unnoticed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.settings import Knob
from zeuxis.studio.forms import settings_of
from zeuxis.studio.refusal import Refused
from zeuxis.studio.uploads import Received
from zeuxis.studio.wall import samples

FORMATS = ("png", "jpeg", "webp")


@dataclass(frozen=True)
class Place:
    """What a request may reach on this machine.

    Attributes:
        state: the folder of jobs and runs.
        roots: folders that training data may be in, by name.
        max_megapixels: the largest picture to take or to make.
        is_own: whether who asks sits at this machine, and may be told where things are on it.
    """

    state: Path
    roots: Mapping[str, Path]
    max_megapixels: float
    is_own: bool = False

    @property
    def runs(self) -> Path:
        """Where runs of training are kept."""
        return self.state / "runs"

    def shown(self, path: Path, name: str) -> str:
        """How a command names a file or folder of this machine: by its path, or its name for others."""
        return str(path) if self.is_own else name

    def check_pixels(self, width: int, height: int) -> None:
        """Refuse to make a picture that is too large.

        Raises:
            Refused: if it is over the limit.
        """
        if width * height > self.max_megapixels * 1e6:
            raise Refused(
                422,
                f"this would be {width}x{height} pixels, over the limit of {self.max_megapixels:g} "
                "megapixels: ask for less",
            )


class Asked:
    """The texts and pictures of a request.

    Args:
        settings: the dataclass of the verb's knobs.
        knobs: those that may be turned.
        texts: of the form, by field.
        pictures: of the form, by field.
        place: what the request may reach.
    """

    def __init__(
        self,
        settings: type,
        knobs: Sequence[Knob],
        texts: Mapping[str, list[str]],
        pictures: Mapping[str, list[Received]],
        place: Place,
    ) -> None:
        self._settings, self._knobs = settings, knobs
        self._texts, self._pictures, self.place = texts, pictures, place

    def text(self, name: str) -> str | None:
        """The text of a field; None if it is not there or empty.

        Raises:
            ZeuxisError: if it is there more than once.
        """
        given = self.texts(name)
        if len(given) > 1:
            raise ZeuxisError(f"{name} is given {len(given)} times: give it once")
        return given[0] if given else None

    def texts(self, name: str) -> list[str]:
        """All texts of a field that are not empty."""
        return [text for text in self._texts.get(name, []) if text.strip()]

    def pictures(self, name: str) -> list[Received]:
        """All pictures of a field."""
        return self._pictures.get(name, [])

    def settings(self) -> Any:
        """The knobs.

        Raises:
            ZeuxisError: for a value that one does not take.
        """
        texts = {knob.name: self.text(knob.name) or "" for knob in self._knobs}
        return settings_of(self._settings, self._knobs, texts)

    def photo(self) -> Received:
        """The picture to work on, whether it was sent or is one of ours (then its `file` is a path).

        Raises:
            ZeuxisError: if there is none, or more than one.
        """
        given, sample = self.pictures("image"), self.text("sample")
        if len(given) + (sample is not None) != 1:
            raise ZeuxisError("give one picture: either a file as image, or the name of a sample")
        if sample is None:
            return given[0]
        known = samples()
        if sample not in known:
            raise ZeuxisError(f"there is no sample {sample!r}: choose one of {', '.join(known)}")
        ours = known[sample]
        return replace(ours, called=self.place.shown(Path(ours.file), ours.name))

    def output(self) -> dict[str, Any]:
        """How results are to be written: `format` and `quality`, for the worker.

        Raises:
            ZeuxisError: for a format that we do not write, or a quality that is none.
        """
        format, quality = self.text("format") or "png", self.text("quality") or "95"
        if format not in FORMATS:
            raise ZeuxisError(f"format is {format!r}, but must be one of {', '.join(FORMATS)}")
        if not (quality.isdecimal() and len(quality) <= 3 and 1 <= int(quality) <= 100):
            raise ZeuxisError(f"quality is {quality[:80]!r}, but must be between 1 and 100")
        return {"format": format, "quality": int(quality)}

    def names(self) -> dict[str, str]:
        """What the owner calls the pictures that were sent, by our names, for the worker."""
        return {each.file: each.name for sent in self._pictures.values() for each in sent}
