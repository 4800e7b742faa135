"""What runs a generator without torch: the two graphs of a model file, or an ONNX file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zeuxis.errors import ZeuxisError, reason
from zeuxis.gan.layout import GRAPH, ONNX_CARD, STYLE_MEAN, check_card
from zeuxis.models import Card, load
from zeuxis.runtime.sessions import Session

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
PIXELS = 2**18  # of pictures made at once: more takes memory, and is no faster


class Parts:
    """A model file.

    Args:
        path: of the file.
        threads: how many to run it on.

    Attributes:
        card: of the file.
        style_mean: classes x style_dim; 1 x style_dim without classes.

    Raises:
        ZeuxisError: if the file cannot be read, is damaged, or is no generator.
    """

    def __init__(self, path: Path, threads: int) -> None:
        tensors, self.card = load(path)
        check_card(self.card, path)
        self.path = path
        try:
            self.style_mean: Floats = np.asarray(tensors[STYLE_MEAN], np.float32)
            self._mapping, self._synthesis = (
                Session(
                    tensors[GRAPH + part],
                    {name: tensors[name] for name in self.card.extra["weights"][part]},
                    threads,
                )
                for part in ("mapping", "synthesis")
            )
        except KeyError as error:
            raise ZeuxisError(f"{path} lacks {error}: get the file anew") from error
        except ZeuxisError as error:
            raise ZeuxisError(f"cannot use {path}: {error}") from error

    def styles(self, latents: Floats, labels: Labels | None, psi: float) -> Floats:
        """N x style_dim, truncated."""
        feed: dict[str, Any] = {"latents": latents}
        if labels is not None:
            feed["labels"] = labels
        (styles,) = self._mapping.run(["styles"], feed)
        mean = self.style_mean[0 if labels is None else labels]
        found: Floats = (mean + psi * (styles - mean)).astype(np.float32)
        return found

    def synthesis(self, styles: Floats) -> Floats:
        """N x C x H x W, not clipped."""
        return batched(
            lambda part: self._synthesis.run(["pictures"], {"styles": part})[0],
            at_once(self.card),
            styles,
        )

    def make(self, latents: Floats, labels: Labels | None, psi: float) -> Floats:
        """N x C x H x W, not clipped."""
        return self.synthesis(self.styles(latents, labels, psi))


class Whole:
    """An ONNX file, as `zeuxis gan export` writes it.

    Args:
        path: of the file.
        threads: how many to run it on.

    Attributes:
        card: in the file's metadata.

    Raises:
        ZeuxisError: if the file cannot be read, is damaged, or was not exported by Zeuxis.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self.path = path
        try:
            self._session = Session(np.fromfile(path, np.uint8), {}, threads)
        except OSError as error:
            raise ZeuxisError(f"cannot read {path}: {reason(error)}") from error
        except ZeuxisError as error:
            raise ZeuxisError(f"cannot use {path}: {error}") from error
        text = self._session.metadata().get(ONNX_CARD)
        if text is None:
            raise ZeuxisError(f"{path} has no Zeuxis card: give what zeuxis gan export wrote")
        self.card = Card.from_json(text)
        check_card(self.card, path)

    def styles(self, latents: Floats, labels: Labels | None, psi: float) -> Floats:  # noqa: ARG002
        """Refuses.

        Raises:
            ZeuxisError: always.
        """
        raise self._refusal()

    def synthesis(self, styles: Floats) -> Floats:  # noqa: ARG002
        """Refuses.

        Raises:
            ZeuxisError: always.
        """
        raise self._refusal()

    @property
    def style_mean(self) -> Floats:
        """Refuses.

        Raises:
            ZeuxisError: always.
        """
        raise self._refusal()

    def make(self, latents: Floats, labels: Labels | None, psi: float) -> Floats:
        """N x C x H x W."""
        parts = [latents] if labels is None else [latents, labels]

        def run(*parts: NDArray[Any]) -> Floats:
            feed = dict(zip(("latents", "labels"), parts, strict=False))
            feed["truncation"] = np.array(psi, np.float32)
            return self._session.run(["pictures"], feed)[0]

        return batched(run, at_once(self.card), *parts)

    def _refusal(self) -> ZeuxisError:
        """What to say where styles are asked for."""
        return ZeuxisError(
            f"{self.path} makes pictures of latents and cannot be looked into: give the model file "
            "(.safetensors) that it was exported from"
        )


def batched(run: Callable[..., Floats], size: int, *inputs: NDArray[Any]) -> Floats:
    """What a function makes of rows, so many at once."""
    starts = range(0, len(inputs[0]), size)
    return np.concatenate([run(*(each[s : s + size] for each in inputs)) for s in starts])


def at_once(card: Card) -> int:
    """Pictures of a batch."""
    shape: dict[str, int] = card.extra["shape"]
    return max(1, PIXELS // (shape["height"] * shape["width"]))
