"""The generator as people use it: `zeuxis.Generator.load("fashion").sample(64, seed=7)`. Needs no torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError
from zeuxis.gan.engines import Parts, Whole
from zeuxis.gan.finding import ONNX, find
from zeuxis.gan.latents import draw
from zeuxis.gan.samples import Samples, to_bytes
from zeuxis.models import Card
from zeuxis.runtime.sessions import default_threads

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
Label = str | int | None
DRAWN = 4096  # styles that are looked at to know how far they spread


class Generator:
    """Makes pictures.

    Args:
        engine: what runs it; see `load`.

    Attributes:
        card: what its file says of it.
        latent_dim: numbers of a latent.
        classes: names of the classes it knows; empty if it knows none.
    """

    def __init__(self, engine: Parts | Whole) -> None:
        self._engine = engine
        self.card: Card = engine.card
        self.path: Path = engine.path
        shape = self.card.extra["shape"]
        self.latent_dim: int = shape["latent_dim"]
        named = [str(each) for each in self.card.extra.get("classes") or ()]
        count: int = shape["classes"]
        numbered = [str(number) for number in range(count)]
        self.classes: tuple[str, ...] = tuple(named if len(named) == count else numbered)

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
        self, count: int, *, seed: int = 0, truncation_psi: float = 1.0, label: Label = None
    ) -> Samples:
        """Make pictures from drawn latents; those of the same seed are the same, however many there are.

        Args:
            count: how many.
            seed: where the latents come from.
            truncation_psi: from 1, all that was learned, to 0, only the mean picture (Karras et al. 2019,
                section 2.1 of the appendix): likelier pictures, less alike the less it is truncated.
            label: name or number of the class; None for all in turn.

        Returns:
            The pictures, as arrays and Pillow images, which show and save themselves as a sheet.

        Raises:
            ZeuxisError: for no pictures, a truncation out of range, or a class that it does not know.
        """
        latents, labels = draw(seed, count, self.latent_dim), self.labels(count, label)
        pictures = self._engine.make(latents, labels, _checked(truncation_psi))
        columns = len(self.classes) if label is None and 1 < len(self.classes) <= count else None
        return Samples(to_bytes(pictures), labels, columns)

    def labels(self, count: int, label: Label = None) -> Labels | None:
        """Numbers of classes for so many pictures: one for all, or all in turn; None if it knows none.

        Raises:
            ZeuxisError: for a class that it does not know; the message lists those it does.
        """
        if not self.classes:
            if label is not None:
                raise ZeuxisError(f"{self.path} knows no classes, so not {label!r}: leave it out")
            return None
        if label is None:
            return np.arange(count) % len(self.classes)
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

    def pictures(self, styles: Floats) -> NDArray[np.uint8]:
        """Styles to pictures as bytes, N x H x W x C.

        Raises:
            ZeuxisError: for an exported file.
        """
        return to_bytes(self.synthesis(styles))

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

    def _number(self, label: Any) -> int:
        names = {name.casefold(): number for number, name in enumerate(self.classes)}
        found = names.get(str(label).casefold())
        if found is None and isinstance(label, int) and 0 <= label < len(self.classes):
            return label
        if found is None:
            raise ZeuxisError(
                f"{self.path} knows no class {label!r}: choose one of {', '.join(self.classes)}"
            )
        return found


def _checked(psi: float) -> float:
    if not 0 <= psi <= 1:  # NaN as well
        raise ZeuxisError(f"truncation is {psi}, but must be between 0 and 1")
    return psi
