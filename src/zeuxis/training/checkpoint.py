"""Checkpoints: all that a run needs to go on as if it had never stopped."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load, save

KIND = "checkpoint"


def checkpoint_of(output: Path) -> Path:
    """Where the state of an unfinished run is kept: beside what it makes."""
    return output.with_name(f".{output.name}.zeuxis-checkpoint")


def save_checkpoint(path: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
    """Write tensors and a JSON-able state to `path`, whole or not at all.

    Raises:
        ZeuxisError: if the file cannot be written.
    """
    arrays = {name: t.detach().cpu().contiguous().numpy() for name, t in tensors.items()}
    save(path, arrays, Card(name=path.stem, kind=KIND, extra=dict(state)))


def load_checkpoint(path: Path, device: torch.device) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `save_checkpoint` wrote, to the bit.

    Raises:
        ZeuxisError: if the file is missing, damaged or something else.
    """
    arrays, card = load(path)
    if card.kind != KIND:
        raise ZeuxisError(f"{path} is not a checkpoint but a {card.kind}: give the file of a run")
    return {name: torch.tensor(a, device=device) for name, a in arrays.items()}, card.extra
