"""Which layers a model's network has, by the `kind` on its card."""

from __future__ import annotations

from collections.abc import Callable

from zeuxis.errors import ZeuxisError
from zeuxis.models import Card
from zeuxis.registry import Registry
from zeuxis.style.graphs.fresco import fresco
from zeuxis.style.graphs.layers import Network
from zeuxis.style.graphs.published import johnson, transformer_net

# From `extra["network"]` of a card to the network.
KINDS = Registry[Callable[..., Network]]("network")
KINDS.register("fresco")(fresco)
KINDS.register("johnson")(johnson)
KINDS.register("transformer-net")(transformer_net)


def network_of(card: Card) -> Network:
    """The network of a card.

    Raises:
        ZeuxisError: if its kind or what it says of the network is not known.
    """
    told = card.extra.get("network", {})
    try:
        return KINDS.get(card.kind)(**told)
    except (TypeError, ValueError, AttributeError) as error:
        raise ZeuxisError(
            f"the card of {card.name} describes no {card.kind} network ({told}): get the file anew"
        ) from error
