"""Which picture is to be held against which: two files, or the files of two folders by their names."""

from dataclasses import dataclass
from pathlib import Path

from zeuxis.errors import ZeuxisError
from zeuxis.images import picture_files


@dataclass(frozen=True)
class Matches:
    """Pictures in pairs.

    Attributes:
        pairs: files of the first and of the second.
        alone: files of either that have no partner.
    """

    pairs: tuple[tuple[Path, Path], ...]
    alone: tuple[Path, ...] = ()


def matched(first: Path, second: Path) -> Matches:
    """Pairs of the files `first` and `second`, or of the files in them.

    In folders partners have the same place and name; the ending may be another. If only one of the two is a
    folder, the file is held against all that is in the first, or against its namesake in the second.

    Raises:
        ZeuxisError: if one is not there, there is no pair, or two files could be the partner of one.
    """
    inside = pictures_at(second)
    if not second.is_dir():
        return Matches(tuple((file, second) for file in pictures_at(first)))
    by_name: dict[Path, list[Path]] = {}
    for file in inside:
        by_name.setdefault(file.relative_to(second).with_suffix(""), []).append(file)
    pairs: list[tuple[Path, Path]] = []
    alone: list[Path] = []
    for file in pictures_at(first):
        place = file.relative_to(first) if first.is_dir() else Path(file.name)
        partner = _partner(place, by_name.get(place.with_suffix(""), []), second)
        if partner is None:
            alone.append(file)
        else:
            pairs.append((file, partner))
    if not pairs:
        raise ZeuxisError(f"no picture of {second} has the name of one of {first}: give them so")
    if first.is_dir():
        taken = {partner for _, partner in pairs}
        alone += [file for file in inside if file not in taken]
    return Matches(tuple(pairs), tuple(alone))


def pictures_at(path: Path) -> list[Path]:
    """The file, or the pictures in the folder, at any depth.

    Raises:
        ZeuxisError: if it is not there, or a folder without pictures.
    """
    if not path.exists():
        raise ZeuxisError(f"there is no file {path}; check the path")
    if not path.is_dir():
        return [path]
    files = picture_files(path)
    if not files:
        raise ZeuxisError(f"there are no pictures in {path}: give a folder with some")
    return files


def _partner(place: Path, found: list[Path], folder: Path) -> Path | None:
    if len(found) < 2:
        return found[0] if found else None
    if folder / place in found:
        return folder / place
    names = " and ".join(str(file) for file in found)
    raise ZeuxisError(f"{names} are both called as {place}: leave one of them")
