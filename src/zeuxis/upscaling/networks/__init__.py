"""The networks that enlarge, by the `kind` on the card of their model files."""

from zeuxis.registry import Registry
from zeuxis.upscaling.networks.johnson_sr import JohnsonSR
from zeuxis.upscaling.networks.loupe import Loupe
from zeuxis.upscaling.networks.srcnn import SRCNN
from zeuxis.upscaling.networks.srresnet import SRResNet

Enlarging = Loupe | JohnsonSR | SRCNN | SRResNet

NETWORKS = Registry[type[Enlarging]]("network")
NETWORKS.register("loupe")(Loupe)
NETWORKS.register("johnson-sr")(JohnsonSR)
NETWORKS.register("srcnn")(SRCNN)
NETWORKS.register("srresnet")(SRResNet)
