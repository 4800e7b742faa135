"""The generator as people use it: `zeuxis.Generator.load("fashion").sample(64, seed=7)`. Needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError
from zeuxis.gan.engines import Parts, Whole, at_once
from zeuxis.gan.finding import MODELS, ONNX, classes_of, find
from zeuxis.gan.latents import draw, draw_parts
from zeuxis.gan.samples import Samples, to_bytes
from zeuxis.models import Card
from zeuxis.runtime.sessions import default_threads

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Label = str | int | None
Progress = Callable[[int, int], None]  # pictures made, of how many
DRAWN = 4096  # styles that are looked at to know how far they spread
MOST = 2**30  # bytes of pictures made at once


class Generator:
    """Makes pictures.

    Args:
        engine: what runs it; see `load`.

    Attributes:
        card: what its file says of it.
        path: of its file.
        name: the name it comes with Zeuxis by, or its path.
        latent_dim: numbers of a latent.
        size: height, width and channels of its pictures.
        classes: names of the classes it knows; empty if it knows none.
    """

    def __init__(self, engine: Parts | Whole) -> None:
        self._engine = engine
        self.card: Card = engine.card
        self.path: Path = engine.path
        self.name = self.path.stem if self.path.parent == MODELS else str(self.path)
        shape = self.card.extra["shape"]
        self.latent_dim: int = shape["latent_dim"]
        self.size: tuple[int, int, int] = shape["height"], shape["width"], shape["channels"]
        self.classes = classes_of(self.card)

    @classmethod
    def load(cls, source: str | Path, *, threads: int | None = None) -> Self:
        """The generator of a run, a file or a name.

        Args:
            source: the folder of a run, its `.safetensors` file, what `zeuxis gan export` made of it
                (`.onnx`), or the name of a generator that comes with Zeuxis.
            threads: how many to run it on; None for `OMP_NUM_THREADS`, or all processors.

        Raises:
            ZeuxisError: if there is none (the message lists the known names), or its file is damaged.
        """
        path = find(source)
        threads = default_threads() if threads is None else max(1, threads)
        engine = Whole if path.suffix.lower() == ONNX else Parts
        return cls(engine(path, threads))

    def sample(
        self,
        count: int,
        *,
        seed: int = 0,
        truncation_psi: float = 1.0,
        label: Label = None,
        progress: Progress | None = None,
    ) -> Samples:
        """Make pictures from drawn latents; those of the same seed are the same, however many there are.

        Args:
            count: how many.
            seed: where the latents come from.
            truncation_psi: from 1, all that was learned, to 0, only the mean picture (Karras et al. 2019,
                section 2.1 of the appendix): likelier pictures, less alike the less it is truncated.
            label: name or number of the class; None for all in turn.
            progress: called now and then with how many are made, and of how many.

        Returns:
            The pictures, as arrays and Pillow images, which show and save themselves as a sheet.

        Raises:
            ZeuxisError: for no pictures or more than fit into memory (1 GB), a truncation out of range, or a
                class that it does not know.
        """
        self._check_memory(count)
        parts = self.parts(count, seed=seed, truncation_psi=truncation_psi, label=label)
        array = _gathered((part.array for part in parts), count, progress)
        columns = len(self.classes) if label is None and 1 < len(self.classes) <= count else None
        return Samples(array, self.labels(count, label), columns)

    def parts(
        self, count: int, *, seed: int = 0, truncation_psi: float = 1.0, label: Label = None
    ) -> Iterator[Samples]:
        """The pictures of `sample`, some at a time, so that there may be more than fit into memory.

        Raises:
            ZeuxisError: for no pictures, a truncation out of range, or a class that it does not know.
        """
        psi, first = _checked(truncation_psi), 0
        for latents in draw_parts(seed, count, self.latent_dim, at_once(self.card)):
            labels = self.labels(len(latents), label, first)
            yield Samples(to_bytes(self._engine.make(latents, labels, psi)), labels)
            first += len(latents)

    def labels(self, count: int, label: Label = None, first: int = 0) -> Labels | None:
        """Numbers of classes for so many pictures: one for all, or all in turn; None if it knows none.

        Args:
            count: how many.
            label: name or number of the class; None for all in turn.
            first: how many pictures were before.

        Raises:
            ZeuxisError: for a class that it does not know; the message lists those it does.
        """
        if not self.classes:
            if label is not None:
                raise ZeuxisError(f"{self.name} knows no classes, so not {label!r}: leave it out")
            return None
        if label is None:
            return np.arange(first, first + count) % len(self.classes)
        return np.full(count, self._number(label))

    def styles(
        self, latents: Floats, labels: Labels | None = None, truncation_psi: float = 1.0
    ) -> Floats:
        """Latents, N x latent_dim, and numbers of classes, to styles, N x style_dim.

        Truncated they are `mean + psi (styles - mean)`, by the mean of their class.

        Raises:
            ZeuxisError: for a truncation out of range, or an exported file.
        """
        return self._engine.styles(latents, labels, _checked(truncation_psi))

    def synthesis(self, styles: Floats) -> Floats:
        """Styles, N x style_dim, to pictures, float32, N x C x H x W in [0, 1].

        Raises:
            ZeuxisError: for an exported file.
        """
        return self._engine.synthesis(styles).clip(0.0, 1.0)

    def pictures(self, styles: Floats, progress: Progress | None = None) -> Bytes:
        """Styles to pictures as bytes, N x H x W x C.

        Args:
            styles: N x style_dim.
            progress: called now and then with how many are made, and of how many.

        Raises:
            ZeuxisError: for an exported file, or more pictures than fit into memory (1 GB).
        """
        self._check_memory(len(styles))
        size = at_once(self.card)
        parts = (styles[first : first + size] for first in range(0, len(styles), size))
        made = (to_bytes(self.synthesis(part)) for part in parts)
        return _gathered(made, len(styles), progress)

    def style_mean(self) -> Floats:
        """Mean of the styles: classes x style_dim; 1 x style_dim without classes.

        Raises:
            ZeuxisError: for an exported file.
        """
        return self._engine.style_mean

    def drawn_styles(self, label: Label = None) -> Floats:
        """4,096 styles, always the same, to see how they are distributed.

        Args:
            label: their class; None for all in turn.

        Raises:
            ZeuxisError: for a class that it does not know, or an exported file.
        """
        return self.styles(draw(0, DRAWN, self.latent_dim), self.labels(DRAWN, label))

    def spread(self, label: Label = None) -> Floats:
        """Standard deviations of styles, style_dim numbers; those that stay 0 only the class decides.

        Args:
            label: the class whose styles are looked at; None for all.

        Raises:
            ZeuxisError: for a class that it does not know, or an exported file.
        """
        styles = self.drawn_styles(label)
        spread: Floats = styles.std(0, dtype=np.float64).astype(np.float32)  # 0 where all are equal
        return spread

    def _check_memory(self, count: int) -> None:
        """Refuse more pictures than fit into memory."""
        height, width, channels = self.size
        most = MOST // (height * width * channels)
        if count > most:
            raise ZeuxisError(
                f"{count:,} pictures of {width}x{height} do not fit into memory: ask for {most:,} at most"
            )

    def _number(self, label: Any) -> int:
        names = {name.casefold(): number for number, name in enumerate(self.classes)}
        found = names.get(str(label).casefold())
        if found is None and isinstance(label, int) and 0 <= label < len(self.classes):
            return label
        if found is None:
            raise ZeuxisError(
                f"{self.name} knows no class {label!r}: choose one of {', '.join(self.classes)}"
            )
        return found


def _gathered(parts: Iterable[Bytes], count: int, progress: Progress | None) -> Bytes:
    """So many pictures that are made in parts."""
    gathered: list[Bytes] = []
    made = 0
    for part in parts:
        gathered.append(part)
        made += len(part)
        if progress is not None:
            progress(made, count)
    return np.concatenate(gathered)


def _checked(psi: float) -> float:
    if not 0 <= psi <= 1:  # NaN as well
        raise ZeuxisError(f"truncation is {psi}, but must be between 0 and 1")
    return psi
