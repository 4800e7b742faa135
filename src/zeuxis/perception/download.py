"""Fetch one large file over HTTP, so that a transfer that breaks off goes on where it stopped."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from zeuxis.errors import ZeuxisError, reason

CHUNK = 1 << 20  # bytes: small enough that the bar moves, large enough that Python costs nothing
TIMEOUT = 30.0  # seconds without a byte


def download(url: str, target: Path, sha256: str, instead: str) -> str:
    """Bring `url` to `target`, by way of `target` + `.part`, and check it.

    What an earlier, interrupted call left in the part file is kept and continued where the server
    allows it. A file that does not have the published digest is removed.

    Args:
        url: What to fetch.
        target: Where it shall be; if it is there already it is only checked.
        sha256: The published digest in hexadecimal, or its first digits.
        instead: What a user without a connection can do; ends the sentence that says so.

    Returns:
        The SHA-256 of the file, 64 hexadecimal digits.

    Raises:
        ZeuxisError: If the server cannot be reached or refuses, the transfer breaks off, the disk
            does not take the file, or the digest is not the published one.
    """
    part = target.with_name(f"{target.name}.part")
    with _disk(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            _complete(url, part, instead)
            part.replace(target)
        digest = file_digest(target)
        if not digest.startswith(sha256):
            target.unlink()
            raise ZeuxisError(
                f"{url} did not arrive as published (SHA-256 {digest[:8]}, not {sha256[:8]}) "
                "and was removed: run the same command again"
            )
    return digest


def file_digest(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _complete(url: str, part: Path, instead: str) -> None:
    """Bring the part file to its full length."""
    have = part.stat().st_size if part.exists() else 0
    with _request(url, have, instead) as response:
        start, total = _extent(response)
        if response.status == 416 and total == have:
            return  # the last call got every byte, but not as far as renaming the file
        if response.status == 206 and start == have:
            _transfer(response, url, part, have)
        elif response.status == 200:  # also a server that does not do ranges: all over again
            _transfer(response, url, part, 0)
        elif have and response.status in (206, 416):  # not the rest of our part: all over again
            part.unlink()
            _complete(url, part, instead)
        else:
            raise ZeuxisError(
                f"{url} answers {response.status} {response.reason}: try again later, or {instead}"
            )


def _request(url: str, have: int, instead: str) -> Any:
    """The response, of whatever status, to a request for all but the first `have` bytes."""
    headers = {"User-Agent": "zeuxis"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        return urlopen(Request(url, headers=headers), timeout=TIMEOUT)
    except HTTPError as error:
        return error
    except (OSError, HTTPException) as error:
        raise ZeuxisError(
            f"cannot reach {urlsplit(url).hostname} ({_why(error)}): connect, or {instead}"
        ) from error


def _extent(response: Any) -> tuple[int | None, int | None]:
    """First byte and total length from `Content-Range`: `bytes 5-9/10` or `bytes */10`."""
    match = re.fullmatch(
        r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers["Content-Range"] or ""
    )
    if match is None:
        return None, None
    first, total = match.groups()
    return (
        None if first is None else int(first),
        None if total == "*" else int(total),
    )


def _transfer(response: Any, url: str, part: Path, have: int) -> None:
    length = response.headers["Content-Length"]
    total = have + int(length) if length else None
    with (
        open(part, "ab" if have else "wb") as file,
        _bar(Path(urlsplit(url).path).name, have, total) as advance,
    ):
        for chunk in _chunks(response, url):
            file.write(chunk)
            have += len(chunk)
            advance(len(chunk))
    if total is not None and have != total:
        raise _broken_off(url, f"after {have:,} of {total:,} bytes")


def _chunks(response: Any, url: str) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read(CHUNK)
        except (OSError, HTTPException) as error:
            raise _broken_off(url, f"({_why(error)})") from error
        if not chunk:
            return
        yield chunk


@contextmanager
def _bar(name: str, have: int, total: int | None) -> Iterator[Any]:
    """A progress bar with time left, on a terminal; gives the function that moves it on."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, completed=have, total=total)
        yield lambda count: bar.advance(task, count)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ZeuxisError(
            f"cannot keep the download in {folder}: {reason(error)}; make room there or set "
            "ZEUXIS_CACHE to another folder"
        ) from error


def _broken_off(url: str, where: str) -> ZeuxisError:
    return ZeuxisError(
        f"the download of {url} broke off {where}: run the same command again to go on from there"
    )


def _why(error: Exception) -> str:
    if isinstance(error, URLError) and isinstance(error.reason, OSError):
        error = error.reason
    text = reason(error) if isinstance(error, OSError) else str(error)
    return text or type(error).__name__
