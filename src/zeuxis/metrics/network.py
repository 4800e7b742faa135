"""What a feature network is: pictures in, rows of features out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from zeuxis.errors import ZeuxisError

See = Callable[[Tensor], tuple[Tensor, Tensor | None]]


@dataclass(frozen=True, eq=False)
class Features:
    """What a network sees in pictures.

    Attributes:
        rows: N x D, float32.
        probabilities: of classes, N x K, float32; None if the network is no classifier.
    """

    rows: np.ndarray
    probabilities: np.ndarray | None


class FeatureNetwork:
    """A network that turns pictures into rows of features.

    Args:
        name: what it is called beside a result: the network, and the layers that are looked at.
        see: from N x 3 x H x W, float32 in [0, 1], to N x D features and N x K probabilities or None.
        dim: D; 0 if only the first pictures will tell.
        channels: that `see` takes; grey pictures are repeated for one that takes 3.
        device: where `see` computes.
        part: pictures given to it at a time.
        key: what tells it from any other network, for what is kept of data sets; empty: nothing is kept.
        classifies: whether `see` gives probabilities; None if only the first pictures will tell.

    Attributes:
        name: as above.
        dim: as above.
        key: as above.
        classifies: as above.
    """

    def __init__(
        self,
        name: str,
        see: See,
        dim: int,
        *,
        channels: int = 3,
        device: str = "cpu",
        part: int = 32,
        key: str = "",
        classifies: bool | None = None,
    ) -> None:
        self.name, self.dim, self.key, self.classifies = name, dim, key, classifies
        self._see, self._channels, self._device, self._part = see, channels, device, part

    @torch.inference_mode()
    def __call__(self, pictures: Tensor) -> Features:
        """The features of N x C x H x W pictures, float32 in [0, 1], C = 1 or 3.

        Raises:
            ZeuxisError: the pictures have another shape, or the network gives what are no features.
        """
        if pictures.ndim != 4 or pictures.shape[1] not in (1, 3) or not pictures.numel():
            raise ZeuxisError(
                f"{self.name} takes pictures of N x 1 x H x W or N x 3 x H x W, not of shape "
                f"{tuple(pictures.shape)}"
            )
        seen = [self._of(part) for part in torch.split(pictures, self._part)]
        rows = np.concatenate([rows for rows, _ in seen])
        self.dim = rows.shape[1]
        if not np.isfinite(rows).all():
            raise ZeuxisError(
                f"{self.name} gives features that are not finite: use another network"
            )
        told = [probabilities for _, probabilities in seen if probabilities is not None]
        return Features(rows, np.concatenate(told) if told else None)

    def _of(self, part: Tensor) -> tuple[np.ndarray, np.ndarray | None]:
        part = part.to(self._device, torch.float32).clamp(0, 1)
        if part.shape[1] < self._channels:
            part = part.expand(-1, self._channels, -1, -1)
        elif part.shape[1] > self._channels:
            raise ZeuxisError(f"{self.name} takes grey pictures, not those of three colours")
        rows, probabilities = self._see(part.contiguous(memory_format=torch.channels_last))
        if not isinstance(rows, Tensor):
            raise ZeuxisError(
                f"{self.name} gives {type(rows).__name__}: a network that gives a tensor is needed"
            )
        if rows.ndim != 2 or len(rows) != len(part):
            raise ZeuxisError(
                f"{self.name} makes {tuple(rows.shape)} of {len(part)} pictures: a network that gives N x D "
                "features is needed"
            )
        return _plain(rows), None if probabilities is None else _plain(probabilities)


def _plain(tensor: Tensor) -> np.ndarray:
    return tensor.float().cpu().numpy()
