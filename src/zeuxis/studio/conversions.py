"""Results in another format than they were made in: one picture at a time, each once.

As a program (`python -m zeuxis.studio.conversions RESULT FILE FORMAT QUALITY`) it makes one: a large picture
takes a gigabyte meanwhile, which the server is not to be left with.
"""

import asyncio
import os
import sys
from pathlib import Path

from zeuxis.errors import ZeuxisError
from zeuxis.images import read, write
from zeuxis.studio.refusal import Refused

COMMAND = (sys.executable, "-m", "zeuxis.studio.conversions")
MISTAKE = 2  # the status that the program ends with after a sentence
MADE_MEGAPIXELS = 1000  # at most, ever; a job's own limit was another when it ran, perhaps
KEPT = 8  # of one job; whoever asks for one more has the oldest made again
WAITING = 16  # that may wait for their turn
SECONDS_TO_WAIT = 5
BUSY = "many pictures are being converted: try again in a while"
BROKE_OFF = "the picture could not be converted, perhaps for want of memory: try again in a while"


class Conversions:
    """Makes them beside the result, where they stay until their job is forgotten."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._asked = 0

    async def get(self, result: Path, folder: Path, format: str, quality: int) -> Path:
        """The file of a result in another format.

        Args:
            result: its file.
            folder: of its job.
            format: by the name that `zeuxis.images.write` knows.
            quality: from 1 to 100, for the formats that lose some.

        Raises:
            Refused: 404, if the result is not there; 429, if too many wait already; 503, if the process died.
            ZeuxisError: if the format cannot hold the picture.
        """
        path = folder / f"as-{result.stem}-{quality}.{format}"
        if path.is_file():
            return path
        if self._asked >= WAITING:
            raise Refused(429, BUSY, retry_after=SECONDS_TO_WAIT)
        self._asked += 1
        try:
            async with self._turn:
                if not path.is_file():  # else somebody else has asked for the same
                    _make_room(folder)
                    await _convert(result, path, format, quality)
        finally:
            self._asked -= 1
        return path


async def _convert(result: Path, path: Path, format: str, quality: int) -> None:
    words = (str(result), str(path), format, str(quality))
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # as workers are begun
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode and not result.is_file():
        raise Refused(404, "the file is gone")
    if process.returncode == MISTAKE:
        raise ZeuxisError(said.decode().replace(f"{path.parent}{os.sep}", ""))
    if process.returncode:
        raise Refused(503, BROKE_OFF, retry_after=SECONDS_TO_WAIT)


def _make_room(folder: Path) -> None:
    kept = sorted(folder.glob("as-*"), key=lambda each: each.stat().st_mtime)
    for each in kept[: max(0, len(kept) - KEPT + 1)]:
        each.unlink(missing_ok=True)


def main(result: str, path: str, format: str, quality: str) -> None:
    """Make one, or say in a sentence why not."""
    try:
        picture = read(result, max_megapixels=MADE_MEGAPIXELS)
        write(picture, path, format=format, quality=int(quality), keep_metadata=False)
    except ZeuxisError as error:
        sys.stderr.write(str(error))
        sys.exit(MISTAKE)


if __name__ == "__main__":
    main(*sys.argv[1:])
