"""What is where in the file of a generator."""

from pathlib import Path

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card

KIND = "generator"  # on the card
GRAPH = "graph."  # and the part's name: ONNX without weights, as bytes
STYLE_MEAN = "style_mean"  # classes x style_dim; 1 x style_dim without classes
ONNX_CARD = "zeuxis_card"  # in the metadata of an exported file
FACTS = ("network", "shape", "weights")


def check_card(card: Card, path: str | Path) -> None:
    """Refuse what is no generator.

    Raises:
        ZeuxisError: naming what the file is.
    """
    if card.kind != KIND:
        raise ZeuxisError(
            f"{path} is a {card.kind} and not a generator: give a run of zeuxis gan train, or its "
            "generator.safetensors"
        )
    lacking = [name for name in FACTS if name not in card.extra]
    if lacking:
        raise ZeuxisError(f"the card of {path} does not tell its {lacking[0]}: get the file anew")
