"""Whether tensors are the weights of a network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card


def check_weights(
    tensors: Mapping[str, np.ndarray], weights: Mapping[str, tuple[int, ...]], card: Card
) -> None:
    """Refuse weights that are not those of the network on the card.

    Args:
        tensors: by name.
        weights: the shapes that they have to have.
        card: of the model, for messages.

    Raises:
        ZeuxisError: naming the first that is missing or has another shape.
    """
    for name, shape in weights.items():
        if name not in tensors:
            raise ZeuxisError(f"{card.name} lacks the weights {name!r}: get the file anew")
        if tensors[name].shape != shape:
            raise ZeuxisError(
                f"the weights {name!r} of {card.name} have shape {tensors[name].shape} where the "
                f"network on its card has {shape}: get the file anew"
            )
