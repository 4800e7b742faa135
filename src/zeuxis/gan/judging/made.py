"""The pictures that a generator is judged by: as many of each class as there are real ones to compare."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError, reason
from zeuxis.gan.forger import Generator

Bytes = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Order:
    """What is to be made.

    Attributes:
        generator: that makes it.
        count: how many pictures.
        seed: of the latents.
        truncation: from 1, all that was learned, to 0, only the mean picture.
        classes: how many of each of its classes, by their numbers; None for all in turn.
        names: what the data calls these classes: numbers, by those of the generator.
    """

    generator: Generator
    count: int
    seed: int = 0
    truncation: float = 1.0
    classes: Mapping[int, int] | None = None
    names: Mapping[int, int] | None = None

    @property
    def labels(self) -> Labels | None:
        """Of all pictures, as the data numbers classes; None if the two know no common ones."""
        if self.classes is None or self.names is None:
            return None
        return np.repeat([self.names[each] for each in self.classes], [*self.classes.values()])

    def made(self) -> Iterator[Bytes]:
        """The pictures, some at a time, each class after the other: N x H x W x C.

        Those of a class are what `zeuxis gan sample` makes of the seed `seed * classes + class`: latents
        that all classes share would make them more alike than they are.
        """
        psi = self.truncation
        if self.classes is None:
            parts = self.generator.parts(self.count, seed=self.seed, truncation_psi=psi)
            yield from (part.array for part in parts)
            return
        known = self.generator.classes
        for label, count in self.classes.items():
            seed, name = self.seed * len(known) + label, known[label]
            parts = self.generator.parts(count, seed=seed, truncation_psi=psi, label=name)
            yield from (part.array for part in parts)


def order_for(
    generator: Generator,
    classes: Sequence[str],
    labels: Labels,
    count: int,
    *,
    seed: int = 0,
    truncation: float = 1.0,
) -> Order:
    """What to make, to be compared with pictures of some classes.

    Args:
        generator: that makes it.
        classes: names of the classes of the real pictures; empty if they have none.
        labels: the class of each.
        count: how many pictures to make.
        seed: of the latents.
        truncation: see `Order`.
    """
    names = common(generator.classes, classes)
    if names is None:
        return Order(generator, count, seed, truncation)
    own = {each: label for label, each in names.items()}
    shares = {own[label]: number for label, number in shared_out(labels, count).items()}
    return Order(generator, count, seed, truncation, shares, names)


def common(own: Sequence[str], others: Sequence[str]) -> dict[int, int] | None:
    """Numbers of the data's classes by those of the generator; None if it does not know them all.

    Classes go by their names; where the data has but numbers, as IDX files do, by these.
    """
    if not own or not others:
        return None
    if [*others] == [str(number) for number in range(len(own))]:
        return {number: number for number in range(len(own))}
    numbers = {name.casefold(): number for number, name in enumerate(own)}
    found = [numbers.get(name.casefold()) for name in others]
    if None in found or len(set(found)) < len(found):
        return None
    return {number: label for label, number in enumerate(found) if number is not None}


def shared_out(labels: Labels, count: int) -> dict[int, int]:
    """So many pictures shared out to classes as real ones are, by largest remainders; no class gets 0."""
    present, numbers = np.unique(labels, return_counts=True)
    exact = numbers * (count / numbers.sum())
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: count - shares.sum()]] += 1
    return {int(label): int(n) for label, n in zip(present, shares, strict=True) if n}


class Kept:
    """Keeps pictures in a file while they go by, so that one can be looked at later.

    Args:
        file: empty, to write to and to read from.
        order: of the pictures.
    """

    def __init__(self, file: BinaryIO, order: Order) -> None:
        self._file, self._shape = file, (order.count, *order.generator.size)

    def passing(self, parts: Iterator[Bytes]) -> Iterator[Bytes]:
        """The same parts.

        Raises:
            ZeuxisError: there is no room for them.
        """
        for part in parts:
            try:
                self._file.write(part.tobytes())
                self._file.flush()
            except OSError as error:
                raise ZeuxisError(
                    f"cannot keep the made pictures for the report: {reason(error)}; set TMPDIR to a folder "
                    "with room, or ask for fewer --samples"
                ) from error
            yield part

    @property
    def pictures(self) -> Bytes:
        """All of them, once they have gone by."""
        return np.memmap(self._file, np.uint8, "r", shape=self._shape)
