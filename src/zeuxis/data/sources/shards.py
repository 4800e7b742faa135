"""Web-dataset shards: tar files in which the files of one sample share the name up to the first dot."""

from __future__ import annotations

import re
import tarfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from zeuxis.data.sources.labels import NAMES, by_value
from zeuxis.data.sources.source import Found, Source, contents
from zeuxis.errors import ZeuxisError, reason
from zeuxis.images.formats import EXTENSIONS

_MEMBER = re.compile(r"((?:.*/)?[^./][^./]*)\.([^/]+)")  # key, extension
_LONGEST_LABEL = 256  # bytes


@dataclass(frozen=True)
class Part:
    """Where in a tar file a member's bytes are."""

    shard: Path
    offset: int
    size: int

    def bytes(self) -> bytes:
        """The member's bytes."""
        return contents(self.shard, self.offset, self.size)


@dataclass
class ShardSource(Source):
    """The pictures of shards; `key.cls`, a number or a name, is the class of `key.png`."""

    parts: tuple[Part, ...] = ()

    def content(self, index: int) -> bytes:
        """The bytes of a member."""
        return self.parts[index].bytes()


def found_shards(path: Path, shards: tuple[Path, ...]) -> Found:
    """The pictures of one or more tar files."""
    folder = shards[0].parent
    names = [folder / NAMES] if (folder / NAMES).is_file() else []
    kind = "a web-dataset shard" if path.is_file() else "a folder of web-dataset shards"
    return Found(path, kind, (*shards, *names), lambda: _load(shards, folder / NAMES))


def _load(shards: tuple[Path, ...], names_file: Path) -> Source:
    names: list[str] = []
    parts: list[Part] = []
    values: list[int | str | None] = []
    skipped: dict[str, str] = {}
    for shard in shards:
        for key, sample in _samples(shard, skipped).items():
            extension = next((each for each in sample if f".{each}" in EXTENSIONS), None)
            if extension is None:
                continue  # texts alone are no picture, and nothing that was lost
            names.append(f"{shard}/{key}.{extension}")
            parts.append(sample[extension])
            values.append(_label(sample["cls"]) if "cls" in sample else None)
    if any(isinstance(value, str) for value in values):
        values = [None if value is None else str(value) for value in values]
    labels, classes = by_value(values, names_file)
    return ShardSource(names, labels, classes, skipped, tuple(parts))


def _samples(shard: Path, skipped: dict[str, str]) -> dict[str, dict[str, Part]]:
    """The members of a shard by key and extension; where it breaks off is noted in `skipped`."""
    samples: dict[str, dict[str, Part]] = defaultdict(dict)
    count = 0
    try:
        with tarfile.open(shard, "r:") as tar:
            for member in tar:
                match = _MEMBER.fullmatch(member.name.removeprefix("./"))
                if match and member.isreg() and not member.sparse:
                    part = Part(shard, member.offset_data, member.size)
                    samples[match[1]][match[2].lower()] = part
                count += 1
            end = tar.offset
        with shard.open("rb") as file:
            file.seek(end)
            if any(file.read(tarfile.BLOCKSIZE)):  # which tarfile takes for the end
                raise tarfile.ReadError("no member where one should begin")
    except tarfile.TarError as error:
        if not count:
            raise ZeuxisError(
                f"{shard} is not a plain tar file, or is cut short: get a whole copy, or unpack it"
            ) from error
        skipped[str(shard)] = (
            f"{shard} is damaged or cut short after {count} files: get a whole copy of it"
        )
    except OSError as error:
        raise ZeuxisError(f"cannot read {shard}: {reason(error)}") from error
    return samples


def _label(part: Part) -> int | str | None:
    """A class as a number where it is one; None where it is no short text."""
    try:
        text = part.bytes().decode().strip() if part.size <= _LONGEST_LABEL else ""
    except (UnicodeDecodeError, ZeuxisError):
        return None
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text or None
