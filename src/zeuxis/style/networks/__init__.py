"""The networks that paint in one pass, by the `kind` on the card of their model files.

`NETWORKS.get(card.kind)(**card.extra["network"])` is the network of a file, its weights yet to be loaded.
"""

from torch import nn

from zeuxis.registry import Registry
from zeuxis.style.networks.fresco import Fresco
from zeuxis.style.networks.johnson import Johnson
from zeuxis.style.networks.transformer_net import TransformerNet

NETWORKS = Registry[type[nn.Module]]("network")
NETWORKS.register("fresco")(Fresco)
NETWORKS.register("johnson")(Johnson)
NETWORKS.register("transformer-net")(TransformerNet)
