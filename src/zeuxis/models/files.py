"""Model files: safetensors whose header carries a card, written whole or not at all."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from zeuxis.errors import ZeuxisError, reason
from zeuxis.models.card import Card, canonical

CARD_KEY = "zeuxis_card"  # the only metadata key: two would land in the header in random order
DIGEST_KEY = "sha256"  # in the card's JSON: of the rest of the card and of all tensors


def save(path: str | Path, tensors: Mapping[str, np.ndarray], card: Card) -> None:
    """Write tensors and card as one safetensors file, replacing a file of that name.

    The same tensors and card always give the same bytes. Missing folders are made.

    Args:
        path: The file to write, by custom `*.safetensors`.
        tensors: Arrays by name; any shape, any number type, need not be contiguous.
        card: What the tensors are; kept as JSON in the header under `zeuxis_card`.

    Raises:
        ZeuxisError: If the file cannot be written, or the card or a tensor cannot be kept in one.
    """
    # safetensors writes the memory as it lies: a transposed or foreign array is laid out first.
    arrays = {
        name: np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
        for name, array in tensors.items()
    }
    values = json.loads(card.to_json())
    try:
        values[DIGEST_KEY] = _digest(values, arrays)
        content = to_bytes(arrays, {CARD_KEY: canonical(values)})
    except (SafetensorError, TypeError) as error:
        raise ZeuxisError(f"cannot keep {card.name!r} in a model file: {error}") from error
    with writing(path) as file:
        file.write(content)


def load(path: str | Path) -> tuple[dict[str, np.ndarray], Card]:
    """Read a file that `save` wrote; nothing in the file is executed.

    Returns:
        The tensors by name, writable and in the types they were saved in, and the card.

    Raises:
        ZeuxisError: If the file is missing, truncated, altered since it was saved, not
            safetensors, or has no card.
    """
    path = Path(path)
    with _opened(path) as file:
        values, card = _card(path, file)
        tensors: dict[str, np.ndarray] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if values.get(DIGEST_KEY) != _digest(values, tensors):
        raise ZeuxisError(f"{path} was altered after it was saved: get the file anew")
    return tensors, card


def read_card(path: str | Path) -> Card:
    """Read the card alone, which takes no time however large the file is.

    Truncation is noticed; whether the tensors were altered only `load` can tell.

    Raises:
        ZeuxisError: If the file is missing, truncated, not safetensors, or has no card.
    """
    path = Path(path)
    with _opened(path) as file:
        return _card(path, file)[1]


def check_writable(
    path: str | Path, overwrite: bool, suffix: str = ".safetensors", *, argument: str = "force"
) -> None:
    """Refuse what `save` would refuse, before the work.

    Args:
        path: the file to be written.
        overwrite: whether it may replace one that is there.
        suffix: that it has to have.
        argument: what those who ask call `overwrite`, so that the complaint names it as they know it.

    Raises:
        ZeuxisError: if it has another suffix, exists (unless `overwrite`), or its folder takes no file.
    """
    path = Path(path)
    if path.suffix != suffix:
        raise ZeuxisError(f"{path} would be a model file: give a name that ends in {suffix}")
    if path.is_dir():
        raise ZeuxisError(f"cannot write {path}: it is a folder; give the name of a file")
    if path.exists() and not overwrite:
        raise ZeuxisError(
            f"{path} exists already; use --force ({argument}=True) to replace it, or give another name"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise ZeuxisError(f"cannot write {path}: {reason(error)}; choose another folder") from error


@contextmanager
def writing(path: str | Path) -> Iterator[BinaryIO]:
    """A binary file that appears at `path` when the block ends well, and never in part.

    Raises:
        ZeuxisError: If the file cannot be written: no space, no permission, a folder in the way.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(beside, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ZeuxisError(
            f"cannot write {path}: {reason(error)}; choose a place with space that you may write to"
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[Any]:  # safetensors has no type for what safe_open gives
    try:
        if path.is_dir():
            raise ZeuxisError(f"{path} is a folder: give a .safetensors file")
        if path.stat().st_size == 0:
            raise ZeuxisError(f"{path} is empty: get the file anew")
        with safe_open(path, framework="numpy") as file:
            yield file
    except FileNotFoundError as error:
        raise ZeuxisError(f"{path} does not exist: check the name") from error
    except OSError as error:
        raise ZeuxisError(f"cannot read {path}: {reason(error)}") from error
    except SafetensorError as error:
        raise ZeuxisError(
            f"{path} is truncated or is not a safetensors file: get the file anew"
        ) from error


def _card(path: Path, file: Any) -> tuple[dict[str, Any], Card]:
    text = (file.metadata() or {}).get(CARD_KEY)
    if text is None:
        raise ZeuxisError(
            f"{path} has no Zeuxis card in its header: give a model that Zeuxis saved or imported"
        )
    try:
        card = Card.from_json(text)
    except ZeuxisError as error:
        raise ZeuxisError(f"cannot use {path}: {error}") from error
    return json.loads(text), card


def _digest(values: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over the card's JSON without the digest itself, and over all tensors by name."""
    rest = {key: value for key, value in values.items() if key != DIGEST_KEY}
    total = hashlib.sha256(canonical(rest).encode())
    for name in sorted(tensors):
        array = tensors[name]
        total.update(f"\n{name} {array.dtype.name} {array.shape}\n".encode())
        total.update(array.reshape(-1).view(np.uint8).data)
    return total.hexdigest()
