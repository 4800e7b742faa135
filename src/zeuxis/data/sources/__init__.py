"""Where pictures to train on come from: folders, archives, arrays."""

from __future__ import annotations

from pathlib import Path

from zeuxis.data.sources.arrays import found_arrays
from zeuxis.data.sources.folders import found_folder
from zeuxis.data.sources.idx import found_idx, idx_folder, is_idx
from zeuxis.data.sources.shards import found_shards
from zeuxis.data.sources.source import CLASSLESS, Found, Source
from zeuxis.data.sources.zips import found_zip
from zeuxis.errors import ZeuxisError, reason
from zeuxis.images import picture_files
from zeuxis.images.formats import EXTENSIONS

__all__ = ["CLASSLESS", "Found", "Source", "find_source"]

KINDS = "a folder of pictures, .zip, .npy, .npz, .tar, or IDX files as those of MNIST"
_PACKED_TAR = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")


def find_source(path: str | Path, split: str = "train") -> Found:
    """See what is there, without opening much of it.

    Args:
        path: a folder, or a file.
        split: `"train"` or `"test"`, for what comes in these parts.

    Raises:
        ZeuxisError: there is nothing, or nothing that we read.
    """
    path = Path(path)
    if split not in ("train", "test"):
        raise ZeuxisError(f"there is no split {split!r}: choose one of train, test")
    try:
        found = _in_folder(path, split) if path.is_dir() else _file(path, split)
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}") from error
    is_parted = found.kind.startswith(("an IDX", "a file of arrays"))
    if split == "test" and not (is_parted and (path.is_dir() or path.suffix == ".npz")):
        raise ZeuxisError(f"{path} has no test part: leave the split out, or give another folder")
    return found


def _in_folder(folder: Path, split: str) -> Found:
    idx = idx_folder(folder, split)
    if idx is not None:
        return idx
    pictures = tuple(picture_files(folder))
    if pictures:
        return found_folder(folder, pictures)
    shards = tuple(sorted(path for path in folder.glob("*.tar") if path.is_file()))
    if shards:
        return found_shards(folder, shards)
    raise ZeuxisError(f"there are no pictures in {folder}: give {KINDS}")


def _file(path: Path, split: str) -> Found:
    suffix = path.suffix.lower()
    if not path.exists():
        raise ZeuxisError(f"there is no file or folder {path}: check the path")
    if not path.stat().st_size:
        raise ZeuxisError(f"{path} is empty: get a whole copy of it")
    if suffix in (".npy", ".npz"):
        return found_arrays(path, split)
    if suffix == ".zip":
        return found_zip(path)
    if suffix == ".tar":
        return found_shards(path, (path,))
    if path.name.lower().endswith(_PACKED_TAR):
        raise ZeuxisError(f"{path} is a packed tar: unpack it to a plain .tar, or to a folder")
    if is_idx(path):
        return found_idx(path)
    if suffix in EXTENSIONS:
        raise ZeuxisError(f"{path} is one picture: give the folder that it lies in, with more")
    raise ZeuxisError(f"{path} is not data that we read: give {KINDS}")
