"""Pictures ready to train on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError

FEW = 500  # pictures, below which a network is likely to learn them by heart

Bytes = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PictureSet:
    """Pictures of one size, in an order that was shuffled once.

    Attributes:
        pictures: uint8, N x H x W x C, usually mapped from a file; not to be written to.
        labels: int64, N: the class of each; zeros where there are no classes.
        classes: their names; empty if there are none.
        skipped: what could not be used, and why, by name.
        digest: of pictures, labels and names of classes: 64 hexadecimal digits.
        enlarged: how many were smaller than asked for.
    """

    pictures: Bytes
    labels: Labels
    classes: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    enlarged: int = 0

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def notes(self) -> tuple[str, ...]:
        """What one should know before training on them, a sentence each."""
        count, notes = len(self), []
        height, width = self.pictures.shape[1:3]
        if few := few_note(count):
            notes.append(few)
        if self.enlarged:
            notes.append(
                f"{self.enlarged:,} of {count:,} pictures are smaller than {width}x{height} and were "
                "enlarged: a smaller size would look sharper"
            )
        if skipped := skipped_note(self.skipped):
            notes.append(skipped)
        return tuple(notes)

    def split(self, held_out: float) -> tuple[PictureSet, PictureSet]:
        """The set in two, always the same: what to train on, and what to hold back from training.

        As the order is shuffled, both are alike. Neither is copied.

        Args:
            held_out: the share to hold back if below 1, else the number of pictures.

        Raises:
            ZeuxisError: one of the two would be empty.
        """
        count = round(len(self) * held_out) if held_out < 1 else int(held_out)
        if not 0 < count < len(self):
            raise ZeuxisError(
                f"cannot hold back {held_out:g} of {len(self)} pictures: leave at least one on each side"
            )
        return self._part(0, len(self) - count), self._part(len(self) - count, len(self))

    def _part(self, first: int, last: int) -> PictureSet:
        digest = hashlib.sha256(f"{self.digest} {first} {last}".encode()).hexdigest()
        part = slice(first, last)
        return replace(
            self, pictures=self.pictures[part], labels=self.labels[part], digest=digest, enlarged=0
        )


def few_note(count: int) -> str | None:
    """What to say where there are few pictures; None where there are enough."""
    if count >= FEW:
        return None
    return f"there are only {count} pictures: expect copies of them, or collapse; {FEW} and more do better"


def skipped_note(skipped: Mapping[str, str]) -> str | None:
    """What to say of pictures that could not be used, by name and why; None if there are none."""
    if not skipped:
        return None
    first = next(iter(skipped.values()))
    return f"{len(skipped):,} could not be used, the first because: {first}"
