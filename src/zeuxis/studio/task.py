"""What a verb has in hand while it runs in a worker: its request, and ways to tell and to give."""

import math
import os
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from zeuxis.errors import ZeuxisError
from zeuxis.images import Picture, Size, write
from zeuxis.images.formats import named

SECONDS_BETWEEN = 0.15  # words on progress
SECONDS_BETWEEN_PREVIEWS = 1.0
PREVIEW_SIDE = 768  # pixels
MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


class Stopped(Exception):  # noqa: N818 - no error: what was asked for
    """The job was asked to stop before there was anything to keep."""


class Upload(BytesIO):
    """A picture that somebody sent, called in messages as they called it."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name


class Task:
    """One job in a worker.

    Args:
        order: what the server sent: `id`, `verb`, `state` (the folder of all), `request`.
        send: takes messages to the server.
    """

    def __init__(self, order: Mapping[str, Any], send: Callable[[dict[str, Any]], None]) -> None:
        self.id: str = order["id"]
        self.state = Path(order["state"])
        self.folder = self.state / "jobs" / self.id
        self.request: dict[str, Any] = order["request"]
        self.results: list[dict[str, Any]] = []
        self.stopped_early = False
        self.stopping = False  # set by the thread that listens to the server
        self._send, self._told, self._shown = send, 0.0, 0.0

    def upload(self, name: str) -> Upload:
        """A picture of the request, by the name of its file in the job's folder."""
        return Upload((self.folder / name).read_bytes(), self.request["names"][name])

    def photo(self) -> Any:
        """The picture to work on: what was sent, or one of our samples."""
        sample = self.request.get("sample")
        return self.upload("image-0") if sample is None else Path(sample)

    def is_due(self) -> bool:
        """Whether the last word on progress is long enough ago."""
        return time.monotonic() - self._told >= SECONDS_BETWEEN

    def tell(
        self,
        share: float | None,
        text: str = "",
        seconds_left: float | None = None,
        points: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        """Say how far the job is; what comes too soon after the last word is not sent.

        Args:
            share: done, from 0 to 1; None if unknown.
            text: where it is, in a line.
            seconds_left: about.
            points: by the name of the curve, a step and a value.
        """
        if not self.is_due():
            return
        self._told = time.monotonic()
        message = {"share": share, "seconds_left": seconds_left, "text": self.plain(text)}
        self._send(message | _points(points or {}))

    def remember(self, points: Mapping[str, tuple[float, float]]) -> None:
        """Add points to curves, now: by the name of each, a step and a value."""
        self._send(_points(points))

    def warn(self, sentence: str) -> None:
        """Have a sentence stay with the job."""
        self._send({"warning": self.plain(sentence)})

    def plain(self, sentence: str) -> str:
        """A sentence that names no folder of this machine; one to train on is called as it was asked for."""
        if "data" in self.request:
            sentence = sentence.replace(self.request["data"], self.request["called"])
        for folder in (self.folder, self.state):
            sentence = sentence.replace(f"{folder}{os.sep}", "")
        return sentence

    def preview(self, picture: Callable[[], Picture]) -> None:
        """Show how far the picture is, if the last time is long enough ago.

        Args:
            picture: makes it; called only if it is to be shown.
        """
        if time.monotonic() - self._shown < SECONDS_BETWEEN_PREVIEWS:
            return
        shown = picture()
        if max(shown.width, shown.height) > PREVIEW_SIDE:
            shown = shown.resized(Size(longest=PREVIEW_SIDE))
        self._put("preview.jpg", _encoded(shown, "JPEG", 85))
        self.show(self.folder / "preview.jpg")
        self._shown = time.monotonic()  # making it takes time, which is not to be all the time

    def show(self, file: Path) -> None:
        """Show a picture's file, below the state's folder."""
        self._send({"preview": file.relative_to(self.state).as_posix()})

    def give(self, picture: Picture, name: str) -> None:
        """Add a picture to the results, in the format that was asked for.

        Args:
            picture: 8 or 16 bits; metadata is left out: where a photo was taken is nobody's business.
            name: to save it by, without an extension.
        """
        format = named(self.request.get("format", "png"))
        if max(picture.width, picture.height) > format.max_side:
            format = named("png")
        content = _encoded(picture, format.name, self.request.get("quality", 95))
        file = f"result-{len(self.results)}{format.extensions[0]}"
        self._put(file, content)
        self.results.append(
            {
                "name": f"{name}{format.extensions[0]}",
                "file": f"jobs/{self.id}/{file}",
                "media_type": MEDIA[format.name],
                "width": picture.width,
                "height": picture.height,
                "bytes": len(content),
            }
        )

    def give_file(self, file: Path, name: str) -> None:
        """Add a file below the state's folder to the results."""
        self.results.append(
            {
                "name": name,
                "file": file.relative_to(self.state).as_posix(),
                "media_type": "application/octet-stream",
                "width": None,
                "height": None,
                "bytes": file.stat().st_size,
            }
        )

    def heed(self) -> None:
        """Pass on that the job is to stop, to those who take it for Ctrl-C (`zeuxis.training.Interrupt`)."""
        if self.stopping:
            signal.raise_signal(signal.SIGINT)

    def heed_at_once(self) -> None:
        """End the job here if it is to stop: there is nothing to keep yet.

        Raises:
            Stopped: if it is.
        """
        if self.stopping:
            raise Stopped

    def _put(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all; not worth waiting until it would survive a power cut."""
        beside = self.folder / f".{secrets.token_hex(8)}"
        try:
            beside.write_bytes(content)
            os.replace(beside, self.folder / name)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise ZeuxisError(
                f"the server cannot write the result ({error.strerror}): tell who runs it"
            ) from error


def _encoded(picture: Picture, format: str, quality: int) -> bytes:
    content = BytesIO()
    write(picture, content, format=format, quality=quality, keep_metadata=False)
    return content.getvalue()


def _points(points: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Points of curves as a message, without those that JSON has no word for."""
    return {"points": {name: point for name, point in points.items() if math.isfinite(point[1])}}
