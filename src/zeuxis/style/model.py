"""A network and the styles it knows: what is trained, saved and loaded."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card, load
from zeuxis.style.networks import NETWORKS
from zeuxis.style.networks.fresco import Fresco
from zeuxis.style.networks.johnson import Johnson
from zeuxis.style.rows import BOLD, FINE

TRAINABLE = {"fresco": Fresco, "johnson": Johnson}


class StyleModel(nn.Module):
    """A network, and for fresco a pair of rows for each style: for fine and for bold strokes.

    Args:
        network: what paints.
        styles: what is known of each style; `name` at least. A network without rows has one.

    Attributes:
        rows: S x 2 x P; None without rows.
        plain: P, the row that gives back the photo; None without rows.
    """

    rows: nn.Parameter | None
    plain: nn.Parameter | None

    def __init__(self, network: Fresco | Johnson, styles: Sequence[dict[str, Any]]) -> None:
        super().__init__()
        self.network, self.styles = network, list(styles)
        self.rows = self.plain = None
        if isinstance(network, Fresco):
            plain = network.plain_row()
            self.rows = nn.Parameter(plain.repeat(len(self.styles), 2, 1))
            self.plain = nn.Parameter(plain.clone())

    def forward(self, photos: Tensor, styles: Tensor, strokes: Tensor) -> Tensor:
        """Paint N x 3 x H x W photos in N styles (indices), with strokes from 0, fine, to 1, bold."""
        if self.rows is None:
            return self.network(photos)  # type: ignore[no-any-return]
        rows = torch.lerp(self.rows[styles, FINE], self.rows[styles, BOLD], strokes[:, None])
        return self.network(photos, rows)  # type: ignore[no-any-return]

    def tensors(self) -> dict[str, np.ndarray]:
        """What goes into a model file, at half precision: a painting is the same to a thousandth."""
        return halved(self)

    def extra(self) -> dict[str, Any]:
        """What its card says beside the usual: network and styles."""
        return {"network": self.network.config, "styles": self.styles}


def halved(model: nn.Module) -> dict[str, np.ndarray]:
    """A model's tensors by their names in a model file, at half precision."""
    return {
        name.removeprefix("network."): tensor.detach().half().cpu().numpy()
        for name, tensor in model.state_dict().items()
    }


def new_model(
    kind: str, config: Mapping[str, Any], styles: Sequence[dict[str, Any]], seed: int
) -> StyleModel:
    """An untrained model, its weights drawn from a seed.

    Raises:
        ZeuxisError: for several styles in a network that holds one.
    """
    if kind != "fresco" and len(styles) > 1:
        raise ZeuxisError(
            f"{kind} holds one style, but there are {len(styles)} paintings: take --network fresco, or "
            "train one after the other"
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = TRAINABLE[kind](**config)
    return StyleModel(network.to(memory_format=torch.channels_last), styles)


def load_model(path: str | Path) -> tuple[StyleModel, dict[str, np.ndarray], Card]:
    """The model of a file, with the file's tensors and card.

    Raises:
        ZeuxisError: if the file cannot be read, or holds another network, or not all of it, or no style.
    """
    tensors, card = load(path)
    if card.kind not in TRAINABLE:
        raise ZeuxisError(
            f"{path} is a {card.kind}: only {' and '.join(TRAINABLE)} networks can be trained on"
        )
    if not card.extra.get("styles"):
        raise ZeuxisError(
            f"{path} has no styles of its own: give a network that zeuxis style train wrote"
        )
    state = {
        (name if name in ("rows", "plain") else f"network.{name}"): torch.from_numpy(
            np.asarray(array, np.float32)
        )
        for name, array in tensors.items()
        if not name.startswith(("graph.", "predictor."))
    }
    try:
        network: Any = NETWORKS.get(card.kind)(**card.extra["network"])
        model = StyleModel(network.to(memory_format=torch.channels_last), card.extra["styles"])
        model.load_state_dict(state)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ZeuxisError(f"{path} does not hold the network on its card: get it anew") from error
    return model, tensors, card
